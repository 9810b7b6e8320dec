"""What an item of a checklist must be before anybody can be asked it; a sentence for each thing that is wrong."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.errors import DomainError
from core.words import say, wordings
from inspections.conditions import answer_words, possible_answers
from inspections.models import Audience, Checklist, Frequency, Item

MOST_ITEMS = 100
MOST_CHOICES = 12
LONGEST = {
    "title": 80,
    "text": 200,
    "accept": 300,
    "shot": 80,
    "unit": 20,
    "name": 100,
    "clause": 100,
    "choice": 40,
    "section": 40,
}
# What the columns of the limits hold.
LARGEST = Decimal("99999999.9999")
DIGITS = 4
MOST_POINTS = 100


class ItemRefused(DomainError):
    """errors: a sentence by the name of the field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(dict.fromkeys(errors.values())))
        self.errors = errors


def clean(value: Any) -> Any:
    """Without blanks around, and without the one character that the database cannot hold."""
    if isinstance(value, str):
        return value.replace("\0", "").strip()
    if isinstance(value, dict):
        return {key: clean(each) for key, each in value.items() if clean(each) not in ("", None)}
    return [clean(each) for each in value] if isinstance(value, list) else value


def item_faults(item: Item, items: Sequence[Item]) -> dict[str, str]:
    """By field; items: the whole list, in order, that the condition may look at."""
    faults = {
        "text": _wording_fault(item.text, "text") if wordings(item.text) else _("Write the question."),
        "accept": _wording_fault(item.accept, "accept"),
        "shot": _wording_fault(item.shot, "shot"),
        "section": _wording_fault(item.section, "section"),
        "basis_name": _wording_fault(item.basis.get("name"), "name"),
        "basis_clause": _wording_fault(item.basis.get("clause"), "clause"),
        "category": "" if item.category_id else _("Choose what kind of hazard it is when there is a problem."),
        "photo": _photo_fault(item),
        "weight": "" if 0 <= item.weight <= MOST_POINTS else _("Give 0 to %(most)d points.") % {"most": MOST_POINTS},
        "only_if": _condition_fault(item, items),
    }
    faults |= _number_faults(item) if item.kind == Item.Kind.NUMBER else {}
    faults |= {"choices": _choices_fault(item)} if item.kind == Item.Kind.CHOICE else {}
    return {field: sentence for field, sentence in faults.items() if sentence}


def checklist_faults(checklist: Checklist) -> dict[str, str]:
    faults = {
        "title": _wording_fault(checklist.title, "title") if wordings(checklist.title) else _("Give the list a name."),
        "frequency": "" if checklist.frequency in Frequency.values else _("Choose how often."),
        "target": _("Choose a kind of machine or an area, not both.")
        if checklist.target_type_id and checklist.target_area_id
        else "",
    }
    return {field: sentence for field, sentence in faults.items() if sentence}


def _wording_fault(words: Any, field: str) -> str:
    return next(filter(None, (_length_fault(each, LONGEST[field]) for each in wordings(words))), "")


def _length_fault(text: str, limit: int) -> str:
    if len(text) <= limit:
        return ""
    return _("At most %(limit)d characters fit here; these are %(n)d. Make it shorter.") % {
        "limit": limit,
        "n": len(text),
    }


def _photo_fault(item: Item) -> str:
    rules = set(Item.PhotoRule.values)
    if item.checklist.audience == Audience.STAFF:
        rules.discard(Item.PhotoRule.ON_PASS)
    return "" if item.photo in rules else _("Choose when a photo is needed.")


def _number_faults(item: Item) -> dict[str, str]:
    unit = _length_fault(item.unit, LONGEST["unit"]) if item.unit else _("Write the unit, such as °C or MPa.")
    faults = {"unit": unit, "minimum": _limit_fault(item.minimum), "maximum": _limit_fault(item.maximum)}
    if any((faults["minimum"], faults["maximum"])) or item.minimum is None or item.maximum is None:
        return faults
    if item.minimum > item.maximum:
        faults["minimum"] = _("The lower limit is above the upper one. Swap the two.")
    return faults


def _limit_fault(limit: Decimal | None) -> str:
    if limit is None:
        return ""
    if not limit.is_finite() or abs(limit) > LARGEST:
        return _("This number is too long. The largest is %(limit)s.") % {"limit": LARGEST}
    if int(limit.normalize().as_tuple().exponent) < -DIGITS:
        return _("At most %(n)d digits after the point.") % {"n": DIGITS}
    return ""


def _choices_fault(item: Item) -> str:
    words = [word for choice in item.choices for word in wordings(choice)]
    if len(item.choices) < 2:
        return _("Give at least two choices.")
    if len(item.choices) > MOST_CHOICES:
        return _("At most %(n)d choices; with more of them nobody finds the right one.") % {"n": MOST_CHOICES}
    if doubled := _doubled(item.choices):
        return _("“%(choice)s” stands there twice. Take one out.") % {"choice": doubled}
    if all(choice.get("is_fail") for choice in item.choices):
        return _("At least one choice must be in order.")
    return next(filter(None, (_length_fault(word, LONGEST["choice"]) for word in words)), "")


def _doubled(choices: Iterable[dict]) -> str:
    known: set[str] = set()
    for choice in choices:
        words = {word.casefold() for word in wordings(choice)}
        if words & known:
            return say(choice)
        known |= words
    return ""


def _condition_fault(item: Item, items: Sequence[Item]) -> str:
    if item.only_if_position is None:
        return ""
    earlier = next((each for each in items if each.position == item.only_if_position), None)
    if earlier is None or earlier.position >= item.position:
        return _("An item can only look at one that is asked before it.")
    if item.only_if_value not in dict(possible_answers(earlier)):
        return _("Item %(n)d cannot be answered so. Choose one of its answers.") % {"n": earlier.position}
    return ""


def refuse_broken_conditions(order: Sequence[Item], positions: dict[int, int]) -> None:
    """positions: the new number by the old one; nothing may be asked before what it looks at."""
    for item in order:
        if item.only_if_position is None or positions[item.only_if_position] < positions[item.position]:
            continue
        raise DomainError(
            _(
                "“%(text)s” is asked only after a certain answer to “%(earlier)s” and stays behind it. Change its condition first."
            )
            % {"text": say(item.text), "earlier": say(_at(order, item.only_if_position).text)}
        )


def refuse_lost_answers(item: Item, items: Iterable[Item], *, is_removed: bool = False) -> None:
    """Others wait for an answer to this item that could not be given any more."""
    possible = {} if is_removed else dict(possible_answers(item))
    for other in items:
        if other.only_if_position == item.position and other.only_if_value not in possible:
            raise DomainError(
                _(
                    "Item %(n)d is asked only where this one is answered with “%(answer)s”. Change the condition of item %(n)d first."
                )
                % {"n": other.position, "answer": answer_words(item, other.only_if_value)}
            )


def _at(items: Iterable[Item], position: int) -> Item:
    return next(item for item in items if item.position == position)
