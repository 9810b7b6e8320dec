"""独立完成: the one place that says which checks were somebody's, and which of them were done without help.

Somebody's check is one that they handed in, or one that was given to them by name and missed. It was done unaided when
they handed it in, nobody had to remind them of it, and they asked no buddy for help at any of its steps. A check that was
withdrawn or excused because its machine stood still is nobody's.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, When
from django.db.models.functions import TruncWeek

from adoption.models import HelpCall, Pair
from core.share import Share
from core.zone import zone
from facilities.calendar import today
from inspections.models import Run

DONE = Q(status=Run.Status.DONE)
UNAIDED = DONE & Q(nudged_at=None, is_aided=False)
_WEEK = timedelta(days=7)


def checks_of(people: Collection[int] | QuerySet[Any], since: datetime, until: datetime) -> QuerySet[Any]:
    """Their checks of the time; whose: the person, at: when it was handed in, or its window was over."""
    asked = HelpCall.objects.filter(run=OuterRef("pk"), person=OuterRef("inspector"))
    handed_in = Q(DONE, inspector__in=people, submitted_at__gte=since, submitted_at__lt=until)
    missed = Q(status=Run.Status.MISSED, assignee__in=people, closes_at__gte=since, closes_at__lt=until)
    whose = Case(When(DONE, then=F("inspector")), default=F("assignee"))
    at = Case(When(DONE, then=F("submitted_at")), default=F("closes_at"))
    return Run.objects.filter(handed_in | missed).annotate(is_aided=Exists(asked), whose=whose, at=at)


def rate(runs: QuerySet[Any]) -> Share:
    found = runs.order_by().aggregate(done=Count("pk", filter=UNAIDED), of=Count("pk"))
    return Share(**found)


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), zone())


def week_of(column: str) -> TruncWeek:
    """The Monday of a moment, by the factory's clock."""
    return TruncWeek(column, tzinfo=zone())


def by_week(runs: QuerySet[Any]) -> dict[date, Share]:
    rows = runs.order_by().annotate(week=week_of("at")).values("week")
    rows = rows.annotate(done=Count("pk", filter=UNAIDED), of=Count("pk"))
    return {row["week"].date(): Share(row["done"], row["of"]) for row in rows}


@dataclass(frozen=True)
class Week:
    """One week of a pair; is_over: it can no longer change."""

    monday: date
    share: Share
    is_met: bool
    is_over: bool

    @property
    def sunday(self) -> date:
        return self.monday + _WEEK - timedelta(days=1)


def weeks_of(pair: Pair) -> list[Week]:
    """From the first whole week on, the newest last; how it stands against the pair's goal."""
    first = monday(pair.begun_on + _WEEK - timedelta(days=1))
    now = pair.until - timedelta(days=1) if pair.until else today()
    if first > now:
        return []
    shares = by_week(checks_of([pair.mentee_id], midnight(first), midnight(monday(now) + _WEEK)))
    mondays = [first + _WEEK * n for n in range((now - first).days // 7 + 1)]
    return [_week(pair, each, shares.get(each, Share(0, 0)), each + _WEEK <= today()) for each in mondays]


def _week(pair: Pair, first: date, share: Share, is_over: bool) -> Week:
    is_met = share.of >= pair.checks and share.done * 100 >= share.of * pair.percent
    return Week(first, share, is_met, is_over)


def is_reached(pair: Pair) -> bool:
    """The last whole weeks, as many as the goal asks for, all kept it."""
    over = [week for week in weeks_of(pair) if week.is_over][-pair.weeks :]
    return len(over) == pair.weeks and all(week.is_met for week in over)
