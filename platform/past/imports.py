"""The same files on a page: the columns are matched there, and every row that is wrong is shown with its reason."""

from functools import partial
from typing import Any

from core.imports import Kind, register
from core.sheets import Row
from past.actions import Entry, add_past
from past.columns import FIELDS, read_values
from past.models import PastKind

MOST_ROWS = 50_000


def key_of(kind: PastKind) -> str:
    return f"past_{kind}"


def check_rows(rows: list[Row], *, may_add: bool, kind: PastKind) -> list[Row]:
    """Nothing is added along the way, whatever may_add says: past records keep the names that they came with."""
    titles = {field.key: field.column.title for field in FIELDS[kind]}
    for row in rows:
        row.faults = [f"{titles[key]}：{reason}" for key, reason in read_values(kind, row.texts)[1]]
    return rows


def take_rows(rows: list[Row], *, by: Any, kind: PastKind) -> int:
    entries = (Entry(read_values(kind, row.texts)[0], row.notes) for row in rows)
    return add_past(kind, entries, name=str(kind.label), by=by).rows


for _kind in PastKind:
    register(
        Kind(
            key_of(_kind),
            "past.manage",
            _kind.label,
            [field.column for field in FIELDS[_kind]],
            partial(check_rows, kind=_kind),
            partial(take_rows, kind=_kind),
            most_rows=MOST_ROWS,
        )
    )
