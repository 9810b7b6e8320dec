"""The archive as an Excel book: a cover, a row for each run, a row for each answer; written row by row."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.exports.book import Column, Sheet, looks_of, open_book, write_cover
from core.exports.cover import Cover
from inspections.exports.rows import RunRow

Told = Callable[[int], None]

RUNS = (
    Column(gettext_lazy("Record no."), 9, "number"),
    Column(gettext_lazy("Plan"), 22),
    Column(gettext_lazy("Workshop"), 14),
    Column(gettext_lazy("Area"), 14),
    Column(gettext_lazy("Machine"), 24),
    Column(gettext_lazy("Checklist"), 26),
    Column(gettext_lazy("Version"), 7, "number"),
    Column(gettext_lazy("Kind of check"), 14),
    Column(gettext_lazy("Due from"), 19, "time"),
    Column(gettext_lazy("Due until"), 19, "time"),
    Column(gettext_lazy("Begun at"), 19, "time"),
    Column(gettext_lazy("Handed in at"), 19, "time"),
    Column(gettext_lazy("Status"), 9),
    Column(gettext_lazy("Late"), 7),
    Column(gettext_lazy("Result"), 11),
    Column(gettext_lazy("Given to"), 13),
    Column(gettext_lazy("Done by"), 11),
    Column(gettext_lazy("Seconds"), 8, "number"),
    Column(gettext_lazy("Problems"), 8, "number"),
    Column(gettext_lazy("Hazards"), 24),
    Column(gettext_lazy("Photos"), 8, "number"),
    Column(gettext_lazy("Second record of"), 11, "number"),
    Column(gettext_lazy("Phone's clock minus ours (s)"), 12, "number"),
)
ANSWERS = (
    Column(gettext_lazy("Record no."), 9, "number"),
    Column(gettext_lazy("Handed in at"), 19, "time"),
    Column(gettext_lazy("Workshop"), 14),
    Column(gettext_lazy("Machine or area"), 24),
    Column(gettext_lazy("Checklist"), 26),
    Column(gettext_lazy("Item"), 6, "number"),
    Column(gettext_lazy("Question"), 46),
    Column(gettext_lazy("Answer"), 12),
    Column(gettext_lazy("Number"), 10, "number"),
    Column(gettext_lazy("Unit"), 8),
    Column(gettext_lazy("Lower limit"), 9, "number"),
    Column(gettext_lazy("Upper limit"), 9, "number"),
    Column(gettext_lazy("Words"), 30),
    Column(gettext_lazy("Hazard"), 18),
    Column(gettext_lazy("Photos"), 8, "number"),
    Column(gettext_lazy("Voice note"), 8),
    Column(gettext_lazy("Answered at"), 19, "time"),
    Column(gettext_lazy("Done by"), 11),
)


def write_book(path: Path, cover: Cover, chunks: Iterable[list[RunRow]], heard: Told) -> int:
    """heard: is told after each chunk how many runs are written. Returns that number at the end."""
    with open_book(path) as book:
        looks = looks_of(book)
        first = book.add_worksheet(_("About"))
        runs = Sheet(book, looks, _("Runs"), RUNS)
        answers = Sheet(book, looks, _("Answers"), ANSWERS)
        yes = _("yes")
        for chunk in chunks:
            for run in chunk:
                runs.write(_run(run, yes))
                for values in _answers(run, yes):
                    answers.write(values)
            heard(runs.rows)
        for sheet in (runs, answers):
            sheet.close()
        counts = [(_("Runs"), runs.rows), (_("Answers"), answers.rows)]
        write_cover(first, looks, _("Inspection records"), cover.lines(counts))
    return runs.rows


def _run(run: RunRow, yes: str) -> tuple[Any, ...]:
    return (
        run.id, run.plan, run.department, run.area, run.machine, run.checklist, run.version, run.frequency,
        run.opens, run.closes, run.begun, run.handed_in, run.status, yes if run.is_late else "", run.result,
        run.given_to, run.person, run.seconds, run.problems, run.hazards, run.photos, run.second_of, run.skew,
    )  # fmt: skip


def _answers(run: RunRow, yes: str) -> Iterable[tuple[Any, ...]]:
    place = run.machine or run.area
    for given in run.answers:
        yield (
            run.id, run.handed_in, run.department, place, run.checklist, given.position, given.text, given.value,
            given.number, given.unit, given.minimum, given.maximum, given.words, given.hazard, given.photos,
            yes if given.voice else "", given.at, run.person,
        )  # fmt: skip
