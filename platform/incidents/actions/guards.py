"""What all deeds at an incident ask first."""

from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed, WrongStatus
from incidents.models import Incident, Status
from people.models import User


def refuse_others(by: User, incident: Incident) -> None:
    if not by.can("incidents.manage", incident):
        raise NotAllowed(_("Only the safety officer keeps the record of an incident."))


def hold(incident: Incident, *, by: User, at: tuple[str, ...] = ()) -> Incident:
    """The same row, locked; at: where it must stand for this."""
    refuse_others(by, incident)
    held = Incident.objects.select_for_update(of=("self",)).select_related("area", "equipment").get(pk=incident.pk)
    if held.status == Status.DISMISSED or (at and held.status not in at):
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    return held


def require_reason(text: str) -> str:
    reason = " ".join(text.replace("\0", " ").split())
    if not reason:
        raise DomainError(_("Say why in a few words."))
    return reason[:300]
