"""Plans of inspections: what is checked where, by whom, how often; made and stopped here."""

from datetime import time, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError
from core.templatetags.core_tags import span
from inspections.actions import create_plan, stop_plan
from inspections.models import Plan
from portals.console.forms.plans import PlanForm, rule_words
from portals.web import page, require

PER_PAGE = 50
NEAR = ("shift", "team", "assignee")
STOPS = ("stops__equipment__area", "stops__area", "themes__checklist")


@login_required
def index(request):
    require(request.user, "inspections.view")
    is_active = not request.GET.get("stopped")
    plans = Plan.objects.filter(is_active=is_active).select_related(*NEAR).prefetch_related(*STOPS).order_by("-pk")
    found = Paginator(plans, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": found,
        "plans": [(plan, rule_words(plan.rule), span(timedelta(minutes=plan.window_minutes))) for plan in found],
        "is_active": is_active,
        "may_plan": request.user.can("inspections.plan"),
        "query": "" if is_active else "stopped=1&",
    }
    return page(request, "console/plans/list.html", context)


@login_required
def add(request):
    require(request.user, "inspections.plan")
    first = {"starts_on": timezone.localdate(), "opens_at": time(7, 30), "window_minutes": 60}
    form = PlanForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            _create(form.cleaned_data, request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The plan is made; its first checks stand already."))
            return redirect("console:plans")
    return page(request, "console/plans/add.html", {"form": form}, status=422 if form.errors else 200)


def _create(data, user) -> Plan:
    places = [*data["machines"], *data["areas"]]
    shared = {name: data[name] for name in ("rule", "starts_on", "opens_at", "window_minutes", "team", "assignee")}
    return create_plan(data["name"], [data["checklist"]], places, by=user, **shared)


@login_required
@require_POST
def stop(request, pk: int):
    stop_plan(get_object_or_404(Plan, pk=pk), by=request.user)
    return redirect("console:plans")
