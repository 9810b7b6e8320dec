"""Figures of training as an Excel book: the tables with their definitions, and the rows that were counted."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import jobs
from core.archives import Days, Fact, period
from core.events import register
from core.exports import orders
from core.exports.book import Column, Sheet, looks_of, open_book, write_cover
from core.exports.cover import Cover, cover
from core.models import Attachment, Job
from core.words import say
from core.zone import zone
from insight import learning
from insight.learning import reports
from people.models import User

register({"learning.exported": gettext_lazy("Training figures exported")})

VIEW = "training.view"
_PERSON = (Column(gettext_lazy("Employee number"), 13), Column(gettext_lazy("Full name"), 11))
_SHARE = (
    Column(gettext_lazy("Percent"), 9, "number"), Column(gettext_lazy("Above the line"), 10, "number"),
    Column(gettext_lazy("Below the line"), 10, "number"),
)  # fmt: skip
_FIGURES = (
    Column(gettext_lazy("By"), 12),
    Column(gettext_lazy("What"), 30),
    Column(gettext_lazy("Figure"), 24),
    *_SHARE,
)
_ARRIVALS = (
    *_PERSON, Column(gettext_lazy("Department"), 16), Column(gettext_lazy("Job role"), 16),
    Column(gettext_lazy("Came on"), 12, "day"), Column(gettext_lazy("First due day"), 12, "day"),
    Column(gettext_lazy("Last course passed"), 12, "day"), Column(gettext_lazy("Courses missing"), 10, "number"),
    Column(gettext_lazy("Result"), 16),
)  # fmt: skip
_PAPERS = (
    *_PERSON, Column(gettext_lazy("Department"), 16), Column(gettext_lazy("Course"), 34), Column(gettext_lazy("Paper"), 34),
    Column(gettext_lazy("Handed in"), 19, "time"), Column(gettext_lazy("Points"), 8, "number"),
    Column(gettext_lazy("Try"), 18), Column(gettext_lazy("Result"), 12),
)  # fmt: skip
_GROUPS = (
    Column(gettext_lazy("Group"), 30), Column(gettext_lazy("People"), 9, "number"), Column(gettext_lazy("Months of people"), 10, "number"),
    Column(gettext_lazy("Hazards reported"), 10, "number"), Column(gettext_lazy("Per month of a person"), 12, "number"),
)  # fmt: skip


def order_figures(days: learning.Span, *, by: User) -> Job:
    orders.refuse_others(by, VIEW)
    name = orders.file_name(_("Training figures"), period(*days), "xlsx")
    return orders.order("learning.xlsx", by=by, total=1, filter=Days(*days).as_json(), name=name)


@jobs.kind("learning.xlsx")
def make_book(job: Job) -> Attachment:
    by, days = orders.asker(job, VIEW), Days.from_json(job.payload["filter"])
    assert days.since and days.until  # noqa: S101 - ordered with both
    span = days.since, days.until
    about = cover([Fact("period", gettext_lazy("Period"), period(*span))], by)
    made = orders.make(job, "xlsx", lambda path: _write(path, about, by, span))
    orders.note("learning.exported", job, job, made, by=by, filter=job.payload["filter"], rows=job.total, form="xlsx")
    return made


def _write(path: Path, about: Cover, by: User, span: learning.Span) -> int:
    with open_book(path) as book:
        looks = looks_of(book)
        first = book.add_worksheet(_("About"))
        rows = (
            (_("Figures"), _FIGURES, _figures(learning.board(by, span))),
            (_("People who came"), _ARRIVALS, _arrivals(by, span)),
            (_("Papers"), _PAPERS, _papers(by, span)),
            (_("Who reports hazards"), _GROUPS, _groups(reports.multiplier(by, span))),
        )
        counts = [(title, _fill(Sheet(book, looks, title, columns), lines)) for title, columns, lines in rows]
        told = [(str(figure.label), str(figure.definition)) for figure in learning.FIGURES]
        lines = [*about.lines(counts), *told, (_("Who reports hazards"), str(reports.DEFINITION))]
        write_cover(first, looks, _("Training figures"), lines)
    return sum(count for _title, count in counts)


def _fill(sheet: Sheet, rows: Iterable[tuple[Any, ...]]) -> int:
    for row in rows:
        sheet.write(row)
    sheet.close()
    return sheet.rows


def _figures(board: learning.Board) -> Iterable[tuple[Any, ...]]:
    tables = (
        (_("all"), [board.total]), (_("Workshop"), board.workshops), (_("Course"), board.courses), (_("Month"), board.months),
    )  # fmt: skip
    for kind, lines in tables:
        for line in lines:
            for figure in learning.FIGURES:
                value = line.value(figure)
                if value.bottom:
                    name = line.name if isinstance(line.name, str) else f"{line.name:%Y-%m}"
                    yield kind, name, str(figure.label), value.number, value.top, value.bottom


def _arrivals(by: User, span: learning.Span) -> Iterable[tuple[Any, ...]]:
    for row in learning.arrivals(by, span):
        person = row.person
        yield (
            person.employee_no or "", person.name, say(person.department.name) if person.department else "", row.post,
            row.came_on, row.due_on, row.done_on, row.missing, str(learning.State(row.state).label),
        )  # fmt: skip


def _papers(by: User, span: learning.Span) -> Iterable[tuple[Any, ...]]:
    papers = learning.Papers(*span).of(learning.papers_seen_by(by)).order_by("ended_at", "pk")
    near = papers.select_related("person__department", "lesson", "exam", "enrolment__course")
    for row in near.iterator(chunk_size=1000):
        person, title = row.person, (row.exam or row.lesson).title
        yield (
            person.employee_no or "", person.name, say(person.department.name) if person.department else "",
            say(row.enrolment.title) if row.lesson else "", say(title), row.ended_at.astimezone(zone()), row.score,
            str(learning.Tries.AGAIN.label if row.is_again else learning.Tries.FIRST.label),
            _("Passed") if row.is_passed else _("Not passed"),
        )  # fmt: skip


def _groups(found: reports.Multiplier) -> Iterable[tuple[Any, ...]]:
    for name, crowd in ((_("three special trainings or more"), found.trained), (_("fewer"), found.others)):
        yield name, crowd.n, crowd.months, crowd.reports, crowd.shown
