"""How courses are learned, and what the answers say of their questions."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from statistics import StatisticsError, correlation
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet

from core.share import Share
from core.words import wordings
from insight.training import count_of
from people.models import User
from training.models import Attempt, Course, Enrolment, PaperItem, Question

# Fewer answers say nothing of a question.
ENOUGH = 30
# Below this a question hardly tells who knows the matter from who does not.
WEAK = 0.2
ALIKE = 0.6


def with_figures(courses: QuerySet[Course], reader: User) -> QuerySet[Any]:
    """Adds lessons_n, questions_n, learning, papers and papers_passed; people only those whom the reader may see."""
    enrolments = Enrolment.objects.visible_to(reader).filter(course_code=OuterRef("code"))
    papers = Attempt.objects.visible_to(reader).exclude(status=Attempt.Status.OPEN)
    papers = papers.filter(enrolment__course_code=OuterRef("code"), exam=None)
    bank = Question.objects.asked().filter(course_code=OuterRef("code"))
    return courses.annotate(
        lessons_n=Count("lessons"),
        questions_n=count_of(bank, "pk"),
        learning=count_of(enrolments.open(), "person"),
        papers=count_of(papers, "pk"),
        papers_passed=count_of(papers.filter(is_passed=True), "pk"),
    )


@dataclass(frozen=True)
class Item:
    """right: of those asked; discrimination: None where there are too few answers, or all are the same."""

    question: Question
    right: Share
    discrimination: float | None
    alike: list[Question]

    @property
    def is_weak(self) -> bool:
        return self.discrimination is not None and self.discrimination < WEAK


def items_of(course_code: str) -> list[Item]:
    """The questions in use, each with what the papers that are over say of it."""
    bank = list(Question.objects.asked().filter(course_code=course_code).order_by("lesson_key", "code"))
    answers = _answers(bank)
    alike = _alike(bank)
    return [
        Item(one, Share(sum(right for right, _rest in answers[one.pk]), len(answers[one.pk])),
             _discrimination(answers[one.pk]), alike[one.pk])
        for one in bank
    ]  # fmt: skip


def _answers(bank: Collection[Question]) -> dict[int, list[tuple[bool, float]]]:
    """For each question whether it was right, and the share of the rest of the same paper that was."""
    over = PaperItem.objects.exclude(attempt__status=Attempt.Status.OPEN).order_by()
    rows = over.filter(question__in=[one.pk for one in bank])
    papers = over.filter(attempt__in=rows.values("attempt")).values("attempt")
    papers = papers.annotate(n=Count("pk"), right=Count("pk", filter=Q(is_right=True)))
    whole = {paper["attempt"]: (paper["n"], paper["right"]) for paper in papers}
    found: dict[int, list[tuple[bool, float]]] = defaultdict(list)
    for question, attempt, is_right in rows.values_list("question", "attempt", "is_right"):
        n, right = whole[attempt]
        found[question].append((bool(is_right), (right - bool(is_right)) / (n - 1) if n > 1 else 0.0))
    return found


def _discrimination(answers: Collection[tuple[bool, float]]) -> float | None:
    """Point-biserial: how much the answer goes with the rest of the paper, from -1 to 1."""
    if len(answers) < ENOUGH:
        return None
    try:
        return round(correlation([float(right) for right, _rest in answers], [rest for _right, rest in answers]), 2)
    except StatisticsError:
        return None


def _alike(bank: Iterable[Question]) -> dict[int, list[Question]]:
    """Questions whose stems share most of their neighbouring letters, which may be one asked twice."""
    pairs = [(one, _pairs(one)) for one in bank]
    found: dict[int, list[Question]] = defaultdict(list)
    for number, (one, own) in enumerate(pairs):
        for other, theirs in pairs[number + 1 :]:
            if 2 * len(own & theirs) >= ALIKE * (len(own) + len(theirs)) > 0:
                found[one.pk].append(other)
                found[other.pk].append(one)
    return found


def _pairs(question: Question) -> set[str]:
    text = "".join(letter for letter in (wordings(question.stem) or [""])[0].lower() if letter.isalnum())
    return {text[place : place + 2] for place in range(len(text) - 1)}
