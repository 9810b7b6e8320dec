"""临时管控: what was done at once so that nobody is hurt until it is fixed, and the reminder when nothing was."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from core.models import Attachment
from hazards.actions.proof import keep_evidence
from hazards.models import Evidence, Hazard, Status
from people.models import User
from tenants import due

CONTROLLABLE = (Status.CONFIRMED, Status.ASSIGNED, Status.RECTIFYING)


def may_control(user: User, hazard: Hazard) -> bool:
    """The one who fixes it, or the safety officer."""
    if hazard.status not in CONTROLLABLE:
        return False
    return user.pk == hazard.owner_id or user.can("hazards.change_level", hazard)


def control_due_at(hazard: Hazard) -> datetime | None:
    """By when something must have been done at once: counted from when the level was confirmed or last changed."""
    if hazard.policy is None or not hazard.policy.control_minutes or hazard.confirmed_at is None:
        return None
    moved = hazard.level_changes.filter(is_approved=True).exclude(from_level=F("to_level"))
    changed = moved.order_by("decided_at").last()
    since = (changed.decided_at if changed else None) or hazard.confirmed_at
    return since + timedelta(minutes=hazard.policy.control_minutes)


def wait_for_control(hazard: Hazard) -> None:
    when, key = control_due_at(hazard), f"hazard:{hazard.pk}:control"
    if when is None or hazard.controlled_at:
        due.cancel(key=key)
    else:
        due.at(when, "hazards.remind_control", key=key, hazard=hazard.pk)


@action
def control_hazard(hazard: Hazard, *, by: User, control: str, photos: Iterable[Attachment] = ()) -> Hazard:
    """Notes what was done at once; it may be noted again when it changes, the first time counts."""
    photos = list(photos)
    if by.pk != hazard.owner_id and not by.can("hazards.change_level", hazard):
        raise NotAllowed(_("The one who fixes it or the safety officer notes this."))
    if not control.strip():
        raise DomainError(_("Write what was done at once, such as: power off and locked."))
    row = Hazard.objects.select_for_update(of=("self",)).get(pk=hazard.pk)
    if row.status not in CONTROLLABLE:
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    hazard.control, hazard.controlled_at = control.strip(), row.controlled_at or timezone.now()
    hazard.save(update_fields=["control", "controlled_at"])
    keep_evidence(hazard, photos, Evidence.Stage.CONTROL)
    emit("hazard.controlled", hazard, by=by, note=hazard.control, photos=[photo.sha256 for photo in photos])
    due.cancel(key=f"hazard:{hazard.pk}:control")
    return hazard


@action
def remind_control(hazard: Hazard) -> Hazard:
    """The time for a temporary control is over, and nobody has noted one."""
    if hazard.status in CONTROLLABLE and hazard.controlled_at is None:
        emit("hazard.control_missed", hazard, by=None, until=control_due_at(hazard))
    return hazard
