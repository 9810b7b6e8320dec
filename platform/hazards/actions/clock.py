"""What the clock does: limits, the chain of those who hear of it, reminders, and more time where it is allowed."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from hazards.actions.groups import look_again
from hazards.models import Extension, Hazard, LevelPolicy, Status
from people.models import User
from people.permissions import Role
from tenants import due

LONGEST_EXTENSION = timedelta(days=90)


def policy_of(level: str) -> LevelPolicy | None:
    """The rules of this level for new hazards."""
    return LevelPolicy.objects.filter(level=level).order_by("-version").first()


def _acknowledge(level: str) -> timedelta:
    policy = policy_of(level)
    return timedelta(minutes=policy.acknowledge_minutes if policy else 60)


def wait_for_confirmation(hazard: Hazard) -> None:
    when = timezone.now() + _acknowledge(hazard.level)
    due.at(when, "hazards.remind", key=f"hazard:{hazard.pk}:confirm", hazard=hazard.pk)


def forget_confirmation(hazard: Hazard) -> None:
    due.cancel(key=f"hazard:{hazard.pk}:confirm")


def wait_for_start(hazard: Hazard) -> None:
    when = timezone.now() + _acknowledge(hazard.level)
    due.at(when, "hazards.remind", key=f"hazard:{hazard.pk}:start", hazard=hazard.pk)


def forget_start(hazard: Hazard) -> None:
    due.cancel(key=f"hazard:{hazard.pk}:start")


def require_reason(note: str) -> None:
    if not note.strip():
        raise DomainError(_("Write the reason; it stays on record."))


@action
def request_extension(hazard: Hazard, *, by: User, new_due_at: datetime, reason: str) -> Extension:
    """延期申请: the old limit runs on until somebody decides."""
    if by.pk != hazard.owner_id or hazard.due_at is None or hazard.status not in (Status.ASSIGNED, Status.RECTIFYING):
        raise NotAllowed(_("Only the one who is fixing it can ask for more time."))
    require_reason(reason)
    if new_due_at <= max(hazard.due_at, timezone.now()):
        raise DomainError(_("Choose a time after the present limit."))
    if new_due_at > timezone.now() + LONGEST_EXTENSION:
        raise DomainError(_("Choose a time within %(days)d days.") % {"days": LONGEST_EXTENSION.days})
    Hazard.objects.select_for_update(of=("self",)).get(pk=hazard.pk)
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
def decide_extension(extension: Extension, *, by: User, is_approved: bool) -> Extension:
    hazard = extension.hazard
    if not by.can("hazards.assign", hazard) or by.pk == extension.requested_by_id:
        raise NotAllowed(_("You may not do this here. Ask who it is assigned to, or the safety officer."))
    if not Hazard.objects.select_for_update(of=("self",)).get(pk=hazard.pk).is_open:
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    now = timezone.now()
    waiting = Extension.objects.filter(pk=extension.pk, is_approved=None)
    if not waiting.update(is_approved=is_approved, decided_by=by, decided_at=now):
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    if is_approved:
        Hazard.objects.filter(pk=hazard.pk).update(due_at=extension.new_due_at)
        hazard.due_at = extension.new_due_at
        schedule(hazard)
    emit("hazard.extension_decided", hazard, by=by, is_approved=is_approved, new=extension.new_due_at)
    extension.refresh_from_db()
    return extension


def schedule(hazard: Hazard) -> None:
    due.at(hazard.escalate_at, "hazards.escalate", key=f"hazard:{hazard.pk}:limit", hazard=hazard.pk, step=0)


def forget(hazard: Hazard) -> Hazard:
    for what in ("confirm", "start", "limit"):
        due.cancel(key=f"hazard:{hazard.pk}:{what}")
    look_again(hazard)
    return hazard


@action
def escalate_hazard(hazard: Hazard, *, step: int) -> Hazard:
    """The clock tells the next level of the chain, and asks to be called again while the hazard is open."""
    policy = hazard.policy
    if not hazard.is_open or hazard.due_at is None or policy is None or step >= len(policy.chain):
        return hazard
    _tell(hazard, policy.chain[step], reason="overdue" if hazard.is_overdue else "limit")
    if step + 1 < len(policy.chain):
        when = hazard.due_at + timedelta(hours=policy.repeat_hours) * step
        due.at(when, "hazards.escalate", key=f"hazard:{hazard.pk}:limit", hazard=hazard.pk, step=step + 1)
    return hazard


@action
def remind_hazard(hazard: Hazard) -> Hazard:
    """Nobody confirmed it, or nobody began, in the time that its level allows."""
    if hazard.status == Status.REPORTED:
        _tell(hazard, Role.LEADER, reason="not_confirmed")
    elif hazard.status == Status.ASSIGNED:
        _tell(hazard, Role.TEAM_LEADER, reason="not_started")
    return hazard


def _tell(hazard: Hazard, role: str, *, reason: str) -> None:
    people = User.objects.holding(role, hazard.department_id)
    emit("hazard.escalated", hazard, by=None, told=[person.pk for person in people], to=role, reason=reason)
