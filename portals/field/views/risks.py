"""Risks on the phone: the four-colour plan, and the notice cards of an area."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404

from facilities.models import Area
from portals.risks import plans_for, shown
from portals.web import page, require
from risks.colours import worst
from risks.maps import rank_of, risks_by_area
from risks.models import Risk


@login_required
def index(request):
    """?plan= another one than the first."""
    require(request.user, "risks.read")
    plans = list(plans_for(request.user))
    asked = request.GET.get("plan", "")
    plan = next((each for each in plans if str(each.pk) == asked), plans[0] if plans else None)
    context = shown(plan) if plan else {"areas": _areas()}
    return page(request, "field/risks/plan.html", context | {"plans": plans})


def _areas() -> list[tuple[Area, str, int]]:
    """Without a plan: each area that has risks, with its colour and how many there are; the worst first."""
    areas = list(Area.objects.select_related("department"))
    risks = risks_by_area(area.pk for area in areas)
    found = [
        (area, worst([risk.colour for risk in risks[area.pk]]), len(risks[area.pk])) for area in areas if risks[area.pk]
    ]
    return sorted(found, key=lambda row: rank_of(row[1]))


@login_required
def area(request, pk: int):
    require(request.user, "risks.read")
    place = get_object_or_404(Area.objects.select_related("department"), pk=pk)
    risks = Risk.objects.visible_to(request.user).in_force().filter(area=place)
    found = list(risks.select_related("area", "equipment", "owner").worst_first())
    context = {"area": place, "risks": found, "colour": worst([risk.colour for risk in found])}
    return page(request, "field/risks/area.html", context)
