"""What a workshop's screen shows: machines nobody may run, hazards with their time left, and how far today's checks are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F
from django.utils import timezone

from core.zone import zone
from facilities.models import Department
from hazards.models import Hazard, StopUse
from insight import completion

MOST_LOCKS, MOST_HAZARDS = 6, 7


@dataclass(frozen=True)
class Screen:
    department: Department
    locks: list[StopUse]
    more_locks: int
    hazards: list[Hazard]
    more_hazards: int
    checks: completion.Tally
    at: datetime


def screen_of(user: Any, department: Department) -> Screen:
    within, now = department.subtree, timezone.now()
    locks = StopUse.objects.visible_to(user).in_force().filter(equipment__area__department__in=within)
    locks = locks.select_related("equipment__area", "hazard__owner").order_by("-locked_at", "-pk")
    machines = list({lock.equipment_id: lock for lock in locks}.values())
    hazards = Hazard.objects.visible_to(user).open().filter(department__in=within)
    urgent_first = hazards.select_related("area", "equipment", "owner").order_by(F("due_at").asc(nulls_last=True), "pk")
    runs = completion.runs_of(user, timezone.localdate(now, zone())).filter(department__in=within)
    counts = {name: Count("pk", filter=rule) for name, rule in completion.WHAT.items()}
    return Screen(
        department=department,
        locks=machines[:MOST_LOCKS],
        more_locks=max(0, len(machines) - MOST_LOCKS),
        hazards=list(urgent_first[:MOST_HAZARDS]),
        more_hazards=max(0, hazards.count() - MOST_HAZARDS),
        checks=completion.Tally(**runs.aggregate(**counts)),
        at=now,
    )
