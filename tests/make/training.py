"""Courses, exams, licences."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from people.models import User
from people.permissions import Role
from tests.make.base import numbers
from tests.make.plant import person
from training.actions import (
    Card,
    install_licence_kinds,
    record_licence,
)
from training.library import written_licence_kinds
from training.models import Course, Enrolment, Exam, Lesson, Licence, Question


def course(*, lessons: int = 1, minutes: int = 2, questions: int = 10) -> Course:
    """In use, with so many questions for each lesson, of which the second option is always the right one."""
    number = next(numbers)
    made = Course.objects.create(
        code=f"K{number}", title={"zh": f"第{number}课", "en": f"Course {number}"}, hours=2, valid_months=12,
        published_at=timezone.now(),
    )  # fmt: skip
    for position in range(1, lessons + 1):
        Lesson.objects.create(
            course=made, position=position, key=str(position), minutes=minutes,
            title={"zh": f"第{position}节", "en": f"Lesson {position}"},
            body={"zh": f"## 第{position}节\n先停机，再动手。", "en": f"## Lesson {position}\nStop first."},
            key_points=[{"zh": "先停机", "en": "Stop first"}],
        )  # fmt: skip
    Question.objects.bulk_create(
        _question(made.code, position, n) for position in range(1, lessons + 1) for n in range(questions)
    )
    return made


def _question(code: str, position: int, n: int) -> Question:
    return Question(
        code=f"{code}-{position}-{n}",
        course_code=code,
        lesson_key=str(position),
        kind=Question.Kind.SINGLE,
        stem={"zh": f"第{n}题：护罩松了怎么办？", "en": f"{n}: The guard is loose. What now?"},
        options=[{"zh": words, "en": words} for words in ("接着干", "停机上报", "用胶带粘", "等下班")],
        answer=[1],
        explanation={"zh": "护罩松了，先停机再上报。", "en": "Stop first, then report."},
        source={"name": "本厂规定", "clause": None, "trust": "practice"},
    )


def enrolment(person: User | None = None, *, lessons: int = 1, of: Course | None = None) -> Enrolment:
    """Somebody has to pass a course within a week."""
    taught = of or course(lessons=lessons)
    return Enrolment.objects.create(
        person=person or globals()["person"](Role.WORKER),
        course=taught,
        course_code=taught.code,
        reason=Enrolment.Reason.BY_HAND,
        due_on=timezone.localdate() + timedelta(days=7),
    )


def licence(holder: User | None = None, kind: str = "SW-WELD", **card: Any) -> Licence:
    """On record since today, with the number T1234, unless told otherwise."""
    install_licence_kinds(written_licence_kinds(), by=None)
    facts = {"issued_on": timezone.localdate(), "number": "T1234"} | card
    return record_licence(holder or person(Role.WORKER), Card(kind, **facts), by=None)


def exam(of: Course, *, minutes: int = 20, count: int = 5, **facts: Any) -> Exam:
    """In use and open to everybody, unless told otherwise."""
    return Exam.objects.create(
        code=f"E{next(numbers)}",
        title={"zh": "上岗考试", "en": "Exam"},
        blueprint=[{"course": of.code, "lesson": "", "count": count}],
        minutes=minutes,
        **{"status": Exam.Status.CURRENT, "published_at": timezone.now()} | facts,
    )
