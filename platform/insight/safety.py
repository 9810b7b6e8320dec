"""连续安全生产天数 and 伤害率: how long nobody was hurt, and how often somebody is, each figure with its base.

Incidents that were recorded here and past records count alike. Figures of injuries count each injured person once, and an
injury that nobody has entered yet as one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.accidents import Severity
from core.archives import DAY, midnight, month_of, next_month
from core.models import Event
from core.zone import zone
from facilities.calendar import today, workdays
from incidents.models import Incident, Injury, SafetyStart, WorkedHours
from past.models import PastIncident
from people.models import User

HOURS_A_DAY = 8
_HURT = (Severity.MINOR, Severity.SERIOUS, Severity.FATAL)


@dataclass(frozen=True)
class Period:
    """From the day after one injury, or the first day, to the day of the next one; until None: it still runs."""

    since: date
    until: date | None
    days: int


@dataclass(frozen=True)
class SafeDays:
    """longest: of all periods, the running one included."""

    days: int
    since: date
    periods: list[Period]
    counts_first_aid: bool
    is_first_day_said: bool

    @property
    def longest(self) -> int:
        return max((period.days for period in self.periods), default=0)


def safe_days(department_ids: Iterable[int] | None = None) -> SafeDays:
    """Days since the last minor injury or worse; first aid ends a period only where the factory says so.

    department_ids: of one workshop; past records name theirs in words, so there they count for the whole factory only.
    """
    start = SafetyStart.objects.first() or SafetyStart()
    kinds = (Severity.FIRST_AID, *_HURT) if start.counts_first_aid else _HURT
    incidents = Incident.objects.counted().filter(severity__in=kinds)
    moments: Any = incidents.order_by().values_list("happened_at", flat=True)
    if department_ids is not None:
        moments = moments.filter(department__in=department_ids)
    else:
        moments = moments.union(PastIncident.objects.filter(severity__in=kinds).values_list("at", flat=True), all=True)
    first = start.starts_on or _first_day()
    return _periods(first, sorted({at.astimezone(zone()).date() for at in moments}), today(), start)


def _periods(first: date, hurt_on: list[date], now: date, start: SafetyStart) -> SafeDays:
    """The day of an injury is no safe day; the running day counts from its second one on."""
    ends = [day for day in hurt_on if first <= day <= now]
    begins = [first, *ends]
    periods = [Period(a, b, (b - a).days) for a, b in zip(begins, ends, strict=False) if b > a]
    last = begins[-1]
    periods.append(Period(last, None, (now - last).days))
    return SafeDays(periods[-1].days, last, periods[::-1], start.counts_first_aid, start.starts_on is not None)


def _first_day() -> date:
    """The first record that there is, be it brought along or made here."""
    first = Incident.objects.order_by("happened_at").values_list("happened_at", flat=True)[:1]
    past = PastIncident.objects.order_by("at").values_list("at", flat=True)[:1]
    here = Event.objects.order_by("seq").values_list("at", flat=True)[:1]
    return min((at.astimezone(zone()).date() for at in first.union(past, here, all=True)), default=today())


@dataclass(frozen=True)
class Base:
    """What injuries are held against. months: how many of them; estimated: for how many nobody entered hours."""

    headcount: float
    hours: int
    months: int
    estimated: int


@dataclass(frozen=True)
class Counted:
    """People who were hurt within the days, by how badly, and the days of work that were lost."""

    minor: int = 0
    serious: int = 0
    fatal: int = 0
    lost_days: int = 0

    @property
    def all(self) -> int:
        return self.minor + self.serious + self.fatal


@dataclass(frozen=True)
class Rate:
    """value None: there is nothing to divide by. of: how many were counted; base: what they are held against."""

    key: str
    label: str | Promise
    definition: str | Promise
    unit: str | Promise
    value: float | None
    of: int
    base: float


def rate(number: float, base: float, per: int) -> float | None:
    return round(number / base * per, 3) if base else None


def rates_of(counted: Counted, base: Base) -> list[Rate]:
    """B10: the same injuries a year and as a monthly mean, since customers compare either; the base stands beside each."""
    people, hours, months = base.headcount, base.hours, base.months or 1

    def each(key: str, label: Any, definition: Any, unit: Any, of: int, by: float, per: int) -> Rate:
        return Rate(key, label, definition, unit, rate(of, by, per), of, by)

    year, mean = _("per 1,000 people in the period"), _("per 1,000 people, mean of a month")
    million, two = _("per million hours"), _("per 200,000 hours")
    return [
        each("minor", _("Minor injuries, period"), _("People with a minor injury ÷ average headcount × 1,000"), year, counted.minor, people, 1000),
        each("minor_month", _("Minor injuries, monthly mean"), _("People with a minor injury ÷ months ÷ average headcount × 1,000"), mean, counted.minor, people * months, 1000),
        each("serious", _("Serious injuries, period"), _("People with a serious injury ÷ average headcount × 1,000"), year, counted.serious, people, 1000),
        each("fatal", _("Deaths, period"), _("Deaths ÷ average headcount × 1,000"), year, counted.fatal, people, 1000),
        each("all", _("Injuries, period"), _("People hurt with lost days ÷ average headcount × 1,000 (GB 6441-2025 counts all of them)"), year, counted.all, people, 1000),
        each("million", _("Injuries per million hours"), _("People hurt with lost days ÷ hours × 1,000,000"), million, counted.all, hours, 10**6),
        each("trir", _("TRIR"), _("People hurt with lost days ÷ hours × 200,000"), two, counted.all, hours, 200_000),
        each("severity", _("Severity rate"), _("Lost days ÷ hours × 1,000,000; a death counts as 6,000 days"), million, counted.lost_days, hours, 10**6),
    ]  # fmt: skip


def counted_in(since: date, until: date) -> Counted:
    """Both days included."""
    within = {"happened_at__gte": midnight(since), "happened_at__lt": midnight(until + DAY)}
    incidents = Incident.objects.counted().filter(**within)
    hurt = Injury.objects.filter(incident__in=incidents)
    people: dict[str, int] = dict(hurt.order_by().values_list("severity").annotate(n=Count("pk")))
    nobody_yet = incidents.injuring().filter(injuries=None)
    days = hurt.aggregate(n=Sum("lost_days"))["n"] or 0
    past = PastIncident.objects.filter(at__gte=within["happened_at__gte"], at__lt=within["happened_at__lt"])
    days += past.aggregate(n=Sum("lost_days"))["n"] or 0
    for rows in (nobody_yet, past):
        for severity, n in rows.order_by().values_list("severity").annotate(n=Count("pk")):
            people[severity] = people.get(severity, 0) + n
    minor, serious, fatal = (people.get(severity, 0) for severity in _HURT)
    return Counted(minor, serious, fatal, days)


def base_of(since: date, until: date) -> Base:
    """Month by month: what was entered, else people here × 8 hours × workdays, which is an estimate. Months that are
    still to come count for nothing, and of the running one only its days so far."""
    entered = {row.month: row for row in WorkedHours.objects.filter(month__gte=since.replace(day=1), month__lte=until)}
    heads, is_workday, estimate = [], workdays(), User.objects.insiders().filter(is_active=True).count()
    hours, estimated, month = 0, 0, since.replace(day=1)
    while month <= min(until, today()):
        row = entered.get(month)
        heads.append(row.headcount if row else estimate)
        hours += row.hours if row else estimate * HOURS_A_DAY * _workdays(month, is_workday)
        estimated += row is None
        month = next_month(month)
    return Base(sum(heads) / len(heads) if heads else 0, hours, len(heads), estimated)


def _workdays(month: date, is_workday: Callable[[date], bool]) -> int:
    first, last = month_of(month)
    days = ((min(last, today()) - first).days + 1) if first <= today() else 0
    return sum(is_workday(first + timedelta(days=n)) for n in range(days))
