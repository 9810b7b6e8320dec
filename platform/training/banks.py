"""A bank of questions: of a course with its lessons, or of an exam that asks what no course teaches, such as the way in."""

from dataclasses import dataclass
from typing import Any

from training.models import Course, Exam, Lesson, Question


@dataclass(frozen=True)
class Bank:
    """subject: the course, its draft where there is one; else the exam of the same code, and then without lessons."""

    code: str
    subject: Course | Exam
    lessons: list[Lesson]

    @property
    def title(self) -> Any:
        return self.subject.title

    @property
    def has_lessons(self) -> bool:
        return isinstance(self.subject, Course)


def bank_of(code: str) -> Bank | None:
    """New lessons need questions before they are published."""
    order = (Course.Status.DRAFT, Course.Status.CURRENT, Course.Status.RETIRED)
    if versions := list(Course.objects.filter(code=code).order_by("-version")):
        course = min(versions, key=lambda each: order.index(Course.Status(each.status)))
        return Bank(code, course, list(course.lessons.all()))
    exam = exams_with_questions().filter(code=code).first()
    return Bank(code, exam, []) if exam else None


def exams_with_questions() -> Any:
    """Of each its newest word; no course has their code."""
    own = Question.objects.order_by().values("course_code")
    return Exam.objects.heads().filter(code__in=own).exclude(code__in=Course.objects.order_by().values("code"))
