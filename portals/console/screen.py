"""What a workshop's screen shows: today's numbers, calls for help, machines nobody may run, hazards with their time left.

It hangs where everybody passes by: names are shortened, and what nobody has confirmed yet is counted, not told.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q
from django.utils import timezone

from alerts.models import Alert
from core.zone import zone
from facilities.models import Department
from hazards.models import Hazard, StopUse
from insight import completion
from insight.safety import SafeDays, safe_days
from people.masks import masked
from people.models import User

MOST_ALERTS, MOST_LOCKS, MOST_HAZARDS = 3, 4, 6
SHOWN_AFTER_TAKING = timedelta(minutes=10)


@dataclass(frozen=True)
class Shown:
    department: Department
    alerts: list[Alert]
    locks: list[StopUse]
    out_of_service: int
    hazards: list[Hazard]
    open_hazards: int
    overdue: int
    checks: completion.Tally
    safe: SafeDays
    at: datetime

    @property
    def more_locks(self) -> int:
        return self.out_of_service - len(self.locks)

    @property
    def more_hazards(self) -> int:
        return self.open_hazards - len(self.hazards)


def shown_on(department: Department, reader: User | None = None) -> Shown:
    """All of the workshop for a device on its wall; for a person no more than they may see."""
    within, now = department.subtree, timezone.now()
    machines = _locks(within, reader)
    hazards = _seen_by(reader, Hazard).open().filter(department__in=within)
    counted = hazards.aggregate(all=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now)))
    confirmed = hazards.filter(confirmed_at__isnull=False).select_related("area", "equipment", "owner")
    listed: list[Any] = list(confirmed.order_by(F("due_at").asc(nulls_last=True), "pk")[:MOST_HAZARDS])
    for hazard in listed:
        hazard.fixer = _short(hazard.owner)
    runs = completion.runs_of(reader, timezone.localdate(now, zone())).filter(department__in=within)
    return Shown(
        department=department,
        alerts=_alerts(within, reader, now),
        locks=machines[:MOST_LOCKS],
        out_of_service=len(machines),
        hazards=listed,
        open_hazards=counted["all"],
        overdue=counted["late"],
        checks=completion.Tally(
            **runs.aggregate(**{name: Count("pk", filter=rule) for name, rule in completion.WHAT.items()})
        ),
        safe=safe_days(within),
        at=now,
    )


def _seen_by(reader: User | None, model: Any) -> Any:
    return model.objects.visible_to(reader) if reader else model.objects.all()


def _short(person: User | None) -> str:
    return masked(person.name) if person else ""


def _locks(within: frozenset[int], reader: User | None) -> list[Any]:
    """One for each machine, the last locked first."""
    locks = _seen_by(reader, StopUse).in_force().filter(equipment__area__department__in=within)
    locks = locks.select_related("equipment__area", "hazard__owner").order_by("-locked_at", "-pk")
    machines = list({lock.equipment_id: lock for lock in locks}.values())
    for lock in machines:
        lock.fixer = _short(lock.hazard.owner)
    return machines


def _alerts(within: frozenset[int], reader: User | None, now: datetime) -> list[Alert]:
    """Open ones, and for a while those that somebody took."""
    standing = Q(acknowledged_at=None) | Q(acknowledged_at__gt=now - SHOWN_AFTER_TAKING)
    here = Q(department__in=within) | Q(department=None)
    alerts = _seen_by(reader, Alert).filter(standing, here).select_related("acknowledged_by")
    shown: list[Any] = list(alerts.order_by(F("acknowledged_at").asc(nulls_first=True), "-raised_at")[:MOST_ALERTS])
    for alert in shown:
        alert.taker = _short(alert.acknowledged_by)
    return shown
