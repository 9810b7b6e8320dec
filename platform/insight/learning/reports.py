"""Who reports more hazards: people with three special trainings, or the others."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.archives import DAY, midnight
from core.models import Event
from core.zone import zone
from facilities.calendar import today
from hazards.archive import VALID
from hazards.models import Hazard
from people.models import User
from training.models import Attendance, Enrolment, TrainingSession
from training.record import people_seen_by

Span = tuple[date, date]
# From so many special trainings on somebody belongs to the first group; fewer people than this say nothing.
SPECIAL, ENOUGH = 3, 5
MONTH = 30.4
DEFINITION = _("Hazards that people reported themselves, on the spot and under their name; merged, unfounded and void reports do not count. A person counts to the first group from the day after the third special training: classes and drills on site with sign-out that are not part of the three-level education, and courses passed that were given beyond the post. Days before that, and everybody else, are the second group. Rate: reports divided by months of people, of 30.4 days each; people count from the day of hiring, or of the period, to the day on which they left. Nothing is said of fewer than five people. It shows what goes together and not what causes it: who is keen may both come to trainings and report more.")  # fmt: skip


@dataclass(frozen=True)
class Member:
    """What one person is counted with in one of the two groups. days: as part of it."""

    person: User
    is_trained: bool
    trainings: int
    days: int
    reports: int


@dataclass(frozen=True)
class Crowd:
    """One of the two groups; nothing is said of fewer than ENOUGH people."""

    members: list[Member]

    @property
    def n(self) -> int:
        return len(self.members)

    @property
    def reports(self) -> int:
        return sum(member.reports for member in self.members)

    @property
    def months(self) -> float:
        return round(sum(member.days for member in self.members) / MONTH, 1)

    @property
    def rate(self) -> float | None:
        """Reports per month of a person."""
        days = sum(member.days for member in self.members)
        return self.reports * MONTH / days if days and self.n >= ENOUGH else None

    @property
    def shown(self) -> float | None:
        return None if self.rate is None else round(self.rate, 3)


@dataclass(frozen=True)
class Multiplier:
    trained: Crowd
    others: Crowd

    @property
    def times(self) -> float | None:
        if self.trained.rate is None or not self.others.rate:
            return None
        return round(self.trained.rate / self.others.rate, 1)


def multiplier(reader: User, days: Span) -> Multiplier:
    """Who reports more: people with three special trainings or the others. Five questions."""
    rows = members(reader, days)
    return Multiplier(
        Crowd([row for row in rows if row.is_trained]), Crowd([row for row in rows if not row.is_trained])
    )


def members(reader: User, days: Span) -> list[Member]:
    """Both groups; somebody who came to the third training within the period is in both, each with its days."""
    last_day = min(days[1], today())
    people = list(people_seen_by(reader).select_related("department", "team"))
    trained, left = _special([person.pk for person in people]), _left(people)
    reports: dict[int, list[date]] = defaultdict(list)
    told = Hazard.objects.filter(VALID, source=Hazard.Source.REPORT, reporter__in=[person.pk for person in people])
    told = told.filter(reported_at__gte=midnight(days[0]), reported_at__lt=midnight(last_day + DAY))
    for pk, at in told.order_by().values_list("reporter", "reported_at"):
        reports[pk].append(at.astimezone(zone()).date())
    found = []
    for person in people:
        begin = max(days[0], person.hired_on or days[0])
        end = min(last_day, left.get(person.pk, last_day))
        special = trained.get(person.pk, [])
        turn = special[SPECIAL - 1] + DAY if len(special) >= SPECIAL else end + DAY
        for is_trained, since, until in ((False, begin, min(end, turn - DAY)), (True, max(begin, turn), end)):
            if since <= until:
                told_then = sum(since <= day <= until for day in reports[person.pk])
                found.append(Member(person, is_trained, len(special), (until - since).days + 1, told_then))
    return sorted(found, key=lambda row: (-row.reports, row.person.sort_key, row.person.pk))


def _special(people: list[int]) -> dict[int, list[date]]:
    """The days of special trainings: on site with sign-out beyond the three-level education, or a course beyond what the post asks for."""
    found: dict[int, list[date]] = defaultdict(list)
    there: Any = Attendance.objects.filter(person__in=people, signed_out_at__isnull=False, hours__gt=0)
    there = there.filter(session__status=TrainingSession.Status.CLOSED, session__level="")
    for pk, at in there.order_by().values_list("person", "signed_out_at"):
        found[pk].append(at.astimezone(zone()).date())
    passed: Any = Enrolment.objects.filter(
        person__in=people, status=Enrolment.Status.PASSED, reason=Enrolment.Reason.BY_HAND
    )
    for pk, at in passed.order_by().values_list("person", "ended_at"):
        found[pk].append(at.astimezone(zone()).date())
    return {pk: sorted(days) for pk, days in found.items()}


def _left(people: list[User]) -> dict[int, date]:
    """The last day of those whose account is closed."""
    gone = [str(person.pk) for person in people if not person.is_active]
    events = Event.objects.filter(name="user.closed", subject_type=User._meta.label_lower, subject_id__in=gone)
    return {int(event.subject_id): event.at.astimezone(zone()).date() for event in events.order_by("seq")}
