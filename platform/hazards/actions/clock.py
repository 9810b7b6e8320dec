"""What the clock does: limits, the chain of those who hear of it, reminders, and more time where it is allowed."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit, history
from hazards.actions.groups import look_again
from hazards.chain import (
    CALLS,
    REMINDED,
    hearers,
    limit_from,  # noqa: F401 - whoever sets a limit asks the clock for it
    moment,
    stamp,
    tried,
)
from hazards.models import TO_FIX, WORKFLOW, Extension, Hazard, LevelPolicy, Status
from people.models import User
from tenants import due

LONGEST_EXTENSION = timedelta(days=90)
OWNER_WITHIN = timedelta(minutes=15)
# What is waited for: while it stands at this status, since the moment in this column.
_WAITS = {
    "not_confirmed": (Status.REPORTED, "reported_at"),
    "unassigned": (Status.CONFIRMED, "confirmed_at"),
    "not_started": (Status.ASSIGNED, "assigned_at"),
}


def policy_of(level: str) -> LevelPolicy | None:
    """The rules of this level for new hazards."""
    return LevelPolicy.objects.filter(level=level).order_by("-version").first()


def policies_now() -> dict[str, LevelPolicy]:
    """The same of all levels, in one question."""
    newest = LevelPolicy.objects.order_by("level", "-version").distinct("level")
    return {policy.level: policy for policy in newest}


def begins_within(hazard: Hazard) -> timedelta:
    """How long somebody may take to confirm it, and then to begin; a running hazard keeps its own rules."""
    policy = hazard.policy or policy_of(hazard.level)
    return timedelta(minutes=policy.acknowledge_minutes if policy else 60)


def wait_for_confirmation(hazard: Hazard) -> None:
    when = timezone.now() + begins_within(hazard)
    due.at(when, "hazards.remind", key=_key(hazard, "confirm"), hazard=hazard.pk, reason="not_confirmed")


def forget_confirmation(hazard: Hazard) -> None:
    due.cancel(key=_key(hazard, "confirm"))


def wait_for_start(hazard: Hazard) -> None:
    """It has an owner now, who has to begin."""
    due.cancel(key=_key(hazard, "owner"))
    when = timezone.now() + begins_within(hazard)
    due.at(when, "hazards.remind", key=_key(hazard, "start"), hazard=hazard.pk, reason="not_started")


def forget_start(hazard: Hazard) -> None:
    due.cancel(key=_key(hazard, "start"))


def _key(hazard: Hazard, what: str) -> str:
    return f"hazard:{hazard.pk}:{what}"


def require_reason(note: str) -> None:
    if not note.strip():
        raise DomainError(_("Write the reason; it stays on record."))


def _locked(hazard: Hazard) -> Hazard:
    return Hazard.objects.select_for_update(of=("self",)).get(pk=hazard.pk)


@action
def request_extension(hazard: Hazard, *, by: User, new_due_at: datetime, reason: str) -> Extension:
    """延期申请: the old limit runs on until somebody decides."""
    hazard = _locked(hazard)
    if by.pk != hazard.owner_id or hazard.due_at is None:
        raise NotAllowed(_("Only the one who is fixing it can ask for more time."))
    if hazard.status not in TO_FIX:
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    require_reason(reason)
    if new_due_at <= max(hazard.due_at, timezone.now()):
        raise DomainError(_("Choose a time after the present limit."))
    if new_due_at > timezone.now() + LONGEST_EXTENSION:
        raise DomainError(_("Choose a time within %(days)d days.") % {"days": LONGEST_EXTENSION.days})
    if hazard.extensions.filter(is_approved=None).exists():
        raise WrongStatus(_("More time was asked for already; it waits for a decision."))
    extension = Extension.objects.create(
        hazard=hazard,
        reason=reason.strip(),
        old_due_at=hazard.due_at,
        new_due_at=new_due_at,
        requested_by=by,
        requested_at=timezone.now(),
    )
    emit("hazard.extension_requested", hazard, by=by, note=reason, old=hazard.due_at, new=new_due_at)
    return extension


@action
def decide_extension(extension: Extension, *, by: User, is_approved: bool, note: str = "") -> Extension:
    """Somebody else allows or refuses it; allowed, the chain begins anew from the new limit."""
    hazard = extension.hazard
    if not by.can("hazards.assign", hazard) or by.pk == extension.requested_by_id:
        raise NotAllowed(_("You may not do this here. Ask who it is assigned to, or the safety officer."))
    if not is_approved and not note.strip():
        raise DomainError(_("Say why not; the one who asked reads it."))
    hazard = _locked(hazard)
    waiting = Extension.objects.filter(pk=extension.pk, is_approved=None)
    if not hazard.is_open or not waiting.exists():
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    old = hazard.due_at
    if is_approved:
        _refuse_outlived(extension, hazard)
    waiting.update(is_approved=is_approved, decided_by=by, decided_at=timezone.now())
    data = {"extension": extension.pk, "is_approved": is_approved, "note": note.strip(), "old": old}
    emit("hazard.extension_decided", hazard, by=by, new=extension.new_due_at, **data)
    if is_approved:
        Hazard.objects.filter(pk=hazard.pk).update(due_at=extension.new_due_at)
        hazard.due_at = extension.hazard.due_at = extension.new_due_at
        schedule(hazard)
    extension.refresh_from_db(fields=["is_approved", "decided_by", "decided_at"])
    return extension


def _refuse_outlived(extension: Extension, hazard: Hazard) -> None:
    """The request waited so long that its date is over, or the limit moved past it on another way."""
    if extension.new_due_at <= max(hazard.due_at or timezone.now(), timezone.now()):
        raise DomainError(_("The day that was asked for has passed. Refuse it; then a later one can be asked for."))


def schedule(hazard: Hazard) -> None:
    """The chain begins, or begins anew, from the present limit; what lies in the past already is told at once."""
    if hazard.policy is None or hazard.due_at is None:
        return
    _call_at(hazard, moment(hazard.due_at, hazard.policy, next_step(hazard)).when)
    if hazard.status == Status.CONFIRMED:
        when = (hazard.confirmed_at or timezone.now()) + OWNER_WITHIN
        due.once(when, "hazards.remind", key=_key(hazard, "owner"), hazard=hazard.pk, reason="unassigned")


def forget(hazard: Hazard) -> Hazard:
    for what in ("confirm", "owner", "start", "limit", "control"):
        due.cancel(key=_key(hazard, what))
    look_again(hazard)
    return hazard


@action
def escalate_hazard(hazard: Hazard) -> Hazard:
    """The clock tells the next step of the chain, and asks to be called for the one after it while the hazard is open.

    What was told of this limit decides which step it is, so a row that comes twice, too early or too late tells nobody
    twice and passes over nobody.
    """
    if not hazard.is_open or hazard.due_at is None or hazard.policy is None:
        return hazard
    step = next_step(hazard)
    now = moment(hazard.due_at, hazard.policy, step)
    if now.when > timezone.now():
        _call_at(hazard, now.when)
        return hazard
    _tell(hazard, tried(hazard.policy.chain, step), reason=now.reason, step=step, limit=stamp(hazard.due_at))
    _call_at(hazard, moment(hazard.due_at, hazard.policy, step + 1).when)
    return hazard


def next_step(hazard: Hazard) -> int:
    """The first step that nobody was told of under the present limit."""
    limit = stamp(hazard.due_at) if hazard.due_at else ""
    told = history(hazard).filter(name="hazard.escalated", data__has_key="step", data__limit=limit)
    return max((event.data["step"] + 1 for event in told), default=0)


def _call_at(hazard: Hazard, when: datetime) -> None:
    due.at(when, "hazards.escalate", key=_key(hazard, "limit"), hazard=hazard.pk)


@action
def remind_hazard(hazard: Hazard, *, reason: str) -> Hazard:
    """Nobody confirmed it, nobody was named to fix it, or nobody began, in the time that there is for it; told once."""
    status, since = _WAITS[reason]
    waits_for_plan = reason == "not_started" and not WORKFLOW.step("start").fits(hazard)
    if hazard.status != status or waits_for_plan:
        return hazard
    told = history(hazard).filter(name__in=CALLS, data__reason=reason, at__gte=getattr(hazard, since))
    if not told.exists():
        _tell(hazard, REMINDED[reason], reason=reason)
    return hazard


def _tell(hazard: Hazard, roles: Any, *, reason: str, **data: Any) -> None:
    name = "hazard.unassigned" if reason == "unassigned" else "hazard.escalated"
    emit(name, hazard, by=None, **call(hazard, roles, reason=reason), **data)


def call(hazard: Hazard, roles: Any, *, reason: str) -> dict[str, Any]:
    """What an event says of whom the clock calls, and why."""
    heard = hearers(roles, hazard.department_id)
    return {
        "told": [person.pk for person in heard.people],
        "to": heard.role,
        "skipped": heard.skipped,
        "reason": reason,
    }
