"""Four-colour plans at the desk: pictures, the outlines of areas on them, and paper."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError
from core.events import history
from portals.console.forms.risks import PlanForm, ZoneForm
from portals.risks import plans_for, shown
from portals.web import page, require
from risks import actions, exports
from risks.models import FloorPlan


def _find(request, pk: int, permission: str = "") -> FloorPlan:
    require(request.user, "risks.view")
    if permission:
        require(request.user, permission)
    return get_object_or_404(plans_for(request.user), pk=pk)


@login_required
def index(request):
    require(request.user, "risks.view")
    context = {"plans": plans_for(request.user), "may_manage": request.user.can("risks.manage")}
    return page(request, "console/risks/plans.html", context)


@login_required
def add(request):
    require(request.user, "risks.manage")
    form = PlanForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            plan = actions.add_floor_plan(by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error("picture", refusal.message)
        else:
            return redirect("console:draw_risk_plan", pk=plan.pk)
    return page(request, "console/risks/add_plan.html", {"form": form}, status=422 if form.errors else 200)


@login_required
def show(request, pk: int):
    plan = _find(request, pk)
    context = shown(plan) | {"events": history(plan), "may_manage": request.user.can("risks.manage")}
    return page(request, "console/risks/plan.html", context)


@login_required
def draw(request, pk: int):
    """One area at a time; ?area= takes up one that is drawn already."""
    plan = _find(request, pk, "risks.manage")
    asked = request.GET.get("area", "")
    zone = (
        plan.zones.filter(area=int(asked)).first()
        if asked.isascii() and asked.isdecimal() and len(asked) < 19
        else None
    )
    initial = {"area": asked} if zone is None and asked else {}
    form = ZoneForm(request.POST or None, plan=plan, zone=zone, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.draw_zone(plan, by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error("points", refusal.message)
        else:
            messages.success(request, _("Drawn. Draw the next area, or look at the plan."))
            return redirect("console:draw_risk_plan", pk=pk)
    context = shown(plan) | {"form": form, "zone": zone}
    return page(request, "console/risks/draw.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def erase(request, pk: int):
    plan = _find(request, pk, "risks.manage")
    asked = request.POST.get("zone", "")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else 0
    zone = get_object_or_404(plan.zones.select_related("area", "plan"), pk=number)
    actions.erase_zone(zone, by=request.user)
    return redirect("console:draw_risk_plan", pk=pk)


@login_required
@require_POST
def retire(request, pk: int):
    actions.retire_floor_plan(_find(request, pk), by=request.user, reason=request.POST.get("note", ""))
    messages.success(request, _("The plan is out of use."))
    return redirect("console:risk_plans")


@login_required
@require_POST
def print_plan(request, pk: int, size: str):
    return redirect("console:job", pk=exports.order_plan(_find(request, pk), size, by=request.user).pk)
