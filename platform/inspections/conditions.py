"""Which items of a checklist are asked: some only where an earlier one was answered in a certain way."""

from collections.abc import Collection, Iterable, Mapping

from django.utils.translation import gettext as _

from core.words import say, wordings
from inspections.models import Answer, Item


def asked(items: Iterable[Item], answers: Mapping[int, Collection[str]]) -> set[int]:
    """Ids of the items that are asked.

    answers: by item id, what was said there: the value (pass, fail, not_in_use) and, of a choice, also its words in
    either language. An item whose condition looks at an item that was itself not asked is not asked.
    """
    at: dict[int, Item] = {}
    found: set[int] = set()
    for item in sorted(items, key=lambda item: item.position):
        earlier = at.get(item.only_if_position or 0)
        if earlier is None or (earlier.pk in found and _is_met(item, earlier, answers.get(earlier.pk, ()))):
            found.add(item.pk)
        at[item.position] = item
    return found


def _is_met(item: Item, earlier: Item, said: Collection[str]) -> bool:
    wanted = {item.only_if_value, *wordings(earlier.choice_of(item.only_if_value))}
    return not wanted.isdisjoint(said)


def possible_answers(item: Item) -> list[tuple[str, str]]:
    """What a condition on this item may wait for: the stored value, and how people read it."""
    values = [(wordings(choice)[0], say(choice)) for choice in item.choices if wordings(choice)]
    if item.kind != Item.Kind.CHOICE:
        values = [(Answer.Value.PASS, str(Answer.Value.PASS.label)), (Answer.Value.FAIL, str(Answer.Value.FAIL.label))]
    elif any(choice.get("is_fail") for choice in item.choices):
        values.append((Answer.Value.FAIL, _("Any choice that is a problem")))
    if item.may_skip:
        values.append((Answer.Value.NOT_IN_USE, str(Answer.Value.NOT_IN_USE.label)))
    return [(str(value), label) for value, label in values]


def answer_words(item: Item, value: str) -> str:
    """How people read the answer that a condition waits for."""
    return dict(possible_answers(item)).get(value, say(item.choice_of(value)) or value)
