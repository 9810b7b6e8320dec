"""Drawing questions, shuffling what is offered, and judging what was given: plain functions over the bank."""

from collections.abc import Collection
from random import Random, SystemRandom
from typing import Any

from django.utils.translation import gettext as _

from core.errors import DomainError
from training.models import PaperItem, Question

PER_QUIZ = 5
_random = SystemRandom()


def draw(bank: Collection[Question], count: int, *, besides: Collection[int] = ()) -> list[Question]:
    """So many at random; those asked before only where there are not enough others."""
    fresh = [question for question in bank if question.pk not in besides]
    known = [question for question in bank if question.pk in besides]
    drawn = _random.sample(fresh, min(count, len(fresh)))
    return drawn + _random.sample(known, min(count - len(drawn), len(known)))


def shuffled(question: Question, seed: str = "") -> list[int]:
    """The options' own numbers in the order in which they are shown; with a seed always the same order."""
    numbers = list(range(len(question.options)))
    (Random(seed) if seed else _random).shuffle(numbers)  # noqa: S311 - hides nothing that a guess would win
    return numbers


def own_numbers(item: PaperItem, given: Any) -> Any:
    """From the order shown to the question's own numbers; refuses what no page of ours sends."""
    question, refusal = item.question, DomainError(_("This answer cannot be read. Choose again."))
    if given is None:
        return None
    if question.kind == Question.Kind.HOT_SPOT:
        if not isinstance(given, dict) or not all(_is_percent(given.get(axis)) for axis in "xy"):
            raise refusal
        return {axis: round(float(given[axis]), 2) for axis in "xy"}
    if not isinstance(given, list) or len(set(map(repr, given))) != len(given):
        raise refusal
    if question.kind == Question.Kind.TRUE_FALSE:
        if given not in ([True], [False]):
            raise refusal
        return given
    if not all(type(number) is int and 0 <= number < len(item.order) for number in given):
        raise refusal
    if question.kind == Question.Kind.SINGLE and len(given) > 1:
        raise refusal
    return sorted(item.order[number] for number in given) or None


def _is_percent(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value <= 100


def is_right(question: Question, given: Any) -> bool:
    """Several right ones count only together; a point counts inside of one of the areas."""
    if given is None:
        return False
    if question.kind == Question.Kind.HOT_SPOT:
        return any(_holds(area, given) for area in question.answer)
    return sorted(given) == sorted(question.answer)


def _holds(area: dict[str, float], point: dict[str, float]) -> bool:
    return area["x"] <= point["x"] <= area["x"] + area["w"] and area["y"] <= point["y"] <= area["y"] + area["h"]


def percent(right: int, of: int) -> int:
    """Rounded down: 79.9 is not yet 80."""
    return right * 100 // of if of else 0
