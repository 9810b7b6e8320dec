"""Which item of a newer list is which of an older one, and what differs, for lists that need not be in the database."""

from collections.abc import Sequence
from decimal import Decimal

from core.words import wordings
from hazards.models import Category
from inspections.models import Checklist, Item
from inspections.versions import Change, changes
from market.models import PartKind
from market.parts import Content, Release, audience_of

ABOVE = 1000


def matched(former: Sequence[Item], items: Sequence[Item]) -> list[tuple[Item, Item]]:
    """Pairs of the former and the newer item: by its words, else by its place and kind."""
    left, found = list(former), dict[int, Item]()
    for is_same in (_says_the_same, _stands_there):
        for n, item in enumerate(items):
            twin = None if n in found else next((each for each in left if is_same(each, item)), None)
            if twin:
                found[n] = twin
                left.remove(twin)
    return [(twin, items[n]) for n, twin in found.items()]


def _says_the_same(former: Item, item: Item) -> bool:
    return bool(set(wordings(former.text)) & set(wordings(item.text)))


def _stands_there(former: Item, item: Item) -> bool:
    return former.position == item.position and former.kind == item.kind


class Kinds:
    """Kinds of hazards by their code, for items that are only shown."""

    def __init__(self, written: dict[str, Content]) -> None:
        self._written = written
        self._found: dict[str, Category] = {}

    def __getitem__(self, code: str) -> Category:
        if code not in self._found:
            facts = {"name": code, "level": ""} | self._written.get(code, {})
            number = len(self._found) + 1
            self._found[code] = Category(pk=number, code=code, name=facts["name"], level=facts["level"])
        return self._found[code]


def kinds_of(of: Release) -> Kinds:
    return Kinds({code: content for (kind, code), content in of.parts.items() if kind == PartKind.CATEGORY})


def shown_list(kind: str, content: Content) -> Checklist:
    return Checklist(title=content["title"], frequency=content["frequency"], audience=audience_of(kind))


def shown_items(checklist: Checklist, content: Content, kinds: Kinds, *, above: int = 0) -> list[Item]:
    """Items that are in no database; above: their numbers begin there, so that two lists can be told apart."""
    return [
        Item(
            pk=above + position,
            checklist=checklist,
            position=position,
            text=row["text"],
            kind=row["kind"],
            accept=row["accept"] or {},
            unit=row["unit"] or "",
            minimum=_number(row["min"]),
            maximum=_number(row["max"]),
            choices=row["choices"] or [],
            photo=row["photo"],
            shot=row["shot"],
            category=kinds[row["category"]],
            is_urgent=bool(row["urgent"]),
            basis=row["basis"] or {},
            may_skip=bool(row["may_skip"]),
            section=row["section"] or {},
            weight=int(row["weight"] or 0),
            is_fresh=bool(row["is_fresh"]),
            only_if_position=int(row["only_if_position"]) if row["only_if_position"] else None,
            only_if_value=row["only_if_value"] or "",
        )
        for position, row in enumerate(content["items"], 1)
    ]


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def differences(kind: str, before: Content, after: Content, kinds: Kinds) -> list[Change]:
    """What became of each item between the two."""
    checklist = shown_list(kind, after)
    former, items = shown_items(checklist, before, kinds), shown_items(checklist, after, kinds, above=ABOVE)
    for twin, item in matched(former, items):
        item.origin_id = twin.pk
    return changes(former, items)
