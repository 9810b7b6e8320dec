"""推广数据: who uses it, and who does checks without help. Each number is the count of the rows that its list shows.

active: of the people on the floor who could, those who did something within the days: handed in a check, reported a
hazard under their name, or learned. Could: they were hired (where that is not known, had an account) before the
days ended, and were not away for all of them. Who is on the floor is known for today only, so weeks of the past are counted of today's people; whose
account is closed by now is left out of them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import dropwhile
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncWeek
from django.utils import timezone

from adoption.floor import floor, seen_by
from adoption.unaided import UNAIDED, by_week, checks_of, midnight, monday, rate, week_of
from core.share import Share
from core.zone import zone
from facilities.calendar import today
from hazards.models import Hazard
from inspections.models import Run
from people.models import Absence, User
from training.models import StudyDay

SPANS = (7, 30)
WEEKS = 26
_DAY = timedelta(days=1)
ACTIVE = Q(is_active_then=True)


@dataclass(frozen=True)
class Span:
    """So many days up to and with the last one."""

    since: date
    until: date

    @property
    def moments(self) -> tuple[datetime, datetime]:
        return midnight(self.since), midnight(self.until + _DAY)


def last_days(days: int) -> Span:
    return Span(today() - timedelta(days=days - 1), today())


@dataclass(frozen=True)
class Did:
    """Rows that show that somebody did something; week: the Monday of one."""

    rows: QuerySet[Any]
    person: str
    week: Any


def _did(span: Span) -> list[Did]:
    begin, end = span.moments
    named = (Hazard.Source.REPORT, Hazard.Source.INSPECTION)
    told = Hazard.objects.filter(source__in=named, reported_at__gte=begin, reported_at__lt=end)
    return [
        Did(Run.objects.filter(submitted_at__gte=begin, submitted_at__lt=end), "inspector", week_of("submitted_at")),
        Did(told, "reporter", week_of("reported_at")),
        Did(StudyDay.objects.filter(on__gte=span.since, on__lte=span.until), "person", TruncWeek("on")),
    ]


def could(people: QuerySet[User], span: Span) -> QuerySet[Any]:
    """Those who count, with is_active_then: whether they did something."""
    begin, end = span.moments
    now = min(end, timezone.now())
    away = Absence.objects.filter(person=OuterRef("pk"), ended_at=None, starts_at__lte=begin, ends_at__gte=now)
    checked, reported, learned = (Exists(did.rows.filter(**{did.person: OuterRef("pk")})) for did in _did(span))
    came = Q(hired_on__lte=span.until) | Q(hired_on=None, created_at__lt=end)
    return people.filter(came, ~Exists(away)).annotate(is_active_then=checked | reported | learned)


def active(people: QuerySet[User], span: Span) -> Share:
    return Share(**could(people, span).aggregate(done=Count("pk", filter=ACTIVE), of=Count("pk")))


def unaided(people: QuerySet[User], span: Span) -> Share:
    return rate(checks_of(people.values("pk"), *span.moments))


@dataclass(frozen=True)
class Line:
    """A workshop or a team of it."""

    name: Any
    key: str
    pk: int | None
    active: Share
    unaided: Share


@dataclass(frozen=True)
class Board:
    span: Span
    total: Line
    workshops: list[Line]
    teams: list[Line]


def board(user: User, span: Span) -> Board:
    people = seen_by(user)
    total = Line("", "", None, active(people, span), unaided(people, span))
    return Board(span, total, _lines(people, span, "department"), _lines(people, span, "team"))


def _lines(people: QuerySet[User], span: Span, key: str) -> list[Line]:
    counted = could(people, span).order_by().values(key, f"{key}__name", f"{key}__code")
    groups = counted.annotate(done=Count("pk", filter=ACTIVE), of=Count("pk")).order_by(f"{key}__code")
    mine = dict(people.order_by().values_list("pk", key))
    shares: dict[int | None, list[int]] = {}
    runs = checks_of(people.values("pk"), *span.moments).order_by().values("whose")
    for row in runs.annotate(done=Count("pk", filter=UNAIDED), of=Count("pk")):
        sums = shares.setdefault(mine.get(row["whose"]), [0, 0])
        sums[0], sums[1] = sums[0] + row["done"], sums[1] + row["of"]
    return [
        Line(
            row[f"{key}__name"] or "",
            key,
            row[key],
            Share(row["done"], row["of"]),
            Share(*shares.get(row[key], (0, 0))),
        )
        for row in groups
    ]


@dataclass(frozen=True)
class WeekOf:
    monday: date
    active: Share
    unaided: Share


def trend(user: User, weeks: int = WEEKS) -> list[WeekOf]:
    """Week by week up to the running one, from the first in which anybody did something; a fixed number of questions."""
    last = monday(today())
    span = Span(last - timedelta(days=7 * (weeks - 1)), last + 6 * _DAY)
    people = {person.pk: _came(person) for person in seen_by(user).only("pk", "hired_on", "created_at")}
    begin, end = span.moments
    away = list(Absence.objects.filter(person__in=people, ended_at=None, ends_at__gt=begin, starts_at__lt=end))
    did, shares = _active_weeks(people, span), by_week(checks_of(people.keys(), begin, end))
    mondays = (span.since + timedelta(days=7 * n) for n in range(weeks))
    return [
        WeekOf(each, _of_week(each, people, away, did.get(each, set())), shares.get(each, Share(0, 0)))
        for each in dropwhile(lambda each: not did.get(each), mondays)
    ]


def _came(person: User) -> date:
    return person.hired_on or person.created_at.astimezone(zone()).date()


def _of_week(first: date, people: dict[int, date], away: Iterable[Absence], did: set[int]) -> Share:
    """As could() and active() say it."""
    span = Span(first, first + 6 * _DAY)
    begin, end = span.moments
    now = min(end, timezone.now())
    gone = {row.person_id for row in away if row.starts_at <= begin and row.ends_at >= now}
    there = {pk for pk, came in people.items() if came <= span.until} - gone
    return Share(len(there & did), len(there))


def _active_weeks(people: Collection[int], span: Span) -> dict[date, set[int]]:
    found: dict[date, set[int]] = defaultdict(set)
    for did in _did(span):
        rows = did.rows.filter(**{f"{did.person}__in": people}).order_by().annotate(monday=did.week)
        for week, pk in rows.values_list("monday", did.person).distinct():
            found[week.date() if isinstance(week, datetime) else week].add(pk)
    return found


def of_factory(days: int = 30) -> Share:
    """The one number that leaves the factory: no names, no workshops."""
    return active(floor(), last_days(days))
