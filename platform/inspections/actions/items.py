"""The items of a draft: added, changed, moved, removed; conditions stay right or the change is refused."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from core.errors import DomainError, WrongStatus
from core.events import action, emit
from inspections.actions.checklists import open_draft, refuse_old, refuse_too_many, retime
from inspections.models import Checklist, Item
from inspections.rules import (
    MOST_ITEMS,
    ItemRefused,
    clean,
    item_faults,
    refuse_broken_conditions,
    refuse_lost_answers,
)
from inspections.versions import item_stamp, items_of, order_stamp
from people.models import User

ABOVE = 2 * MOST_ITEMS
_EMPTY: dict[str, Any] = {"text": "", "accept": {}, "shot": None, "section": {}, "basis": {}, "choices": [], "unit": ""}


@action
def add_item(draft: Checklist, kind: str, *, by: User, **columns: Any) -> Item:
    """At the end of the list. columns: as in change_item."""
    draft = open_draft(draft, by)
    refuse_too_many(draft.items.count() + 1)
    if kind not in Item.Kind.values:
        raise DomainError(_("There is no such kind of item. Choose one from the list."))
    items = items_of(draft)
    item = Item(checklist=draft, kind=kind, position=len(items) + 1)
    _fill(item, items, columns)
    item.save()
    retime(draft)
    emit("checklist.item_added", draft, by=by, item=item.pk, position=item.position, kind=kind, text=item.text)
    return item


@action
def change_item(item: Item, *, by: User, stamp: str | None = None, **columns: Any) -> Item:
    """columns: those of Item, with only_if: the id of the earlier item that it looks at, or None."""
    draft = open_draft(item.checklist, by)
    items = items_of(draft)
    item = _among(items, item)
    before = item_stamp(item, items)
    refuse_old(stamp, before, draft)
    _fill(item, items, columns)
    refuse_lost_answers(item, items)
    if item_stamp(item, items) != before:
        item.save()
        retime(draft)
        emit("checklist.item_changed", draft, by=by, item=item.pk, position=item.position, text=item.text)
    return item


@action
def move_item(item: Item, to: int, *, by: User, stamp: str | None = None) -> Item:
    """To this place, counted from 1; conditions follow the items that they look at."""
    draft = open_draft(item.checklist, by)
    items = items_of(draft)
    item = _among(items, item)
    refuse_old(stamp, order_stamp(items), draft)
    if not 1 <= to <= len(items):
        raise DomainError(_("There is no place %(n)d in this list.") % {"n": to})
    order = [each for each in items if each is not item]
    order.insert(to - 1, item)
    before = item.position
    _renumber(order)
    if to != before:
        emit("checklist.item_moved", draft, by=by, item=item.pk, before=before, after=to)
    return item


@action
def remove_item(item: Item, *, by: User, stamp: str | None = None) -> None:
    """Out of the draft; versions in use keep theirs."""
    draft = open_draft(item.checklist, by)
    items = items_of(draft)
    item = _among(items, item)
    refuse_old(stamp, item_stamp(item, items), draft)
    refuse_lost_answers(item, items, is_removed=True)
    emit("checklist.item_removed", draft, by=by, item=item.pk, position=item.position, text=item.text)
    left = [each for each in items if each is not item]
    item.delete()
    _renumber(left)
    retime(draft)


def _among(items: Sequence[Item], item: Item) -> Item:
    """As it stands now, under the lock."""
    found = next((each for each in items if each.pk == item.pk), None)
    if found is None:
        raise WrongStatus(_("Somebody removed this item in the meantime."))
    return found


def _fill(item: Item, items: Sequence[Item], columns: dict[str, Any]) -> None:
    errors = _point(item, items, columns)
    for name, value in columns.items():
        setattr(item, name, clean(value) or _EMPTY[name] if name in _EMPTY else value)
    if item.kind != Item.Kind.NUMBER:
        item.unit, item.minimum, item.maximum = "", None, None
    if item.kind != Item.Kind.CHOICE:
        item.choices = []
    if item.kind == Item.Kind.PHOTO:
        item.photo = Item.PhotoRule.ALWAYS
    if errors := {**item_faults(item, items), **errors}:
        raise ItemRefused(errors)


def _point(item: Item, items: Sequence[Item], columns: dict[str, Any]) -> dict[str, str]:
    """The condition's item by its number, which it has only now, under the lock."""
    if "only_if" not in columns:
        return {}
    pk = columns.pop("only_if")
    item.only_if_position = next((each.position for each in items if each.pk == pk), None)
    if pk is None:
        columns["only_if_value"] = ""
    if pk is not None and item.only_if_position is None:
        return {"only_if": _("An item can only look at one that is asked before it.")}
    return {}


def _renumber(order: Sequence[Item]) -> None:
    """Everybody gets the number of their place; out of the way first, because no number may stand there twice."""
    positions = {item.position: place for place, item in enumerate(order, 1)}
    refuse_broken_conditions(order, positions)
    if all(before == after for before, after in positions.items()):
        return
    Item.objects.filter(pk__in=[item.pk for item in order]).update(position=F("position") + ABOVE)
    for item in order:
        item.only_if_position = positions.get(item.only_if_position) if item.only_if_position else None
        item.position = positions[item.position]
    Item.objects.bulk_update(order, ["position", "only_if_position"])
