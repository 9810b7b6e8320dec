"""Blueprints of exams: what the bank holds for each theme, what lacks, and a paper drawn by one."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from core.words import say, wordings
from training.banks import exams_with_questions
from training.models import Course, Exam, Lesson, Question
from training.quiz import draw

MOST_THEMES, MOST_QUESTIONS = 30, 100
# Slower readers need this long for a question; fewer minutes are said, not refused.
SECONDS_A_QUESTION = 30
Blueprint = list[dict[str, Any]]


@dataclass(frozen=True)
class Theme:
    """A course, one lesson of it, or an exam with questions of its own; there: how many questions can be asked."""

    subject: Course | Exam
    lesson: Lesson | None
    there: int

    @property
    def key(self) -> tuple[str, str]:
        return self.subject.code, self.lesson.key if self.lesson else ""

    @property
    def course(self) -> Course | None:
        return self.subject if isinstance(self.subject, Course) else None

    @property
    def value(self) -> str:
        """As a form sends it."""
        return "/".join(self.key)

    @property
    def name(self) -> str:
        title = say(self.subject.title)
        return f"{title} · {self.lesson.position}. {say(self.lesson.title)}" if self.lesson else title


def themes() -> list[Theme]:
    """The courses in use and their lessons, then exams with a bank of their own; each with what its bank holds."""
    counts: Counter[tuple[str, str]] = Counter()
    bank = Question.objects.asked().order_by().values("course_code", "lesson_key").annotate(n=Count("pk"))
    for code, key, n in bank.values_list("course_code", "lesson_key", "n"):
        counts[code, key] += n
        counts[code, ""] += n
    found = []
    for course in Course.objects.current().prefetch_related("lessons"):
        found.append(Theme(course, None, counts[course.code, ""]))
        found += [Theme(course, lesson, counts[course.code, lesson.key]) for lesson in course.lessons.all()]
    others = {code for code, _key in counts} - {theme.subject.code for theme in found}
    exams = exams_with_questions().filter(code__in=others) if others else ()
    return found + [Theme(exam, None, counts[exam.code, ""]) for exam in exams]


@dataclass(frozen=True)
class Holding:
    """A row of a blueprint. there: what the bank holds for it beside what the lessons of the same course take."""

    theme: Theme | None
    code: str
    wanted: int
    there: int

    @property
    def name(self) -> str:
        return self.theme.name if self.theme else self.code

    @property
    def missing(self) -> int:
        return max(0, self.wanted - self.there)


def holdings(blueprint: Blueprint, known: Iterable[Theme] | None = None) -> list[Holding]:
    by_key = {theme.key: theme for theme in (themes() if known is None else known)}
    taken: Counter[str] = Counter()
    for row in blueprint:
        if row.get("lesson"):
            taken[row["course"]] += row["count"]
    found = []
    for row in blueprint:
        lesson = row.get("lesson") or ""
        theme = by_key.get((row["course"], lesson))
        there = theme.there if theme else 0
        free = there if lesson else max(0, there - taken[row["course"]])
        found.append(Holding(theme, row["course"], row["count"], free))
    return found


def faults(exam: Exam, rows: list[Holding]) -> list[str]:
    """A sentence for each thing without which it cannot be held."""
    found = [] if wordings(exam.title) else [_("Give the exam a name.")]
    if not rows:
        return [*found, _("Choose at least one theme, and how many questions of it are asked.")]
    return found + [
        _("“%(theme)s” asks for %(wanted)d questions and the bank holds %(there)d: %(missing)d are missing.")
        % {"theme": row.name, "wanted": row.wanted, "there": row.there, "missing": row.missing}
        for row in rows
        if row.missing
    ]


def draw_paper(blueprint: Blueprint) -> list[Question]:
    """Lessons first, so that a theme that is a whole course takes from what they leave."""
    drawn: list[Question] = []
    for row in sorted(blueprint, key=lambda row: not row.get("lesson")):
        drawn += draw(_bank(row, drawn), row["count"])
    places = {(row["course"], row.get("lesson") or ""): place for place, row in enumerate(blueprint)}
    return sorted(
        drawn, key=lambda one: places.get((one.course_code, one.lesson_key), places.get((one.course_code, ""), 0))
    )


def _bank(row: dict[str, Any], besides: Collection[Question]) -> list[Question]:
    bank = Question.objects.asked().filter(course_code=row["course"]).exclude(pk__in=[one.pk for one in besides])
    return list(bank.filter(lesson_key=row["lesson"]) if row.get("lesson") else bank)


def courses_of(exam: Exam) -> set[str]:
    return {row["course"] for row in exam.blueprint}


def stamp_of(exam: Exam) -> str:
    """Of all that the form changes: what was looked at is what is changed and published."""
    names = ("title", "job_role_id", "is_open", "blueprint", "minutes", "pass_score", "tries_per_day")
    content = [getattr(exam, name) for name in (*names, "gives_certificate", "valid_months")]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:20]
