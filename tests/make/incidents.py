"""Incidents as they are reported."""

from typing import Any

from django.utils import timezone

from incidents.actions import report_incident
from incidents.models import Incident
from people.permissions import Role
from tests.make.base import numbers
from tests.make.plant import area, person


def incident(severity: str = "near_miss", **more: Any) -> Incident:
    """A near miss just now, in an area of its own or at this machine."""
    machine = more.get("equipment")
    facts = {"area": machine.area if machine else area(), "title": f"差点夹手 {next(numbers)}"} | more
    facts |= {"happened_at": more.get("happened_at") or timezone.now()}
    return report_incident(by=facts.pop("reporter", None) or person(Role.WORKER), severity=severity, **facts)
