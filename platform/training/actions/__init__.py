"""What people do with courses: give them, learn them, prove them."""

from training.actions.certificates import issue_certificate, revoke_certificate
from training.actions.courses import install_courses
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
from training.actions.nudges import nudge_learners
from training.actions.papers import hand_in, leave_page, save_answer, start_exam, start_quiz, time_out
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
    "add_photos",
    "answer_stop",
    "beat",
    "cancel_session",
    "close_session",
    "drop_requirement",
    "enrol_by_hand",
    "enrol_missing",
    "enrol_on_occasion",
    "enter_attendance",
    "exempt",
    "follow_person",
    "hand_in",
    "install_courses",
    "issue_certificate",
    "leave_page",
    "nudge_learners",
    "open_lesson",
    "open_session",
    "plan_session",
    "require_course",
    "revoke_certificate",
    "save_answer",
    "sign_in",
    "sign_out",
    "start_exam",
    "start_quiz",
    "time_out",
    "withdraw_unneeded",
]
