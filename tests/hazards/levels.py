"""What the tests of levels, plans and controls share: policies as the product brings them, and one person per role."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from hazards.actions import confirm_hazard, write_plan
from hazards.models import POINTS, Hazard, Level, LevelPolicy, RectificationPlan, Status
from people.models import User
from people.permissions import Role
from tests import make

MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TEXTS = {name: f"{name} 写清楚了" for name in POINTS}
CREW = (
    Role.WORKER,
    Role.TEAM_LEADER,
    Role.WORKSHOP_HEAD,
    Role.SAFETY_OFFICER,
    Role.LEADER,
    Role.HEAD,
    Role.MAINTENANCE,
)


def policies() -> None:
    """As an industry pack brings them: serious and major with a temporary control, major with plan and release."""
    for level, minutes, control, hours in (
        (Level.GENERAL, 240, None, 72),
        (Level.SERIOUS, 60, 240, 48),
        (Level.MAJOR, 15, 60, 24),
    ):
        is_major = level == Level.MAJOR
        LevelPolicy.objects.create(
            level=level,
            version=1,
            acknowledge_minutes=minutes,
            control_minutes=control,
            rectify_hours=hours,
            needs_plan=is_major,
            needs_release=is_major,
        )


def crew() -> dict[str, User]:
    policies()
    workshop = make.department()
    return {role: make.person(role, name=str(role.label), in_department=workshop) for role in CREW}


def confirmed(people: dict[str, User], level: str = Level.SERIOUS, **more: Any) -> Hazard:
    """With an owner already, who has not begun."""
    hazard = make.hazard(area=make.area(people[Role.WORKER].department), **more)
    make.before(hazard)
    confirm_hazard(hazard, by=people[Role.SAFETY_OFFICER], level=level)
    owner = people[Role.MAINTENANCE]
    Hazard.objects.filter(pk=hazard.pk).update(owner=owner, assigned_at=timezone.now(), status=Status.ASSIGNED)
    return Hazard.objects.select_related("policy", "owner").get(pk=hazard.pk)


def planned(people: dict[str, User], hazard: Hazard, days: int = 5) -> RectificationPlan:
    due_at = timezone.now() + timedelta(days=days)
    return write_plan(hazard, by=people[Role.SAFETY_OFFICER], due_at=due_at, **TEXTS)
