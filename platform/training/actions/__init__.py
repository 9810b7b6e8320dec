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
from training.actions.nudges import nudge_learners
from training.actions.papers import hand_in, leave_page, save_answer, start_exam, start_quiz, time_out
from training.actions.questions import add_question, correct_question, retire_question
from training.actions.sessions import (
    add_photos,
    cancel_session,
    close_session,
    enter_attendance,
    open_session,
    plan_session,
    sign_in,
    sign_out,
)
from training.actions.study import answer_stop, beat, open_lesson

__all__ = [
    "add_lesson",
    "add_photos",
    "add_question",
    "answer_stop",
    "attach_media",
    "beat",
    "begin_media",
    "cancel_session",
    "change_course",
    "change_lesson",
    "close_session",
    "correct_question",
    "create_course",
    "detach_media",
    "discard_course_draft",
    "draft_course",
    "drop_requirement",
    "enrol_by_hand",
    "enrol_missing",
    "enrol_on_occasion",
    "enter_attendance",
    "exempt",
    "follow_person",
    "forget_media",
    "hand_in",
    "install_courses",
    "issue_certificate",
    "leave_page",
    "look_into_media",
    "move_lesson",
    "nudge_learners",
    "open_lesson",
    "open_session",
    "plan_session",
    "publish_course",
    "remove_lesson",
    "require_course",
    "retire_course",
    "retire_question",
    "revoke_certificate",
    "save_answer",
    "sign_in",
    "sign_out",
    "start_exam",
    "start_quiz",
    "take_piece",
    "time_out",
    "withdraw_unneeded",
]
