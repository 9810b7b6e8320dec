"""The archive of hazards as an Excel book: a cover and a row for each hazard; written row by row."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.exports.book import Column, Sheet, looks_of, open_book, write_cover
from core.exports.cover import Cover
from hazards.exports.rows import HazardRow

Told = Callable[[int], None]

COLUMNS = (
    Column(gettext_lazy("Hazard no."), 18),
    Column(gettext_lazy("Found at"), 19, "time"),
    Column(gettext_lazy("Kind of check"), 13),
    Column(gettext_lazy("Reported by"), 11),
    Column(gettext_lazy("Workshop"), 13),
    Column(gettext_lazy("Area"), 14),
    Column(gettext_lazy("Machine"), 24),
    Column(gettext_lazy("What is wrong"), 40),
    Column(gettext_lazy("Code of the kind"), 16),
    Column(gettext_lazy("Kind"), 20),
    Column(gettext_lazy("Level"), 9),
    Column(gettext_lazy("By the law"), 10),
    Column(gettext_lazy("Clause"), 24),
    Column(gettext_lazy("Urgent"), 7),
    Column(gettext_lazy("Photos before"), 8, "number"),
    Column(gettext_lazy("Cause"), 26),
    Column(gettext_lazy("What was done"), 32),
    Column(gettext_lazy("Responsible group"), 16),
    Column(gettext_lazy("Who fixes it"), 11),
    Column(gettext_lazy("Money"), 10, "money"),
    Column(gettext_lazy("Limit"), 19, "time"),
    Column(gettext_lazy("First limit"), 19, "time"),
    Column(gettext_lazy("Temporary control"), 24),
    Column(gettext_lazy("Emergency plan"), 24),
    Column(gettext_lazy("Fixed at"), 19, "time"),
    Column(gettext_lazy("Photos after"), 8, "number"),
    Column(gettext_lazy("Test result"), 30),
    Column(gettext_lazy("First review"), 24),
    Column(gettext_lazy("Second review"), 24),
    Column(gettext_lazy("Final review"), 24),
    Column(gettext_lazy("Release"), 24),
    Column(gettext_lazy("Closed at"), 19, "time"),
    Column(gettext_lazy("Status"), 12),
    Column(gettext_lazy("Repeats"), 18),
    Column(gettext_lazy("Made known where"), 16),
    Column(gettext_lazy("Made known on"), 12, "day"),
)
STAGES = ("first", "second", "final", "head")


def write_book(path: Path, cover: Cover, chunks: Iterable[list[HazardRow]], heard: Told) -> int:
    """heard: is told after each chunk how many rows are written. Returns that number at the end."""
    with open_book(path) as book:
        looks = looks_of(book)
        first = book.add_worksheet(_("About"))
        sheet = Sheet(book, looks, _("Hazards"), COLUMNS)
        yes = _("yes")
        for chunk in chunks:
            for row in chunk:
                sheet.write(values_of(row, yes))
            heard(sheet.rows)
        sheet.close()
        write_cover(first, looks, _("Hazard register"), cover.lines([(_("Hazards"), sheet.rows)]))
    return sheet.rows


def values_of(row: HazardRow, yes: str) -> tuple[Any, ...]:
    return (
        row.number, row.found_at, row.kind_of_check, row.reporter, row.department, row.area, row.machine, row.what,
        row.category_code, row.category, row.level, row.legal, row.clause, yes if row.is_urgent else "", row.before,
        row.cause, row.measure, row.team, row.owner, row.cost, row.due_at, row.first_due_at, row.control,
        row.emergency, row.fixed_at, row.after, row.tests, *(row.reviews.get(stage, "") for stage in STAGES),
        row.closed_at, row.status, row.repeat_of, row.where, row.known_on,
    )  # fmt: skip
