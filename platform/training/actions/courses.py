"""Courses that the product brings along: each factory gets its own copy, and nothing twice."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy

from core.events import action, emit, register
from training.library import Written
from training.models import Course, Lesson, Question

register({"course.installed": gettext_lazy("Course installed")})


@action
def install_courses(rows: Iterable[Written], *, by: Any) -> int:
    """Adds the courses whose code is new, with their lessons and questions; returns how many."""
    known = set(Course.objects.values_list("code", flat=True))
    rows = [row for row in rows if row["code"] not in known]
    courses = Course.objects.bulk_create([_course(row) for row in rows])
    Lesson.objects.bulk_create(
        _lesson(course, position, lesson)
        for course, row in zip(courses, rows, strict=True)
        for position, lesson in enumerate(row["lessons"], 1)
    )
    Question.objects.bulk_create(_question(row["code"], question) for row in rows for question in row["questions"])
    for course in courses:
        emit("course.installed", course, by=by, code=course.code, title=course.title)
    return len(courses)


@action
def install_questions(bank: str, rows: Iterable[Written], *, by: Any) -> int:
    """Adds those whose code is new to a bank that has no course, such as that of an entry exam; returns how many."""
    rows = list(rows)
    known = set(Question.objects.filter(code__in=[row["id"] for row in rows]).values_list("code", flat=True))
    fresh = [_question(bank, {"lesson": "", **row}) for row in rows if row["id"] not in known]
    return len(Question.objects.bulk_create(fresh))


def _course(row: Written) -> Course:
    return Course(
        code=row["code"],
        title=row["title"],
        summary=row["summary"],
        hours=row["hours"],
        level=row.get("level", ""),
        valid_months=row["valid_months"],
        sources=row["sources"],
        published_at=timezone.now(),
    )


def _lesson(course: Course, position: int, row: Written) -> Lesson:
    return Lesson(
        course=course,
        position=position,
        key=str(position),
        title=row["title"],
        body=row["body"],
        key_points=row["key_points"],
        minutes=row["minutes"],
    )


def _question(course_code: str, row: Written) -> Question:
    return Question(
        code=row["id"],
        course_code=course_code,
        lesson_key=str(row["lesson"]),
        kind=row["kind"],
        stem=row["stem"],
        options=row.get("options") or [],
        answer=row["answer"],
        explanation=row["explanation"],
        source=row["source"],
        difficulty=row["difficulty"],
    )
