"""Records as an Excel book: a cover, and a sheet for each kind of thing that somebody learned or holds."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.exports.book import Column, Sheet, looks_of, open_book, write_cover
from core.exports.cover import Cover
from core.words import say
from core.zone import zone
from people.models import User
from training.record import Entry, Kind

_WHO = (
    Column(gettext_lazy("Employee number"), 13),
    Column(gettext_lazy("Full name"), 11),
    Column(gettext_lazy("Department"), 16),
    Column(gettext_lazy("Job role"), 16),
)
_TIME, _DAY = 19, 12
_HOURS = ("hours", Column(gettext_lazy("Learning hours"), 9, "number"))
_POINTS = ("points", Column(gettext_lazy("Points"), 8, "number"))
_RESULT = ("result", Column(gettext_lazy("Result"), 20))
_NOTE = ("note", Column(gettext_lazy("Note"), 30))
_UNTIL = ("ends_on", Column(gettext_lazy("Valid until"), _DAY, "day"))
# By kind: which of an entry's columns its sheet has, with what they are called there.
SHEETS: dict[str, tuple[tuple[str, Column], ...]] = {
    Kind.COURSE: (
        ("began", Column(gettext_lazy("Given"), _TIME, "time")), ("at", Column(gettext_lazy("Ended"), _TIME, "time")),
        ("what", Column(gettext_lazy("Course"), 40)), ("about", Column(gettext_lazy("Why"), 20)), _HOURS, _POINTS,
        ("again", Column(gettext_lazy("Lessons learned again"), 11, "number")), _RESULT,
        ("number", Column(gettext_lazy("Certificate number"), 18)), _NOTE,
    ),
    Kind.PAPER: (
        ("began", Column(gettext_lazy("Started"), _TIME, "time")), ("at", Column(gettext_lazy("Handed in"), _TIME, "time")),
        ("what", Column(gettext_lazy("Paper"), 40)), ("about", Column(gettext_lazy("Belongs to"), 40)), _POINTS, _RESULT, _NOTE,
    ),
    Kind.CERTIFICATE: (
        ("at", Column(gettext_lazy("Issued"), _DAY, "day")), _UNTIL, ("what", Column(gettext_lazy("Certificate"), 40)),
        ("number", Column(gettext_lazy("Certificate number"), 18)), _POINTS, _RESULT, _NOTE,
    ),
    Kind.CLASS: (
        ("at", Column(gettext_lazy("Signed in"), _TIME, "time")), ("out", Column(gettext_lazy("Signed out"), _TIME, "time")),
        ("what", Column(gettext_lazy("What it is about"), 40)), ("about", Column(gettext_lazy("Place and trainer"), 36)),
        _HOURS, _RESULT, _NOTE,
    ),
    Kind.LICENCE: (
        ("at", Column(gettext_lazy("Issued"), _DAY, "day")), _UNTIL, ("what", Column(gettext_lazy("Licence"), 44)),
        ("about", Column(gettext_lazy("Issuer"), 22)), _RESULT, _NOTE,
    ),
    Kind.WORK: (
        ("at", Column(gettext_lazy("Given"), _TIME, "time")), ("what", Column(gettext_lazy("High-risk work"), 24)),
        ("about", Column(gettext_lazy("Given by"), 12)), _RESULT, _NOTE,
    ),
}  # fmt: skip
SHEETS[Kind.DRILL] = SHEETS[Kind.CLASS]


class Book:
    """Sheets that take the records of one person after the other, each row leaving for a file at once."""

    def __init__(self, book: Any) -> None:
        self.looks = looks_of(book)
        self.first = book.add_worksheet(_("About"))
        self.sheets = {
            kind: Sheet(book, self.looks, str(kind.label), [*_WHO, *(column for _key, column in SHEETS[kind])])
            for kind in Kind
        }

    def add(self, person: User, record: Mapping[str, Iterable[Entry]]) -> None:
        who = (person.employee_no or "", person.name, _said(person.department), _said(person.job_role))
        for kind, entries in record.items():
            for entry in entries:
                self.sheets[Kind(kind)].write((*who, *(_value(entry, key) for key, _column in SHEETS[kind])))

    def close(self, cover: Cover, title: str, counts: Iterable[tuple[str, int]] = ()) -> int:
        for sheet in self.sheets.values():
            sheet.close()
        lines = [*counts, *((str(kind.label), sheet.rows) for kind, sheet in self.sheets.items())]
        write_cover(self.first, self.looks, title, cover.lines(lines))
        return sum(sheet.rows for sheet in self.sheets.values())


@contextmanager
def record_book(path: Path):
    with open_book(path) as book:
        yield Book(book)


def write_book(
    path: Path, cover: Cover, people: Collection[User], records: Mapping[int, Mapping[str, Iterable[Entry]]]
) -> int:
    with record_book(path) as book:
        for person in people:
            book.add(person, records[person.pk])
        return book.close(cover, _("Training record"), [(_("People"), len(people))])


def _value(entry: Entry, key: str) -> Any:
    value = entry.row.signed_out_at if key == "out" else getattr(entry, key)
    if isinstance(value, datetime):
        return value.astimezone(zone())
    return value or None if key == "again" else value


def _said(named: Any) -> str:
    return say(named.name) if named else ""
