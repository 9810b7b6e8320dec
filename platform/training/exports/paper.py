"""Records on A4: one person's life with the factory, the sign-in sheet of a class, and the index of an audit pack."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from core.exports.cover import Cover
from core.pdf import render_pdf
from people.models import User
from training.record import Entry, Kind, posts_of

RECORD, SHEET = "pdf/record.html", "record.css"


def write_record(
    path: Path, cover: Cover, people: Collection[User], records: Mapping[int, Mapping[str, Iterable[Entry]]]
) -> int:
    """Of one person."""
    (person,) = people
    path.write_bytes(render_pdf(RECORD, SHEET, record_context(cover, person, records[person.pk], posts_of([person]))))
    return 1


def record_context(
    cover: Cover, person: User, record: Mapping[str, Iterable[Entry]], posts: Mapping[int, Any]
) -> dict[str, Any]:
    """For the template of one person's record; what there is nothing of is left out."""
    parts = [(kind.label, list(record.get(kind, ()))) for kind in Kind]
    hours = sum((entry.hours for _label, rows in parts for entry in rows if entry.hours), start=0)
    return {
        "cover": cover,
        "person": person,
        "stays": posts[person.pk],
        "parts": [(label, rows) for label, rows in parts if rows],
        "hours": hours,
    }
