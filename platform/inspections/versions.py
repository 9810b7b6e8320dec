"""Drafts and versions of a checklist: has somebody else changed it, and what differs from the one in use."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.events import history
from core.words import say, wordings
from inspections.conditions import answer_words
from inspections.models import Checklist, Item
from inspections.rules import clean

# The columns that make an item what it is; where it stands is told by the order.
CONTENT = (
    "kind", "text", "accept", "unit", "minimum", "maximum", "choices", "photo", "shot", "category_id", "is_urgent",
    "basis", "may_skip", "only_if_value", "weight", "is_fresh", "section",
)  # fmt: skip


def items_of(checklist: Checklist) -> list[Item]:
    return list(checklist.items.select_related("category"))


def head_stamp(checklist: Checklist) -> str:
    return _digest([clean(checklist.title), checklist.frequency, checklist.target_type_id, checklist.target_area_id])


def item_stamp(item: Item, items: Sequence[Item]) -> str:
    """Differs as soon as somebody changes the item; moving it or others changes nothing."""
    earlier = _at(items, item.only_if_position)
    return _digest([*(_plain(getattr(item, name)) for name in CONTENT), earlier and earlier.pk])


def order_stamp(items: Sequence[Item]) -> str:
    return _digest([item.pk for item in items])


def draft_stamp(checklist: Checklist, items: Sequence[Item]) -> str:
    """Of everything: what was compared is what is published."""
    return _digest([head_stamp(checklist), order_stamp(items), *(item_stamp(item, items) for item in items)])


def _digest(content: list[Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:20]


def _plain(value: Any) -> Any:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else clean(value)


def last_hand(checklist: Checklist) -> str:
    """Who changed it last."""
    event = history(checklist).last()
    return event.actor.name if event and event.actor else _("Somebody else")


def facts(item: Item, items: Sequence[Item], *, in_all_languages: bool = True) -> dict[str, str]:
    """Everything about an item by its name, for comparing; for reading in the reader's language only."""
    worded = _worded if in_all_languages else _said
    earlier = _at(items, item.only_if_position)
    condition = earlier and f"{earlier.position}. {say(earlier.text)} · {answer_words(earlier, item.only_if_value)}"
    basis = " ".join(filter(None, (item.basis.get("name"), item.basis.get("clause"))))
    found = {
        **worded(_("Question"), item.text),
        **worded(_("In order when"), item.accept),
        _("Limits"): _limits(item),
        _("Choices"): "; ".join(map(_choice, item.choices)),
        _("Photo"): str(Item.PhotoRule(item.photo).label),
        **worded(_("What the photo must show"), item.shot),
        _("Kind of hazard"): say(item.category.name),
        _("Urgent"): _("yes") if item.is_urgent else "",
        _("“Not running today”"): "" if item.may_skip else _("may not be answered"),
        _("Asked only where"): condition or "",
        _("Legal basis"): basis,
        **worded(_("Section that begins here"), item.section),
        _("Points"): str(item.weight) if item.weight else "",
        _("Asked anew each time"): _("yes") if item.is_fresh else "",
    }
    return {name: value for name, value in found.items() if value}


def _worded(name: str, words: dict | str | None) -> dict[str, str]:
    """Each language by itself, so that only what changed is shown as changed."""
    return dict(zip((name, _("%(name)s, in English") % {"name": name}), wordings(words), strict=False))


def _said(name: str, words: dict | str | None) -> dict[str, str]:
    return {name: say(words)}


def _both(words: dict | str | None) -> str:
    return " / ".join(wordings(words))


def _choice(choice: dict) -> str:
    return f"{_both(choice)} ({_('problem')})" if choice.get("is_fail") else _both(choice)


def _limits(item: Item) -> str:
    if item.kind != Item.Kind.NUMBER:
        return ""
    low, high = ("…" if limit is None else str(_plain(limit)) for limit in (item.minimum, item.maximum))
    return item.unit if low == high == "…" else f"{low} – {high} {item.unit}"


def _at(items: Sequence[Item], position: int | None) -> Item | None:
    return next((item for item in items if item.position == position), None)


@dataclass(frozen=True)
class Change:
    """What became of one item; rows: what, before, after."""

    kind: str
    item: Item
    former: Item | None = None
    rows: list[tuple[str, str, str]] = field(default_factory=list)


def changes(former: Sequence[Item], items: Sequence[Item]) -> list[Change]:
    """What a draft does to the version that it came from, in the draft's order; what is gone comes last."""
    by_pk = {item.pk: item for item in former}
    kept = [item for item in items if item.origin_id in by_pk]
    staying = _in_order([by_pk[item.origin_id].position for item in kept])  # type: ignore[index]
    found = [Change("added", item) for item in items if item.origin_id not in by_pk]
    for item in kept:
        before = by_pk[item.origin_id]  # type: ignore[index]
        rows = _rows(before, former, item, items)
        if rows or before.position not in staying:
            found.append(Change("changed" if rows else "moved", item, before, rows))
    gone = by_pk.keys() - {item.origin_id for item in kept}
    found.sort(key=lambda change: change.item.position)
    return found + [Change("removed", item, item) for item in former if item.pk in gone]


def _rows(before: Item, former: Sequence[Item], item: Item, items: Sequence[Item]) -> list[tuple[str, str, str]]:
    if item_stamp(before, former) == _as_before(item, items):
        return []
    old, new = facts(before, former), facts(item, items)
    return [(name, old.get(name, ""), new.get(name, "")) for name in {**old, **new} if old.get(name) != new.get(name)]


def _as_before(item: Item, items: Sequence[Item]) -> str:
    """The item's stamp as if its condition still looked at the item of the former version."""
    earlier = _at(items, item.only_if_position)
    return _digest([*(_plain(getattr(item, name)) for name in CONTENT), earlier and (earlier.origin_id or earlier.pk)])


def _in_order(positions: Sequence[int]) -> set[int]:
    """The longest part of them that still stands in its old order; the others were moved."""
    best: list[list[int]] = [[]]
    for position in positions:
        before = [run for run in best if not run or run[-1] < position]
        best.append([*max(before, key=len), position])
    longest = max(best, key=len)
    return set(longest)


def head_changes(former: Checklist, draft: Checklist) -> list[tuple[str, str, str]]:
    rows = [
        (_("Name"), _both(former.title), _both(draft.title)),
        (_("How often"), former.get_frequency_display(), draft.get_frequency_display()),
        (_("For"), target_words(former), target_words(draft)),
    ]
    return [row for row in rows if row[1] != row[2]]


def target_words(checklist: Checklist) -> str:
    target = checklist.target_type or checklist.target_area
    return say(target.name) if target else _("the whole plant")
