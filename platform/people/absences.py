"""Somebody is away and another person decides and fixes in their place, under the own name."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit, register
from people.models import Absence, User
from tenants import due

register(
    {
        "absence.declared": gettext_lazy("Stand-in named"),
        "absence.ended": gettext_lazy("Stand-in no longer needed"),
    }
)
LONGEST = timedelta(days=90)


@action
def declare_absence(
    person: User, *, by: User, stand_in: User, starts_at: datetime, ends_at: datetime, reason: str = ""
) -> Absence:
    """From when to when somebody else holds this person's roles too; the administrator's role is never lent."""
    _refuse_stranger(person, by)
    if stand_in.pk == person.pk or not stand_in.is_active or not stand_in.is_staff_member:
        raise DomainError(_("Choose somebody else of the factory to stand in."))
    if ends_at <= max(starts_at, timezone.now()):
        raise DomainError(_("The end must lie after the beginning, and in the future."))
    if ends_at - starts_at > LONGEST:
        raise DomainError(_("Choose at most %(days)d days. A longer absence is for the administrator.") % {"days": 90})
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if Absence.objects.filter(person=person, ended_at=None, starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
        raise WrongStatus(_("There is a stand-in for this time already. End that one first."))
    absence = Absence.objects.create(
        person=person, stand_in=stand_in, starts_at=starts_at, ends_at=ends_at, reason=reason.strip(), created_by=by
    )
    data = {"name": person.name, "stand_in": stand_in.pk, "stand_in_name": stand_in.name}
    emit("absence.declared", absence, by=by, **data, starts_at=starts_at, ends_at=ends_at)
    due.at(max(starts_at, timezone.now()), "hazards.pass_on", key=f"absence:{absence.pk}", absence=absence.pk)
    return absence


@action
def end_absence(absence: Absence, *, by: User) -> Absence:
    """Back earlier, or not away after all: from now on nothing is lent."""
    _refuse_stranger(absence.person, by)
    now = timezone.now()
    if Absence.objects.filter(pk=absence.pk, ended_at=None, ends_at__gt=now).update(ended_at=now):
        absence.ended_at = now
        emit("absence.ended", absence, by=by, name=absence.person.name)
    return absence


def _refuse_stranger(person: User, by: User) -> None:
    if by.pk != person.pk and not by.can("people.lend", person):
        raise NotAllowed(_("You may say this for yourself. For others the administrator or the safety officer does."))
