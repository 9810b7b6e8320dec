"""Bulk SQL: numbers taken from the sequences beforehand, rows sent by COPY."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model


def reserve(model: type[Model], count: int) -> list[int]:
    """So many primary keys that nobody else will get."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [number for (number,) in cursor.fetchall()]


def _column(model: type[Model], name: str) -> str:
    field: Any = model._meta.get_field(name)
    return str(field.column)


def copy_rows(model: type[Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Fields by their names in the model, the others as the model has them by default; mappings and lists as JSON."""
    more = [field for field in model._meta.concrete_fields if _is_left_out(field, fields)]
    rest = [_as_value(field.get_default()) for field in more]
    columns = ", ".join(f'"{name}"' for name in [*(_column(model, name) for name in fields), *(f.column for f in more)])
    with connection.cursor() as cursor, cursor.copy(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row([*map(_as_value, row), *rest])


def _is_left_out(field: Any, fields: Sequence[str]) -> bool:
    """A column that may not be empty and that the database does not fill by itself."""
    return not (field.primary_key or field.null or field.name in fields)


def _as_value(value: Any) -> Any:
    return as_json(value) if isinstance(value, dict | list) else value


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
