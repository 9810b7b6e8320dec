"""Deciding on a pause, from the desk and from the machine."""

from django.utils.translation import gettext as _

from core.errors import DomainError
from inspections.actions import approve_pause, end_pause, refuse_pause
from inspections.models import Pause
from people.models import User


def take_step(pause: Pause, verb: str, *, by: User, note: str) -> Pause:
    """verb: of a button of PAUSE_WORKFLOW."""
    note = note.replace("\0", "").strip()[:500]
    if verb == "approve":
        return approve_pause(pause, by=by, note=note)
    if verb == "refuse":
        return refuse_pause(pause, by=by, note=note)
    if verb == "end":
        return end_pause(pause, by=by)
    raise DomainError(_("Choose what to do."))
