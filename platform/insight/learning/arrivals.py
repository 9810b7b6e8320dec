"""Who came to a post, and whether they had learned by then what it asks for."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from core.archives import Days
from core.models import Event
from core.words import say
from core.zone import zone
from facilities.calendar import today
from people.models import JobRole, User
from training.models import Enrolment, Requirement
from training.models.learning import Occasion
from training.record import people_seen_by
from training.taught import spans_of, taught

Span = tuple[date, date]


class State(TextChoices):
    """How an arrival ended: everything in its time, too late or not at all, or the time still runs."""

    IN_TIME = "in_time", _("qualified in time")
    LATE = "late", _("not in time")
    WAITING = "waiting", _("time still runs")


@dataclass(frozen=True)
class Arrival:
    """Somebody came to a post that asks for courses. due_on: the first day of those by which something had to be passed.

    done_on: the day on which the last course was passed; None while one is missing.
    """

    person: User
    post: str
    came_on: date
    due_on: date
    done_on: date | None
    missing: int
    is_late: bool

    @property
    def state(self) -> str:
        if self.is_late:
            return State.LATE
        return State.WAITING if self.missing else State.IN_TIME

    @property
    def department(self) -> int | None:
        return self.person.department_id


def begins_on() -> date:
    """The first day on which anything could be learned here."""
    first = Enrolment.objects.order_by("created_at").values_list("created_at", flat=True).first()
    return first.astimezone(zone()).date() if first else today()


def arrivals(reader: User | None, days: Span) -> list[Arrival]:
    """Everybody who was hired or changed the post in these days; six questions, however many they are."""
    people = {person.pk: person for person in people_seen_by(reader).select_related("department", "job_role", "team")}
    came = _came(people, (max(days[0], begins_on()), days[1]))
    asked, names = _asked(), dict(JobRole.objects.values_list("code", "name"))
    passed = _passed({pk for pk, _role, _day in came})
    found = []
    for pk, role, day in came:
        wanted = {code: rule.within for code, rule in (asked[None] | asked[role]).items() if rule.since <= day}
        if wanted:
            found.append(_arrival(people[pk], say(names.get(role or "", role)), day, wanted, passed))
    return sorted(found, key=lambda row: (row.came_on, row.person.sort_key, row.person.pk), reverse=True)


def _came(people: dict[int, User], days: Span) -> list[tuple[int, str | None, date]]:
    """Person, code of the post, day. Who was hired took the post that stood there before the first change."""
    moves: dict[int, list[tuple[date, list[str | None]]]] = defaultdict(list)
    events = Event.objects.filter(
        name="user.changed", subject_type=User._meta.label_lower, data__changed__has_key="job_role"
    )
    for event in events.order_by("seq"):
        if int(event.subject_id) in people:
            moves[int(event.subject_id)].append((event.at.astimezone(zone()).date(), event.data["changed"]["job_role"]))
    found: list[tuple[int, str | None, date]] = []
    for pk, person in people.items():
        first = moves[pk][0][1][0] if pk in moves else person.job_role.code if person.job_role else None
        if person.hired_on and days[0] <= person.hired_on <= days[1]:
            found.append((pk, first, person.hired_on))
        found += [(pk, change[1], day) for day, change in moves.get(pk, ()) if days[0] <= day <= days[1]]
    return [row for row in found if row[1]]


class _Rule(NamedTuple):
    within: int
    since: date


def _asked() -> dict[str | None, dict[str, _Rule]]:
    """By course or exam, by code of the post; None: of everybody."""
    found: dict[str | None, dict[str, _Rule]] = defaultdict(dict)
    rules = Requirement.objects.filter(occasion=Occasion.POST, course_code__in=taught())
    for role, code, within, since in rules.values_list("job_role__code", "course_code", "days", "since"):
        found[role][code] = _Rule(within, since or date.min)
    return found


def _passed(people: Iterable[int]) -> dict[tuple[int, str], list[tuple[date, date | None]]]:
    """From when to when somebody had what was asked for, or was exempt from it."""
    wanted = list(people)
    held: dict[tuple[int, str], list[tuple[date, date | None]]] = defaultdict(list)
    for person, code, since, until in spans_of(wanted):
        held[person, code].append((since, until))
    exempt: Any = Enrolment.objects.filter(person__in=wanted, status=Enrolment.Status.EXEMPT)
    for person, code, ended_at in exempt.values_list("person", "course_code", "ended_at"):
        held[person, code].append((ended_at.astimezone(zone()).date(), None))
    return held


def _arrival(
    person: User,
    post: str,
    day: date,
    wanted: dict[str, int],
    passed: dict[tuple[int, str], list[tuple[date, date | None]]],
) -> Arrival:
    """Each course by its own rule; what counted on the day itself was there from the beginning."""
    done, missing, is_late = day, 0, False
    for code, within in wanted.items():
        got = [max(since, day) for since, until in passed[person.pk, code] if until is None or until >= day]
        missing += not got
        is_late = is_late or min(got, default=today()) > day + timedelta(days=within)
        done = max(done, min(got, default=day))
    due_on = day + timedelta(days=min(wanted.values()))
    return Arrival(person, post, day, due_on, None if missing else done, missing, is_late)


JUDGED = "judged"


@dataclass(frozen=True)
class Arrivals(Days):
    """Which arrivals; state: one of State, or judged for all whose time is over or who are done."""

    state: str = ""
    department: int | None = None

    def of(self, rows: Iterable[Arrival]) -> list[Arrival]:
        return [row for row in rows if self._fits(row)]

    def _fits(self, row: Arrival) -> bool:
        if (self.since and row.came_on < self.since) or (self.until and row.came_on > self.until):
            return False
        if self.department and row.department != self.department:
            return False
        judged = (State.IN_TIME, State.LATE)
        return not self.state or (row.state in judged if self.state == JUDGED else row.state == self.state)
