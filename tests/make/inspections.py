"""Checklists, plans, checks."""

from datetime import date, time, timedelta
from typing import Any

from django.utils import timezone

from facilities.models import Equipment, EquipmentType
from hazards.models import Category
from inspections.actions import create_plan
from inspections.models import Checklist, Frequency, Item, Plan, Run
from people.models import User
from people.permissions import Role
from tests.make.base import numbers
from tests.make.hazards import category
from tests.make.plant import machine, person


def checklist(
    *items: dict[str, Any], kind: EquipmentType | None = None, hazard_category: Category | None = None
) -> Checklist:
    """A list with these items, or with one that asks “in order or not”."""
    number = next(numbers)
    made = Checklist.objects.create(
        code=f"L{number}",
        title={"zh": f"班前检查{number}", "en": f"Pre-shift check {number}"},
        frequency=Frequency.PRESHIFT,
        target_type=kind,
        seconds=60,
    )
    for position, columns in enumerate(items or ({},), 1):
        facts = {"text": {"zh": f"第{position}项", "en": f"Item {position}"}, "category": hazard_category or category()}
        Item.objects.create(checklist=made, position=position, **(facts | columns))
    return made


def plan(
    assignee: User | None = None, *, of: Checklist | None = None, at: Equipment | None = None, **more: Any
) -> Plan:
    """Every day at 8, for 90 minutes."""
    facts: dict[str, Any] = {"opens_at": time(8), "window_minutes": 90, "starts_on": date(2026, 1, 1)}
    who = {} if "team" in more else {"assignee": assignee or person(Role.WORKER)}
    facts |= who | more
    return create_plan(facts.pop("name", "班前检查"), [of or checklist()], [at or machine()], by=None, **facts)


def run(assignee: User | None = None, *, of: Checklist | None = None, **columns: Any) -> Run:
    """A check that opened five minutes ago and closes in an hour."""
    now, place = timezone.now(), columns.pop("equipment", None) or machine()
    facts = {
        "equipment": place,
        "area": place.area,
        "department": place.area.department,
        "opens_at": now - timedelta(minutes=5),
        "closes_at": now + timedelta(hours=1),
        "assignee": assignee or (None if "team" in columns else person(Role.WORKER)),
    }
    return Run.objects.create(checklist=of or checklist(), **(facts | columns))
