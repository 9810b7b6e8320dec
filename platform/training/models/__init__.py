"""What people have to learn, how they learned it, and what proves it."""

from training.models.certificates import Certificate
from training.models.courses import Course, Exam, Lesson, Level, Media, Question
from training.models.hours import HourRule
from training.models.learning import Enrolment, LicenceRequirement, Progress, Requirement, StudyDay
from training.models.licences import Clearance, Licence, LicenceKind, Work
from training.models.papers import Attempt, PaperItem
from training.models.sessions import Attendance, SessionPhoto, TrainingSession

__all__ = [
    "Attempt",
    "Attendance",
    "Certificate",
    "Clearance",
    "Course",
    "Enrolment",
    "Exam",
    "HourRule",
    "Lesson",
    "Level",
    "Licence",
    "LicenceKind",
    "LicenceRequirement",
    "Media",
    "PaperItem",
    "Progress",
    "Question",
    "Requirement",
    "SessionPhoto",
    "StudyDay",
    "TrainingSession",
    "Work",
]
