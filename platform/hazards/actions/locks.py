"""停用锁: who puts a machine out of service, and that nothing but the hazard's end frees it again.

What follows for the machine's checks is done by `inspections`, which is called by a Due row of the same transaction.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from core.words import say
from facilities.models import Equipment
from hazards.actions.clock import require_reason
from hazards.models import Hazard, StopUse
from people.models import User
from tenants import due

LONGEST_REASON = 200


class OutOfService(WrongStatus):
    """The machine is locked; `lock` says why, since when, and by whom."""

    def __init__(self, lock: StopUse) -> None:
        super().__init__(
            _("%(machine)s is out of service (%(number)s: %(reason)s). Do not run it; it is free once this is closed.")
            % {"machine": say(lock.equipment.name), "number": lock.hazard.number, "reason": lock.reason}
        )
        self.lock = lock


@action
def lock_equipment(hazard: Hazard, *, by: User) -> StopUse | None:
    """The machine that a major hazard names goes out of service, without anybody asking; nothing where it names none."""
    if hazard.equipment is None:
        return None
    return _lock(hazard, hazard.equipment, hazard.title, by)


@action
def stop_equipment(hazard: Hazard, *, by: User, equipment: Equipment, reason: str) -> StopUse:
    """By hand, of whatever level the hazard is; also further machines that stand in the same area."""
    if not by.can("hazards.lock", hazard):
        raise NotAllowed(_("Your role does not put machines out of service. Ask the safety officer."))
    require_reason(reason)
    if not Hazard.objects.select_for_update(of=("self",)).get(pk=hazard.pk).is_open:
        raise WrongStatus(_("This hazard is closed already; it puts nothing out of service any more."))
    if equipment.pk != hazard.equipment_id and equipment.area_id != hazard.area_id:
        raise DomainError(_("Choose a machine of the same area."))
    if hazard.stop_uses.in_force().filter(equipment=equipment).exists():
        raise WrongStatus(_("This machine is out of service already."))
    return _lock(hazard, equipment, reason.strip(), by)


def _lock(hazard: Hazard, equipment: Equipment, reason: str, by: User, since: datetime | None = None) -> StopUse:
    facts = {"hazard": hazard, "reason": reason[:LONGEST_REASON], "locked_at": since or timezone.now(), "locked_by": by}
    lock, is_new = hazard.stop_uses.in_force().get_or_create(equipment=equipment, defaults=facts)
    if is_new:
        _say("hazard.locked", lock, by, f"{say(equipment.name)} · {lock.reason}", since=lock.locked_at)
    return lock


@action
def free_equipment(hazard: Hazard, *, by: User | None) -> list[StopUse]:
    """The hazard is over, and its locks with it; another hazard's lock on the same machine stays."""
    locks = list(hazard.stop_uses.in_force().select_related("equipment").select_for_update(of=("self",)))
    hazard.stop_uses.in_force().update(freed_at=timezone.now(), freed_by=by)
    others = locked(lock.equipment_id for lock in locks)
    for lock in locks:
        other = others.get(lock.equipment_id)
        still = _("%(number)s still keeps it out of service") % {"number": other.hazard.number} if other else ""
        note = " · ".join(filter(None, (say(lock.equipment.name), still)))
        _say("hazard.unlocked", lock, by, note, is_free=other is None)
    return locks


@action
def move_locks(hazard: Hazard, *, into: Hazard, by: User) -> list[StopUse]:
    """A duplicate's locks go on under the open hazard that it was merged into, since when and why as before."""
    locks = list(hazard.stop_uses.in_force().select_related("equipment"))
    moved = [_lock(into, lock.equipment, lock.reason, by, since=lock.locked_at) for lock in locks]
    free_equipment(hazard, by=by)
    return moved


def _say(name: str, lock: StopUse, by: User | None, note: str, **data: Any) -> None:
    machine = {"machine": lock.equipment.code, "lock": lock.pk}
    emit(name, lock.hazard, by=by, note=note, reason=lock.reason, **machine, **data)
    due.now("inspections.follow_locks", equipment=lock.equipment_id)
    due.now("partners.interrupt_unfit")


def locked(equipment_ids: Iterable[int]) -> dict[int, StopUse]:
    """Of these machines those that nobody may run, each with its oldest lock."""
    locks = StopUse.objects.in_force().filter(equipment__in=list(equipment_ids)).order_by("-locked_at", "-pk")
    return {lock.equipment_id: lock for lock in locks.select_related("equipment", "hazard__owner", "locked_by")}


def refuse_locked(equipment: Equipment | None) -> None:
    """For everything that is done with a machine, such as a check or a permit."""
    lock: Any = locked([equipment.pk]).get(equipment.pk) if equipment else None
    if lock:
        raise OutOfService(lock)
