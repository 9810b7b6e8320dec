"""The archive of self-inspections as an Excel book: a cover, a row for each report, a row for each answer."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.exports.book import Column, Sheet, looks_of, open_book, write_cover
from core.exports.cover import Cover
from core.templatetags.core_tags import normal
from partners.exports.rows import ReportRow

REPORTS = (
    Column(gettext_lazy("Record no."), 9, "number"),
    Column(gettext_lazy("Company"), 22),
    Column(gettext_lazy("Period"), 12),
    Column(gettext_lazy("First day"), 12, "day"),
    Column(gettext_lazy("Last day"), 12, "day"),
    Column(gettext_lazy("Due on"), 12, "day"),
    Column(gettext_lazy("Version"), 7, "number"),
    Column(gettext_lazy("Handed in at"), 19, "time"),
    Column(gettext_lazy("Handed in by"), 12),
    Column(gettext_lazy("Days late"), 8, "number"),
    Column(gettext_lazy("Status"), 12),
    Column(gettext_lazy("Score"), 7, "number"),
    Column(gettext_lazy("Grade"), 7),
    Column(gettext_lazy("D because of a major hazard"), 10),
    Column(gettext_lazy("Where points were lost"), 46),
    Column(gettext_lazy("Times returned"), 8, "number"),
    Column(gettext_lazy("Why it was returned"), 30),
    Column(gettext_lazy("Decided at"), 19, "time"),
    Column(gettext_lazy("Decided by"), 12),
    Column(gettext_lazy("Filled in, not looked at"), 10, "number"),
    Column(gettext_lazy("Photos"), 8, "number"),
    Column(gettext_lazy("Photos as before"), 10, "number"),
    Column(gettext_lazy("Spot check"), 24),
    Column(gettext_lazy("To put right"), 24),
    Column(gettext_lazy("Own report, with SHA-256"), 40),
)
ANSWERS = (
    Column(gettext_lazy("Record no."), 9, "number"),
    Column(gettext_lazy("Company"), 22),
    Column(gettext_lazy("Period"), 12),
    Column(gettext_lazy("Item"), 6, "number"),
    Column(gettext_lazy("Section"), 16),
    Column(gettext_lazy("Question"), 46),
    Column(gettext_lazy("Answer"), 24),
    Column(gettext_lazy("Points"), 8, "number"),
    Column(gettext_lazy("Of"), 6, "number"),
    Column(gettext_lazy("What is done about it"), 36),
    Column(gettext_lazy("To be done by"), 12, "day"),
    Column(gettext_lazy("Filled in, not looked at"), 10),
    Column(gettext_lazy("Photos"), 8, "number"),
    Column(gettext_lazy("Photos as before"), 10, "number"),
    Column(gettext_lazy("SHA-256 of the photos"), 68),
)


def write_book(path: Path, cover: Cover, chunks: Iterable[list[ReportRow]], heard: Callable[[int], None]) -> int:
    """heard: is told after each chunk how many reports are written. Returns that number at the end."""
    with open_book(path) as book:
        looks = looks_of(book)
        first = book.add_worksheet(_("About"))
        reports = Sheet(book, looks, _("Reports"), REPORTS)
        answers = Sheet(book, looks, _("Answers"), ANSWERS)
        yes = _("yes")
        for chunk in chunks:
            for report in chunk:
                reports.write(_report(report, yes))
                for values in _answers(report, yes):
                    answers.write(values)
            heard(reports.rows)
        for sheet in (reports, answers):
            sheet.close()
        counts = [(_("Reports"), reports.rows), (_("Answers"), answers.rows)]
        write_cover(first, looks, _("Self-inspections of suppliers"), cover.lines(counts))
    return reports.rows


def _report(row: ReportRow, yes: str) -> tuple[Any, ...]:
    lost = "；".join(f"{text} −{normal(points)}" for text, points in row.reasons)
    return (
        row.id, row.company, row.period, row.starts_on, row.ends_on, row.due_on, row.version, row.handed_in,
        row.handed_in_by, row.days_late, row.status, row.score, row.grade, yes if row.is_capped else "", lost,
        row.returns, row.reason, row.decided, row.decided_by, row.untouched, row.photos, row.repeated, row.spot,
        row.corrections, row.hashes,
    )  # fmt: skip


def _answers(row: ReportRow, yes: str) -> Iterable[tuple[Any, ...]]:
    for given in row.answers:
        yield (
            row.id, row.company, row.period, given.number, given.section, given.text, given.said, given.points,
            given.weight or None, given.note, given.done_by, yes if given.is_untouched else "", len(given.photos),
            given.repeated, given.hashes,
        )  # fmt: skip
