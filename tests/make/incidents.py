"""Incidents as they are reported, and drills."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from incidents.actions import plan_drill, report_incident
from incidents.models import Drill, Incident
from people.models import User
from people.permissions import Role
from tests.make.base import numbers
from tests.make.plant import area, person
from training.models import TrainingSession


def incident(severity: str = "near_miss", **more: Any) -> Incident:
    """A near miss just now, in an area of its own or at this machine."""
    machine = more.get("equipment")
    facts = {"area": machine.area if machine else area(), "title": f"差点夹手 {next(numbers)}"} | more
    facts |= {"happened_at": more.get("happened_at") or timezone.now()}
    return report_incident(by=facts.pop("reporter", None) or person(Role.WORKER), severity=severity, **facts)


def drill(*, by: User, is_held: bool = True, **more: Any) -> Drill:
    """An evacuation, live, just over."""
    facts = {
        "kind": "comprehensive",
        "form": "live",
        "scenario": "电缆冒烟",
        "place": "空地",
        "hours": Decimal(1),
    } | more
    made = plan_drill(f"疏散演练 {next(numbers)}", by=by, starts_at=timezone.now() - timedelta(hours=1), **facts)
    if is_held:
        TrainingSession.objects.filter(pk=made.session_id).update(status=TrainingSession.Status.CLOSED)
        made.session.refresh_from_db()
    return made
