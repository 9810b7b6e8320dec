"""What the desk and the phone show of risks alike."""

from typing import Any

from facilities.models import Area, Equipment
from hazards.models import Hazard
from people.models import User
from risks.colours import worst
from risks.maps import shapes_of, size_of
from risks.models import FloorPlan, Risk
from risks.related import risks_of


def plans_for(user: User) -> Any:
    return FloorPlan.objects.visible_to(user).in_use().select_related("picture", "department")


def shown(plan: FloorPlan) -> dict[str, Any]:
    """For parts/_risk_plan.html."""
    width, height = size_of(plan)
    return {"plan": plan, "shapes": shapes_of(plan), "width": width, "height": height, "mark": max(width, height) / 800}


def risks_at(user: User, place: Area | Equipment) -> dict[str, Any]:
    """For a label: what is dangerous here, the worst first, and its colour; that of the plant where nothing is written."""
    found = (
        Risk.objects.visible_to(user).in_force().at(place).select_related("equipment", "area", "owner").worst_first()
    )
    risks = list(found)
    return {"risks": risks, "colour": worst([risk.colour for risk in risks]) or place.colour}


def risks_near(user: User, hazard: Hazard) -> list[Risk]:
    """For a hazard's page."""
    if not user.can("risks.view"):
        return []
    return list(risks_of(hazard).filter(pk__in=Risk.objects.visible_to(user).values("pk")).order_by("-score")[:8])
