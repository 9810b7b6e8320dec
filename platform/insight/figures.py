"""The figures of the dashboard: what is divided by what, by target and by month. Read-only, within what the reader may see.

Each is counted by the filters of the lists that it leads to, so a number and its rows cannot differ. They are counted
from the raw rows on every look: a year of them is few, other than what the heat map adds up (insight.rollups).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Aggregate, Avg, Count, DurationField, F, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from alerts.archive import Filter as AlertFilter
from alerts.archive import State as AlertState
from alerts.models import Alert
from core.archives import DAY, before, midnight, month_of
from core.share import Share
from core.zone import zone
from facilities.calendar import today
from facilities.models import Department
from hazards.archive import VALID
from hazards.models import OPEN, Hazard, Status
from insight import hazards, learning
from insight.models import Target
from inspections.archive import Filter as RunFilter
from inspections.archive import Moment, Standing
from inspections.models import Run
from people.models import User

Days = tuple[date, date]
PERIOD = timedelta(days=30)
_INSTANT = timedelta(microseconds=1)


def thirty_days(until: date | None = None) -> Days:
    last = until or today()
    return last - PERIOD + DAY, last


@dataclass(frozen=True)
class Figure:
    """target: until the factory sets its own. is_better_low: less is better, so the target is the most that is good."""

    key: str
    label: str | Promise
    unit: str | Promise
    definition: str | Promise
    target: float
    is_better_low: bool = False


_OF_HAZARDS = {figure.key: figure for figure in hazards.FIGURES}
_QUALIFIED = next(figure for figure in learning.FIGURES if figure.key == "qualified")
FIGURES = (
    Figure(
        "on_time",
        _("Checks done in time"),
        "%",
        _("Of the planned checks whose window ended in the period: those that were handed in within it. What a standstill excused, or what was withdrawn, does not count."),
        98,
    ),
    Figure("closed_loop", _("Closed-loop rate"), "%", _OF_HAZARDS["closed_loop"].definition, 95),
    Figure("days", _("Mean rectification time"), _("days"), _OF_HAZARDS["days"].definition, 3, is_better_low=True),
    Figure(
        "response",
        _("Time to answer an alert"),
        _("min"),
        _("From the alert to the first who took it, in minutes; the mean of all alerts that were raised in the period and taken. Nine of ten were taken within the second number (p90)."),
        15,
        is_better_low=True,
    ),
    Figure(
        "overdue",
        _("Overdue hazards"),
        _("open"),
        _("Hazards that are open behind their limit at the end of the period, or now where it still runs."),
        0,
        is_better_low=True,
    ),
    Figure("qualified", _QUALIFIED.label, "%", _QUALIFIED.definition, 98),
)  # fmt: skip
BY_KEY = {figure.key: figure for figure in FIGURES}


@dataclass(frozen=True)
class Value:
    """number: None where there was nothing to count; top of bottom. p90: of times."""

    number: float | None
    top: float
    bottom: int
    p90: float | None = None


NOTHING = Value(None, 0, 0)
Values = dict[str, Value]


@dataclass(frozen=True)
class Scope:
    """Whose eyes, and one workshop or all of them; reader=None: the product itself, which writes a report."""

    reader: User | None
    department: int | None = None

    def seen(self, model: Any) -> Any:
        return model.objects.visible_to(self.reader) if self.reader else model.objects.all()

    def hazards(self) -> QuerySet[Hazard]:
        found = self.seen(Hazard)
        return found.filter(department=self.department) if self.department else found


def measure(scope: Scope, days: Days, *, is_brief: bool = False) -> Values:
    """Of a period; the brief one leaves out who came to a post, which takes longest to find out."""
    found = _of_all(_measured(scope, days, [] if is_brief else arrivals_in(scope, days)))
    return {key: value for key, value in found.items() if not (is_brief and key == _QUALIFIED.key)}


def response(scope: Scope, days: Days) -> Value:
    """Of alerts alone."""
    return _response(scope, days, None)[None]


Months = dict[str, list[tuple[date, Value]]]


@dataclass(frozen=True)
class Reading:
    """A period, the one before, the year up to its end, and each workshop in the period."""

    now: Values
    past: Values
    months: Months
    workshops: "list[Workshop]"


def read(scope: Scope, days: Days) -> Reading:
    """All that is shown of a period; who came to a post is asked for once."""
    past, firsts = before(*days), hazards.firsts((days[1], days[1]))
    came = arrivals_in(scope, (min(past[0], firsts[0], days[0]), max(days[1], month_of(firsts[-1])[1])))
    return Reading(
        _of_all(_measured(scope, days, came)),
        _of_all(_measured(scope, past, came)),
        by_month(scope, days[1], came),
        by_workshop(scope, days, came),
    )


@dataclass(frozen=True)
class Workshop:
    department: Department
    values: Values


def by_workshop(scope: Scope, days: Days, came: list[learning.Arrival]) -> list[Workshop]:
    """Those that have anything to count."""
    found = _measured(scope, days, came, "department_id")
    named = Department.objects.in_bulk({pk for values in found.values() for pk in values if pk})
    workshops = [
        Workshop(department, {key: found[key].get(pk, _empty(key)) for key in BY_KEY})
        for pk, department in named.items()
    ]
    return sorted(workshops, key=lambda workshop: workshop.department.code)


def by_month(scope: Scope, until: date, came: list[learning.Arrival]) -> Months:
    """A year of each figure up to the month of that day."""
    firsts = hazards.firsts((until, until))
    whole = firsts[0], month_of(firsts[-1])[1]
    tallies = {line.name: line.now for line in hazards.months_of(scope.hazards(), (until, until))}
    found: dict[str, dict[Any, Value]] = {
        "on_time": _on_time(scope, whole, TruncMonth(F("closes_at") - _INSTANT, tzinfo=zone())),
        "response": _response(scope, whole, TruncMonth("raised_at", tzinfo=zone())),
        "overdue": _overdue_at(scope, {first: _end(month_of(first)) for first in firsts}),
        "closed_loop": {first: _of_hazards(tally, "closed_loop") for first, tally in tallies.items()},
        "days": {first: _of_hazards(tally, "days") for first, tally in tallies.items()},
        "qualified": {first: _qualified(came, month_of(first)) for first in firsts},
    }
    return {key: [(first, _in_month(found[key], first)) for first in firsts] for key in BY_KEY}


def targets() -> dict[str, float]:
    """What the factory wants; of what it has not set, what is usual."""
    own = Target.objects.order_by("figure", "-at", "-id").distinct("figure").values_list("figure", "value")
    return {figure.key: figure.target for figure in FIGURES} | {key: value for key, value in own if key in BY_KEY}


def is_met(figure: Figure, value: Value, target: float) -> bool | None:
    if value.number is None:
        return None
    return value.number <= target if figure.is_better_low else value.number >= target


# The lists behind the numbers


def runs_behind(scope: Scope, days: Days, *, is_top: bool = False) -> RunFilter:
    status = Standing.ON_TIME if is_top else ""
    return RunFilter(*days, by=Moment.ENDED, department=scope.department, status=status)


def alerts_behind(scope: Scope, days: Days) -> AlertFilter:
    return AlertFilter(*days, state=AlertState.TAKEN, department=scope.department)


# How each is counted: by a group of rows, None for all of them


def _of_all(found: dict[str, dict[Any, Value]]) -> Values:
    return {key: values.get(None, NOTHING) for key, values in found.items()}


def _measured(scope: Scope, days: Days, came: list[learning.Arrival], by: str = "") -> dict[str, dict[Any, Value]]:
    tallies = hazards.tallies(scope.hazards(), days, by)
    groups = {row.department for row in learning.Arrivals(*days).of(came)} if by else {None}
    return {
        "on_time": _on_time(scope, days, F(by) if by else None),
        "response": _response(scope, days, F(by) if by else None),
        "overdue": _overdue_by(scope, days, by),
        "closed_loop": {group: _of_hazards(tally, "closed_loop") for group, tally in tallies.items()},
        "days": {group: _of_hazards(tally, "days") for group, tally in tallies.items()},
        "qualified": {group: _qualified(came, days, group if by else None) for group in groups},
    }


def _grouped(rows: QuerySet[Any], by: Any, **counts: Any) -> Iterable[tuple[Any, dict[str, Any]]]:
    if by is None:
        return [(None, rows.order_by().aggregate(**counts))]
    found: Any = rows.order_by().annotate(counted_by=by).values("counted_by").annotate(**counts)
    return [(_day_of(row["counted_by"]), row) for row in found]


def _day_of(group: Any) -> Any:
    return group.date() if isinstance(group, datetime) else group


def _percent(top: int, bottom: int) -> Value:
    return Value(Share(top, bottom).percent, top, bottom)


def _on_time(scope: Scope, days: Days, by: Any) -> dict[Any, Value]:
    runs = runs_behind(scope, days).of(scope.seen(Run))
    counts = {"top": Count("pk", filter=runs_behind(scope, days, is_top=True).narrow), "bottom": Count("pk")}
    return {group: _percent(row["top"], row["bottom"]) for group, row in _grouped(runs, by, **counts)}


class Quantile(Aggregate):
    template = "percentile_cont(%(at)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def _response(scope: Scope, days: Days, by: Any) -> dict[Any, Value]:
    alerts = alerts_behind(scope, days).of(scope.seen(Alert))
    alerts = alerts.annotate(took=F("acknowledged_at") - F("raised_at"))
    counts = {"mean": Avg("took"), "p90": Quantile("took", at=0.9), "bottom": Count("pk")}
    found = {}
    for group, row in _grouped(alerts, by, **counts):
        mean, number = _minutes(row["mean"]), row["bottom"]
        found[group] = Value(mean, round((mean or 0) * number, 1), number, _minutes(row["p90"]))
    return found


def _minutes(time: timedelta | None) -> float | None:
    return None if time is None else round(time / timedelta(minutes=1), 1)


def _of_hazards(tally: hazards.Tally, key: str) -> Value:
    value = tally.value(_OF_HAZARDS[key])
    return Value(value.number, value.top, value.bottom)


def _behind_limit(at: datetime) -> Q:
    """Open behind the limit at that moment, by the limit of today."""
    was_open = Q(status__in=OPEN) | Q(status=Status.CLOSED, closed_at__gte=at)
    return VALID & was_open & Q(due_at__lt=at)


def _end(days: Days) -> datetime:
    return min(midnight(days[1] + DAY), timezone.now())


def _overdue_by(scope: Scope, days: Days, by: str) -> dict[Any, Value]:
    late = scope.hazards().filter(_behind_limit(_end(days)))
    return {group: _count(row["n"]) for group, row in _grouped(late, F(by) if by else None, n=Count("pk"))}


def _overdue_at(scope: Scope, moments: dict[date, datetime]) -> dict[Any, Value]:
    counts = {f"{first:m%Y%m}": Count("pk", filter=_behind_limit(at)) for first, at in moments.items()}
    row = scope.hazards().order_by().aggregate(**counts)
    return {first: _count(row[f"{first:m%Y%m}"]) for first in moments}


def _count(number: int) -> Value:
    return Value(number, number, number)


def _empty(key: str) -> Value:
    return _count(0) if key == "overdue" else NOTHING


def _in_month(found: dict[Any, Value], first: date) -> Value:
    return found.get(first, NOTHING)


def arrivals_in(scope: Scope, days: Days) -> list[learning.Arrival]:
    return learning.Arrivals(department=scope.department).of(learning.arrivals(scope.reader, days))


def _qualified(came: list[learning.Arrival], days: Days, department: int | None = None) -> Value:
    where = {"department": department}
    return _percent(*(len(learning.part(key, days, where).of(came)) for key in ("in_time", "judged")))
