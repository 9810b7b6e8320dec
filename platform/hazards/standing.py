"""Where a report stands and what comes next, in the words of those who reported it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from core.models import Event
from core.templatetags.core_tags import clock
from hazards.models import Hazard, LevelPolicy, Status
from people.models import RoleGrant, User
from people.permissions import PERMISSIONS

_ENDED = (Status.CLOSED, Status.MERGED, Status.REJECTED, Status.VOIDED)
_SET_ASIDE = {"hazard.rejected", "hazard.voided"}


@dataclass(frozen=True)
class Standing:
    """line: what is; next: what comes; reason: why it was set aside, or what was done. tone as in the pages' colours."""

    hazard: Hazard
    line: str
    next: str = ""
    reason: str = ""
    tone: str = ""


class _Known:
    """Looked up once for all: who confirms where, the limits, the reasons of what was set aside."""

    def __init__(self, hazards: list[Hazard]) -> None:
        aside = [str(hazard.pk) for hazard in hazards if hazard.status in (Status.REJECTED, Status.VOIDED)]
        events = Event.objects.filter(subject_type=Hazard._meta.label_lower, subject_id__in=aside, name__in=_SET_ASIDE)
        self.notes = {int(pk): data.get("note", "") for pk, data in events.values_list("subject_id", "data")}
        waits = any(hazard.status == Status.REPORTED for hazard in hazards)
        roles = PERMISSIONS["hazards.confirm"]
        grants = RoleGrant.objects.filter(role__in=roles, user__is_active=True).select_related("department", "user")
        self.grants = list(grants.order_by("user__sort_key", "user")) if waits else []
        policies = LevelPolicy.objects.order_by("version").values_list("level", "acknowledge_minutes") if waits else ()
        self.minutes = dict(policies)
        self.reach: dict[int, list[User]] = {}

    def lookers(self, department: int) -> list[User]:
        if department not in self.reach:
            people = {grant.user_id: grant.user for grant in self.grants if grant.reaches(department)}
            self.reach[department] = list(people.values())
        return self.reach[department]

    def looked_at_by(self, hazard: Hazard) -> datetime:
        return hazard.reported_at + timedelta(minutes=self.minutes.get(hazard.level, 60))


def standings(hazards: Iterable[Hazard], *, is_named: bool = True) -> list[Standing]:
    """is_named: with the names of those who have it; outside the factory's own people there are none."""
    hazards = list(hazards)
    known = _Known(hazards)
    return [_standing(hazard, known, is_named) for hazard in hazards]


def _standing(hazard: Hazard, known: _Known, is_named: bool) -> Standing:
    if hazard.status in _ENDED:
        return _ended(hazard, known)
    if hazard.status == Status.REPORTED:
        return Standing(hazard, _("Received"), _who_looks(hazard, known, is_named))
    if hazard.status == Status.CONFIRMED:
        level = {"level": hazard.get_level_display()}
        return Standing(
            hazard, _("Looked at: %(level)s") % level, _("Next somebody is named who fixes it."), tone="now"
        )
    if hazard.status in (Status.ASSIGNED, Status.RECTIFYING):
        return Standing(hazard, _who_fixes(hazard, is_named), _until(hazard), tone="now")
    return Standing(hazard, _("Fixed"), _("Now others check that it is safe."), tone="now")


def _ended(hazard: Hazard, known: _Known) -> Standing:
    number = hazard.merged_into.number if hazard.merged_into else ""
    lines = {
        Status.CLOSED: _("Closed"),
        Status.MERGED: _("Reported before: it is fixed together with %(number)s") % {"number": number},
        Status.REJECTED: _("Looked at: it is no hazard"),
        Status.VOIDED: _("Taken back"),
    }
    is_closed = hazard.status == Status.CLOSED
    reason = hazard.measure if is_closed else known.notes.get(hazard.pk, "")
    return Standing(hazard, lines[Status(hazard.status)], reason=reason, tone="ok" if is_closed else "")


def _who_looks(hazard: Hazard, known: _Known, is_named: bool) -> str:
    until, people = known.looked_at_by(hazard), known.lookers(hazard.department_id)
    if until < timezone.now():
        return _("Nobody has looked in time; the leader in charge was told.")
    name = people[0].name if is_named and len(people) == 1 else _("The safety officer")
    return _("%(name)s looks at it by %(time)s.") % {"name": name, "time": clock(until)}


def _who_fixes(hazard: Hazard, is_named: bool) -> str:
    if not (is_named and hazard.owner):
        return _("Somebody is fixing it") if hazard.status == Status.RECTIFYING else _("Given to somebody who fixes it")
    words = _("%(name)s is fixing it") if hazard.status == Status.RECTIFYING else _("Given to %(name)s")
    return words % {"name": hazard.owner.name}


def _until(hazard: Hazard) -> str:
    return _("To be fixed by %(time)s.") % {"time": clock(hazard.due_at)} if hazard.due_at else ""
