"""上岗条件: what a post asks for, what somebody has of it, and what is missing; for as many people as are asked for."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from core.words import say
from facilities.calendar import today
from people.models import JobRole, User
from training.models import (
    Course,
    Enrolment,
    Exam,
    Lesson,
    Licence,
    LicenceKind,
    LicenceRequirement,
    Progress,
    Requirement,
)
from training.models.learning import Occasion
from training.taught import Subject, spans_of, taught


@dataclass(frozen=True)
class Asked:
    """One thing that a post asks for: a course, an exam or a licence. days: within how many it has to be passed."""

    code: str
    title: str
    days: int = 0
    hours: Decimal = Decimal(0)
    minutes: int = 0
    subject: Subject | None = None
    issuer: str = ""

    @property
    def is_licence(self) -> bool:
        return self.subject is None


@dataclass(frozen=True)
class Point:
    """state: there, exempt, learning, lapsed or missing. since, until: from when it counts and how long.

    minutes: of lessons that are still to be learned.
    """

    asked: Asked
    state: str
    since: date | None = None
    until: date | None = None
    minutes: int = 0

    @property
    def is_there(self) -> bool:
        return self.state in ("there", "exempt")


@dataclass(frozen=True)
class Gap:
    """Where somebody stands before a post."""

    person: User
    points: list[Point] = field(default_factory=list)

    @property
    def there(self) -> int:
        return sum(point.is_there for point in self.points)

    @property
    def missing(self) -> list[Point]:
        return [point for point in self.points if not point.is_there]

    @property
    def is_qualified(self) -> bool:
        return bool(self.points) and not self.missing

    @property
    def minutes(self) -> int:
        return sum(point.minutes for point in self.missing)

    @property
    def hours(self) -> Decimal:
        return sum((point.asked.hours for point in self.missing), Decimal(0))

    @property
    def to_give(self) -> list[Point]:
        """Courses and exams that are not given yet."""
        return [point for point in self.missing if point.asked.subject and point.state != "learning"]

    @property
    def licences(self) -> list[Point]:
        return [point for point in self.missing if point.asked.is_licence]

    @property
    def qualified_on(self) -> date | None:
        """The day on which the last of it was there; None where something is missing."""
        if not self.is_qualified:
            return None
        return max((point.since for point in self.points if point.since), default=None)


def asked_by(job_role: JobRole | None) -> list[Asked]:
    """The courses and exams of the post and those that everybody has to have, then the licences."""
    return next(iter(asked_by_all([job_role]).values()))


def asked_by_all(job_roles: Iterable[JobRole | None]) -> dict[int | None, list[Asked]]:
    """By number of the post; the same questions for one post and for all."""
    keys = [role.pk if role else None for role in job_roles]
    subjects, minutes = taught(), _minutes()
    days: dict[int | None, dict[str, int]] = defaultdict(dict)
    rules = Requirement.objects.filter(occasion=Occasion.POST, course_code__in=subjects)
    for role, code, within in rules.values_list("job_role", "course_code", "days"):
        days[role][code] = within
    kinds = {kind.code: kind for kind in LicenceKind.objects.newest()}
    licences: dict[int | None, list[str]] = defaultdict(list)
    for role, code in LicenceRequirement.objects.values_list("job_role", "kind_code"):
        licences[role].append(code)
    found: dict[int | None, list[Asked]] = {}
    for key in keys:
        wanted = days[None] | {code: min(n, days[None].get(code, n)) for code, n in days[key].items()}
        found[key] = [_subject(subjects[code], within, minutes) for code, within in sorted(wanted.items())]
        found[key] += [_licence(kinds[code]) for code in licences[key] if code in kinds]
    return found


def _minutes() -> dict[str, int]:
    """Of the lessons, by code of the course."""
    lessons = Lesson.objects.filter(course__status=Course.Status.CURRENT).values("course__code")
    return dict(lessons.annotate(long=Sum("minutes")).values_list("course__code", "long"))


def _subject(subject: Subject, days: int, minutes: dict[str, int]) -> Asked:
    if isinstance(subject, Exam):
        return Asked(subject.code, say(subject.title), days, Decimal(0), subject.minutes, subject)
    return Asked(subject.code, say(subject.title), days, subject.hours, minutes.get(subject.code, 0), subject)


def _licence(kind: LicenceKind) -> Asked:
    return Asked(kind.code, say(kind.name), issuer=say(kind.issuer))


def gaps(people: Collection[User], asked: list[Asked]) -> list[Gap]:
    """How these people stand before one post."""
    held = _Held(people, {each.code for each in asked})
    return [Gap(person, [held.point(person.pk, each) for each in asked]) for person in people]


def gaps_of_own(people: Collection[User]) -> list[Gap]:
    """Each before the own post. people: with their job_role."""
    by_role = asked_by_all({person.job_role_id: person.job_role for person in people}.values())
    held = _Held(people, {each.code for asked in by_role.values() for each in asked})
    return [
        Gap(person, [held.point(person.pk, each) for each in by_role.get(person.job_role_id, [])]) for person in people
    ]


class _Held:
    """What people have of these courses and licences today; six questions, however many there are of both."""

    def __init__(self, people: Collection[User], codes: Collection[str]) -> None:
        self.people, self.codes = [person.pk for person in people], codes
        self.certificates = self._certificates()
        self.licences = self._licences()
        rows = Enrolment.objects.filter(person__in=self.people, course_code__in=codes)
        open_or_exempt = rows.filter(status__in=(Enrolment.Status.OPEN, Enrolment.Status.EXEMPT))
        self.exempt: dict[tuple[int, str], Any] = {}
        self.learning: dict[tuple[int, str], int] = {}
        for pk, person, code, status, ended_at in open_or_exempt.values_list(
            "pk", "person", "course_code", "status", "ended_at"
        ):
            if status == Enrolment.Status.EXEMPT:
                self.exempt[person, code] = ended_at
            else:
                self.learning[person, code] = pk
        self.learned = self._learned()

    def _certificates(self) -> dict[tuple[int, str], tuple[date, date | None]]:
        """The one that counts longest, and since when it has counted without a break."""
        found: dict[tuple[int, str], tuple[date, date | None]] = {}
        for person, code, issued_on, expires_on in spans_of(self.people, self.codes):
            since, until = found.get((person, code), (issued_on, issued_on))
            if until is not None and issued_on > until + timedelta(days=1):
                since = issued_on
            ends = None if until is None or expires_on is None else max(until, expires_on)
            found[person, code] = since, ends
        return found

    def _licences(self) -> dict[tuple[int, str], tuple[date, date]]:
        rows = Licence.objects.current().filter(person__in=self.people, kind_code__in=self.codes).exclude(is_fit=False)
        return {
            (person, code): (issued_on, ends_on)
            for person, code, issued_on, ends_on in rows.values_list("person", "kind_code", "issued_on", "ends_on")
        }

    def _learned(self) -> dict[int, int]:
        """Minutes of lessons that are passed, of what is being learned."""
        rows = Progress.objects.filter(Q(enrolment__in=self.learning.values()), passed_at__isnull=False)
        found: dict[int, int] = defaultdict(int)
        for enrolment, minutes in rows.values_list("enrolment", "lesson__minutes"):
            found[enrolment] += minutes
        return found

    def point(self, person: int, asked: Asked) -> Point:
        held = (self.licences if asked.is_licence else self.certificates).get((person, asked.code))
        if held and (held[1] is None or held[1] >= today()):
            return Point(asked, "there", *held)
        if (person, asked.code) in self.exempt:
            return Point(asked, "exempt")
        if (person, asked.code) in self.learning:
            done = self.learned.get(self.learning[person, asked.code], 0)
            return Point(asked, "learning", minutes=max(0, asked.minutes - done))
        since, until = held or (None, None)
        return Point(asked, "lapsed" if held else "missing", since, until, asked.minutes)
