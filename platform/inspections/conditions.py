"""Which items of a checklist are asked: some only where an earlier one was answered in a certain way."""

from collections.abc import Collection, Iterable, Mapping

from inspections.models import Item


def asked(items: Iterable[Item], answers: Mapping[int, Collection[str]]) -> set[int]:
    """Ids of the items that are asked.

    answers: by item id, what was said there: the value (pass, fail, not_in_use) and, of a choice, also its words in
    either language. An item whose condition looks at an item that was itself not asked is not asked.
    """
    at: dict[int, Item] = {}
    found: set[int] = set()
    for item in sorted(items, key=lambda item: item.position):
        earlier = at.get(item.only_if_position or 0)
        if earlier is None or (earlier.pk in found and item.only_if_value in answers.get(earlier.pk, ())):
            found.add(item.pk)
        at[item.position] = item
    return found
