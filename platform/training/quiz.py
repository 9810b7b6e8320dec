"""Drawing questions, shuffling what is offered, and judging what was given: plain functions over the bank."""

from collections.abc import Collection
from random import SystemRandom
from typing import Any

from training.models import Question

PER_QUIZ = 5
_random = SystemRandom()


def draw(bank: Collection[Question], count: int, *, besides: Collection[int] = ()) -> list[Question]:
    """So many at random; those asked before only where there are not enough others."""
    fresh = [question for question in bank if question.pk not in besides]
    known = [question for question in bank if question.pk in besides]
    drawn = _random.sample(fresh, min(count, len(fresh)))
    return drawn + _random.sample(known, min(count - len(drawn), len(known)))


def shuffled(question: Question) -> list[int]:
    """The options' own numbers in the order in which they are shown."""
    numbers = list(range(len(question.options)))
    _random.shuffle(numbers)
    return numbers


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
