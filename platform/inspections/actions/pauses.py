"""停机免检: asked for on the shop floor, approved by somebody else, ended when the machine runs again."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from facilities.models import Equipment
from hazards.actions import locked, refuse_locked
from hazards.models import StopUse
from inspections.models import PAUSE_WORKFLOW, Pause, Plan, Run
from people.models import User
from tenants import due

# Between looking at the clock and sending the form; before that it would be a pause for what was missed.
GRACE = timedelta(minutes=10)
LONGEST = timedelta(days=366)


@action
def ask_pause(
    equipment: Equipment, *, by: User, reason: str, from_at: datetime | None = None, until_at: datetime | None = None
) -> Pause:
    """From now or later, never earlier: what was missed before somebody asked stays missed."""
    if not by.can("inspections.pause", equipment):
        raise NotAllowed(_("Your role does not ask for a pause here. Tell the team leader."))
    now = timezone.now()
    from_at = max(now, from_at) if from_at and from_at > now - GRACE else from_at or now
    _refuse_faulty(reason, from_at, until_at, now)
    Equipment.objects.select_for_update(no_key=True).get(pk=equipment.pk)
    refuse_locked(equipment)
    if Pause.objects.running().filter(equipment=equipment).exists():
        raise WrongStatus(_("This machine is paused already, or somebody has just asked for it."))
    pause = Pause.objects.create(
        equipment=equipment, reason=reason.strip(), from_at=from_at, until_at=until_at, asked_by=by, asked_at=now
    )
    emit("pause.asked", pause, by=by, machine=equipment.code, reason=pause.reason, from_at=from_at, until_at=until_at)
    return pause


def _refuse_faulty(reason: str, from_at: datetime, until_at: datetime | None, now: datetime) -> None:
    if not reason.strip():
        raise DomainError(_("Say why the machine stands still."))
    if from_at < now:
        raise DomainError(_("A pause begins now or later. What was missed before stays missed."))
    if until_at and until_at <= from_at:
        raise DomainError(_("The end lies before the beginning. Look at the times once more."))
    if max(from_at, until_at or from_at) > now + LONGEST:
        raise DomainError(_("A pause lies within a year from now."))


@action
def approve_pause(pause: Pause, *, by: User, note: str = "") -> Pause:
    """Checks whose window ends while the machine stands are excused, also those missed since it was asked for."""
    _refuse_asker(pause, by)
    # A plan that is just making runs must see this pause, or be seen by it.
    list(Plan.objects.select_for_update(of=("self",)).filter(stops__equipment=pause.equipment_id).order_by("pk"))
    _decide("approve", pause, by, note)
    _excuse(pause)
    if pause.until_at:
        due.at(pause.until_at, "inspections.end_pause", key=f"pause:{pause.pk}", pause=pause.pk)
    return pause


@action
def refuse_pause(pause: Pause, *, by: User, note: str) -> Pause:
    _refuse_asker(pause, by)
    if not note.strip():
        raise DomainError(_("Say why not."))
    return _decide("refuse", pause, by, note)


@action
def end_pause(pause: Pause, *, by: User | None) -> Pause:
    """The machine runs again: its checks that are not open yet have to be done. by=None: the time agreed is over."""
    list(Plan.objects.select_for_update(of=("self",)).filter(stops__equipment=pause.equipment_id).order_by("pk"))
    now = timezone.now()
    PAUSE_WORKFLOW.take("end", pause, by=by, ended_at=now)
    due.cancel(key=f"pause:{pause.pk}")
    waiting = pause.runs.filter(status=Run.Status.EXCUSED, opens_at__gt=now).select_for_update(of=("self",))
    runs = _without_other_pause(pause, list(waiting.order_by("pk")))
    Run.objects.filter(pk__in=[run.pk for run in runs]).update(status=Run.Status.DUE, pause=None)
    for run in runs:
        emit("run.freed", run, by=by, pause=pause.pk)
    return pause


def _without_other_pause(pause: Pause, runs: list[Run]) -> list[Run]:
    """A machine may stand still for two reasons, as when one that is paused is locked: the other one goes on."""
    others = Pause.objects.filter(equipment=pause.equipment_id, status=Pause.Status.APPROVED)
    held = {run.pk: other for other in others for run in runs if run.closes_at and other.covers(run.closes_at)}
    for run in runs:
        if run.pk in held:
            Run.objects.filter(pk=run.pk).update(pause=held[run.pk])
    return [run for run in runs if run.pk not in held]


@action
def follow_locks(equipment: Equipment) -> Pause | None:
    """Called by the clock after each lock and each end of one: as long as the machine is locked, its checks are excused."""
    list(Plan.objects.select_for_update(of=("self",)).filter(stops__equipment=equipment).order_by("pk"))
    lock = locked([equipment.pk]).get(equipment.pk)
    standing = Pause.objects.filter(equipment=equipment, status=Pause.Status.APPROVED, stop_use__isnull=False).first()
    if lock and standing is None:
        return _pause_for(lock)
    if standing and lock is None:
        return end_pause(standing, by=None)
    return standing


def _pause_for(lock: StopUse) -> Pause:
    pause = Pause.objects.create(
        equipment=lock.equipment,
        reason=f"{lock.hazard.number} {lock.reason}",
        from_at=lock.locked_at,
        status=Pause.Status.APPROVED,
        asked_by=lock.locked_by,  # type: ignore[misc]  # somebody locks, never the clock
        asked_at=lock.locked_at,
        decided_by=lock.locked_by,
        decided_at=lock.locked_at,
        stop_use=lock,
    )
    emit("pause.locked", pause, by=None, machine=lock.equipment.code, reason=pause.reason, from_at=pause.from_at)
    _excuse(pause)
    return pause


def _refuse_asker(pause: Pause, by: User) -> None:
    if pause.asked_by_id == by.pk:
        raise NotAllowed(_("You asked for this pause yourself. Somebody else must approve it."))


def _decide(verb: str, pause: Pause, by: User, note: str) -> Pause:
    PAUSE_WORKFLOW.take(verb, pause, by=by, note=note, decided_by=by, decided_at=timezone.now())
    pause.note = note.strip()[:500]
    pause.save(update_fields=["note"])
    return pause


def _excuse(pause: Pause) -> None:
    runs = Run.objects.filter(
        plan__isnull=False,
        equipment=pause.equipment_id,
        status__in=(Run.Status.DUE, Run.Status.MISSED),
        closes_at__gt=pause.from_at,
    )
    if pause.until_at:
        runs = runs.filter(closes_at__lte=pause.until_at)
    excused = list(runs.select_for_update(of=("self",)).order_by("pk"))
    Run.objects.filter(pk__in=[run.pk for run in excused]).update(status=Run.Status.EXCUSED, pause=pause)
    for run in excused:
        emit("run.excused", run, by=None, pause=pause.pk, before=run.status)
