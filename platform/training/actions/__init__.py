"""What people do with courses: give them, learn them, prove them."""

from training.actions.certificates import issue_certificate, revoke_certificate
from training.actions.courses import install_courses
from training.actions.editing import (
    add_lesson,
    attach_media,
    change_course,
    change_lesson,
    create_course,
    detach_media,
    discard_course_draft,
    draft_course,
    move_lesson,
    publish_course,
    remove_lesson,
    retire_course,
)
from training.actions.enrolments import (
    drop_requirement,
    enrol_by_hand,
    enrol_missing,
    enrol_on_occasion,
    exempt,
    follow_person,
    require_course,
    withdraw_unneeded,
)
from training.actions.media import begin_media, forget_media, look_into_media, take_piece
from training.actions.papers import hand_in, leave_page, save_answer, start_exam, start_quiz, time_out
from training.actions.questions import add_question, correct_question, retire_question
from training.actions.study import answer_stop, beat, open_lesson

__all__ = [
    "add_lesson",
    "add_question",
    "answer_stop",
    "attach_media",
    "beat",
    "begin_media",
    "change_course",
    "change_lesson",
    "correct_question",
    "create_course",
    "detach_media",
    "discard_course_draft",
    "draft_course",
    "drop_requirement",
    "enrol_by_hand",
    "enrol_missing",
    "enrol_on_occasion",
    "exempt",
    "follow_person",
    "forget_media",
    "hand_in",
    "install_courses",
    "issue_certificate",
    "leave_page",
    "look_into_media",
    "move_lesson",
    "open_lesson",
    "publish_course",
    "remove_lesson",
    "require_course",
    "retire_course",
    "retire_question",
    "revoke_certificate",
    "save_answer",
    "start_exam",
    "start_quiz",
    "take_piece",
    "time_out",
    "withdraw_unneeded",
]
