"""Pages of long lists by where the last one ended: as fast on page 1000 as on page 1, and new rows shift nothing."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Slice:
    """back and on: what stands in the address of the page before and of the next one; empty where there is none."""

    rows: list[dict[str, Any]]
    back: str
    on: str


def slice_of(
    rows: QuerySet[Any, dict[str, Any]], cursor: str, size: int, *, by: str, newest_first: bool = True
) -> Slice:
    """rows: values() with id and by, the moment that they are ordered by; in any order."""
    place = _read(cursor)
    goes_back = cursor.startswith("b") and place is not None
    falling = newest_first != goes_back
    if place:
        rows = rows.filter(_beyond(by, *place, falling=falling))
    found = list(rows.order_by(*((f"-{by}", "-id") if falling else (by, "id")))[: size + 1])
    has_more, found = len(found) > size, found[:size]
    if goes_back:
        found.reverse()
    has_back, has_on = (has_more, bool(found)) if goes_back else (place is not None and bool(found), has_more)
    return Slice(found, _write("b", by, found[0]) if has_back else "", _write("n", by, found[-1]) if has_on else "")


def _beyond(by: str, at: datetime, pk: int, *, falling: bool) -> Q:
    """The first half lets the database go straight to the place in its index."""
    if falling:
        return Q(**{f"{by}__lte": at}) & (Q(**{f"{by}__lt": at}) | Q(pk__lt=pk))
    return Q(**{f"{by}__gte": at}) & (Q(**{f"{by}__gt": at}) | Q(pk__gt=pk))


def _write(way: str, by: str, row: dict[str, Any]) -> str:
    return f"{way}{(row[by] - _EPOCH) // timedelta(microseconds=1)}-{row['id']}"


def _read(cursor: str) -> tuple[datetime, int] | None:
    """None for what none of our pages has written."""
    parts = re.fullmatch(r"[bn](\d{1,16})-(\d{1,18})", cursor, re.ASCII)
    return (_EPOCH + timedelta(microseconds=int(parts[1])), int(parts[2])) if parts else None
