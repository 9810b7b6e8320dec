"""A paper as it is shown: while it is open only what was asked, afterwards also what was right and why."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.words import say
from training.models import Attempt, PaperItem, Question


@dataclass(frozen=True)
class Option:
    """value: as the page sends it back; the question's own number stays on the server."""

    value: str
    letter: str
    text: str
    is_chosen: bool
    is_right: bool = False


@dataclass(frozen=True)
class Result:
    item: PaperItem
    options: list[Option]


def asked(item: PaperItem) -> list[Option]:
    """What can be chosen, in the order of this paper."""
    if item.question.kind == Question.Kind.TRUE_FALSE:
        words = ((True, _("Right")), (False, _("Wrong")))
        return [Option("true" if is_true else "false", "", word, item.given == [is_true]) for is_true, word in words]
    return [
        Option(str(shown), chr(ord("A") + shown), say(item.question.options[number]), number in (item.given or []))
        for shown, number in enumerate(item.order)
    ]


def results(attempt: Attempt) -> list[Result]:
    """Of a paper that is over."""
    items = attempt.items.select_related("question")
    return [Result(item, [_judged(item, option) for option in asked(item)]) for item in items]


def _judged(item: PaperItem, option: Option) -> Option:
    own: Any = option.value == "true" if option.value in ("true", "false") else item.order[int(option.value)]
    return Option(option.value, option.letter, option.text, option.is_chosen, own in item.question.answer)
