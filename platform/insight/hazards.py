"""Figures of hazards, each counted by the very filters that show the rows behind it. Read-only.

A period is whole days of the factory. What a number counts is a pair of the archive's filters, so that whoever follows
a number finds exactly its rows.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, F, QuerySet, Sum, When
from django.db.models.functions import TruncMonth
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.archives import DAY, before, month_of
from core.zone import zone
from hazards.archive import EARLY, Filter, Group, Late, Moment, Tries, during
from hazards.models import Hazard, Level

MOST_MONTHS = 36
_ONE_DAY = timedelta(days=1)

_TO_CLOSE = Filter(by=Moment.TO_CLOSE, group=Group.VALID, proven=True)
_CLOSED = Filter(by=Moment.CLOSED, group=Group.CLOSED, proven=True)
_FOUND = Filter(by=Moment.REPORTED, group=Group.VALID, proven=True)
# Everything that is counted; the period and the line are still to be added.
PARTS: dict[str, Filter] = {
    "to_close": _TO_CLOSE,
    "closed_of": replace(_TO_CLOSE, group=Group.CLOSED),
    "late_of": replace(_TO_CLOSE, late=Late.EVER),
    "closed": _CLOSED,
    "first": replace(_CLOSED, tries=Tries.ONE),
    "found": _FOUND,
    "again": replace(_FOUND, repeat=True),
}


@dataclass(frozen=True)
class Figure:
    """top of bottom, both keys of PARTS; without a top it is the mean of days. is_better_low: less is better."""

    key: str
    label: str | Promise
    unit: str | Promise
    definition: str | Promise
    bottom: str
    top: str = ""
    is_better_low: bool = True


FIGURES = (
    Figure(
        "days",
        _("Mean rectification time"),
        _("days"),
        _("Closing minus confirmation of the level, in days; the mean of all hazards closed in the period."),
        "closed",
    ),
    Figure(
        "closed_loop",
        _("Closed-loop rate"),
        "%",
        _("Closed ones of those that were to be closed: their limit fell into the period, or they were closed early in it. Merged, unfounded and void reports do not count."),
        "to_close",
        "closed_of",
        is_better_low=False,
    ),
    Figure(
        "overdue",
        _("Overdue rate"),
        "%",
        _("Of those that were to be closed in the period: closed after their limit, or still open behind it."),
        "to_close",
        "late_of",
    ),
    Figure(
        "first_pass",
        _("First-pass rate"),
        "%",
        _("Of those closed in the period: the first fix passed every review and was never returned."),
        "closed",
        "first",
        is_better_low=False,
    ),
    Figure(
        "repeat",
        _("Repeat rate"),
        "%",
        _("Of those found in the period: the same kind at the same machine, or in the same area where there is no machine, within 90 days after the earlier one was closed. Merged, unfounded and void reports do not count."),
        "found",
        "again",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Value:
    """number: None where there was nothing to count."""

    number: float | None
    top: float
    bottom: int


@dataclass
class Tally:
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PARTS, 0))
    time: timedelta = timedelta()

    def __add__(self, other: "Tally") -> "Tally":
        counts = {part: self.counts[part] + other.counts[part] for part in PARTS}
        return Tally(counts, self.time + other.time)

    def value(self, figure: Figure) -> Value:
        of = self.counts[figure.bottom]
        if not figure.top:
            days = self.time / _ONE_DAY
            return Value(round(days / of, 1) if of else None, round(days, 1), of)
        top = self.counts[figure.top]
        return Value(round(100 * top / of, 1) if of else None, top, of)


@dataclass
class Line:
    """A level, workshop, kind or month: `where` narrows a part's filter to its rows."""

    name: Any
    where: dict[str, Any]
    now: Tally = field(default_factory=Tally)
    before: Tally = field(default_factory=Tally)


Days = tuple[date, date]


@dataclass(frozen=True)
class Board:
    days: Days
    before: Days
    total: Line
    levels: list[Line]
    workshops: list[Line]
    kinds: list[Line]
    months: list[Line]


def part(key: str, days: Days, where: dict[str, Any] | None = None) -> Filter:
    """The archive's filter of what is counted: of these days, and of a line."""
    whole = {"since": days[0], "until": days[1]} | (where or {})
    return replace(PARTS[key], **whole)


def board(user: Any, days: Days) -> Board:
    hazards = Hazard.objects.visible_to(user)
    levels = _lines(hazards, days, ("level",), lambda row: (Level(row["level"]).label, {"level": row["level"]}))
    levels.sort(key=lambda line: Level(line.where["level"]).rank)
    workshops = _lines(hazards, days, ("department_id", "department__name", "department__code"), _workshop)
    kinds = _lines(hazards, days, ("category_id", "category__code", "category__name"), _kind)
    total = _sum(levels)
    return Board(days, before(*days), total, levels, workshops, kinds, months_of(hazards, days))


def tallies(hazards: QuerySet[Hazard], days: Days, by: str = "") -> dict[Any, Tally]:
    """By the values of a column, or of all of them under None; one question."""
    if not by:
        return {None: _tally("now", hazards.order_by().aggregate(**_counts("now", days)))}
    rows = hazards.order_by().values(by).annotate(**_counts("now", days))
    return {row[by]: _tally("now", row) for row in rows}


def _workshop(row: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    return row["department__name"], {"department": row["department_id"]}


def _kind(row: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    return row["category__name"], {"category": row["category__code"]}


def _lines(
    hazards: QuerySet[Hazard],
    days: Days,
    columns: tuple[str, ...],
    named: Callable[[dict[str, Any]], tuple[Any, dict[str, Any]]],
) -> list[Line]:
    """Those with anything to count, in this period or in the one before."""
    counts = _counts("now", days) | _counts("before", before(*days))
    rows = hazards.order_by(columns[-1] if columns[0] == "department_id" else columns[0]).values(*columns)
    lines = [Line(*named(row), _tally("now", row), _tally("before", row)) for row in rows.annotate(**counts)]
    return [line for line in lines if any((line.now + line.before).counts.values())]


def _counts(prefix: str, days: Days) -> dict[str, Any]:
    counts: dict[str, Any] = {f"{prefix}_{key}": Count("pk", filter=part(key, days).rule) for key in PARTS}
    took = F("closed_at") - F("confirmed_at")
    return counts | {f"{prefix}_time": Sum(took, filter=part("closed", days).rule)}


def _tally(prefix: str, row: dict[str, Any]) -> Tally:
    counts = {key: row.get(f"{prefix}_{key}", 0) for key in PARTS}
    return Tally(counts, row.get(f"{prefix}_time") or timedelta())


def _sum(lines: Iterable[Line]) -> Line:
    whole = Line("", {})
    for line in lines:
        whole.now += line.now
        whole.before += line.before
    return whole


def months_of(hazards: QuerySet[Hazard], days: Days) -> list[Line]:
    """A year up to the period's end, or the whole period where that is longer."""
    shown = firsts(days)
    lines = {first: Line(first, {}) for first in shown}
    whole = shown[0], month_of(shown[-1])[1]
    for moment, when in _MOMENTS.items():
        parts = [key for key, what in PARTS.items() if what.by == moment]
        for month, tally in _of_months(hazards, whole, moment, when, parts):
            if month in lines:
                lines[month].now += tally
    return list(lines.values())


_MOMENTS: dict[str, Any] = {
    Moment.REPORTED: F("reported_at"),
    Moment.CLOSED: F("closed_at"),
    Moment.TO_CLOSE: Case(When(EARLY, then=F("closed_at")), default=F("due_at")),
}


def _of_months(
    hazards: QuerySet[Hazard], days: Days, moment: str, when: Any, parts: list[str]
) -> Iterable[tuple[date, Tally]]:
    counts: dict[str, Any] = {f"now_{key}": Count("pk", filter=part(key, days).rule) for key in parts}
    if "closed" in parts:
        counts["now_time"] = Sum(F("closed_at") - F("confirmed_at"), filter=part("closed", days).rule)
    found = hazards.filter(during(moment, *days)).order_by()
    rows: Any = found.annotate(month=TruncMonth(when, tzinfo=zone())).values("month").annotate(**counts)
    return [(row["month"].date(), _tally("now", row)) for row in rows]


def firsts(days: Days) -> list[date]:
    """Of months: a year up to the period's end, or the whole period where that is longer."""
    found = [days[1].replace(day=1)]
    while len(found) < MOST_MONTHS and (len(found) < 12 or found[0] > days[0]):
        found.insert(0, (found[0] - DAY).replace(day=1))
    return found


def month_days(line: Line) -> Days:
    return month_of(line.name)
