"""What people do with courses: give them, learn them, prove them."""

from training.actions.certificates import follow_certificate, issue_certificate, revoke_certificate
from training.actions.clearances import clear_for_work, end_clearance, end_unfounded
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
from training.actions.licences import (
    Card,
    confirm_licence,
    correct_expiry,
    decline_licence,
    file_licence,
    follow_licence,
    install_licence_kinds,
    note_review,
    record_licence,
    renew_licence,
    withdraw_licence,
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
    "Card",
    "add_photos",
    "answer_stop",
    "beat",
    "cancel_session",
    "clear_for_work",
    "close_session",
    "confirm_licence",
    "correct_expiry",
    "decline_licence",
    "drop_requirement",
    "end_clearance",
    "end_unfounded",
    "enrol_by_hand",
    "enrol_missing",
    "enrol_on_occasion",
    "enter_attendance",
    "exempt",
    "file_licence",
    "follow_certificate",
    "follow_licence",
    "follow_person",
    "hand_in",
    "install_courses",
    "install_licence_kinds",
    "issue_certificate",
    "leave_page",
    "note_review",
    "nudge_learners",
    "open_lesson",
    "open_session",
    "plan_session",
    "record_licence",
    "renew_licence",
    "require_course",
    "revoke_certificate",
    "save_answer",
    "sign_in",
    "sign_out",
    "start_exam",
    "start_quiz",
    "time_out",
    "withdraw_licence",
    "withdraw_unneeded",
]
