"""Plans of inspections: what is checked where, by whom, how often; made, changed and stopped here."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.errors import DomainError
from core.events import history
from core.templatetags.core_tags import span
from inspections.actions import foresee, occurrences, save_plans, stop_plan
from inspections.models import Plan, Run
from inspections.schedule import Opening
from market.planning import adopt_plans, suggestions
from people.permissions import Role
from portals.console.forms.plans import PRESET_NAMES, PlanForm, initial_of, preset
from portals.console.rules import rule_words
from portals.web import page, require

PER_PAGE = 50
NEAR = ("shift", "team", "assignee", "fallback")
STOPS = ("stops__equipment__area", "stops__area", "themes__checklist")
NEXT = 3


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
        "suggested": _suggested() if is_active and request.user.can("inspections.plan") else [],
        "query": "" if is_active else "stopped=1&",
    }
    return page(request, "console/plans/list.html", context)


def _suggested():
    return [(each, rule_words(each.rule), Role(each.role).label) for each in suggestions()]


@login_required
@require_POST
def adopt(request):
    """One of the plans that the installed packs suggest, or all."""
    require(request.user, "inspections.plan")
    made = adopt_plans(request.POST.getlist("plan"), by=request.user)
    words = ngettext("%(n)d plan is in force.", "%(n)d plans are in force.", len(made))
    messages.success(request, words % {"n": len(made)})
    return redirect("console:plans")


@login_required
def show(request, pk: int):
    """The plan as its sentence, the checks that come next and those that were."""
    require(request.user, "inspections.view")
    plan = get_object_or_404(Plan.objects.select_related(*NEAR).prefetch_related(*STOPS), pk=pk)
    runs = Run.objects.visible_to(request.user).filter(plan=plan).exclude(status=Run.Status.WITHDRAWN)
    runs = runs.select_related("checklist", "equipment", "area", "inspector")
    context = {
        "plan": plan,
        "often": rule_words(plan.rule),
        "window": span(timedelta(minutes=plan.window_minutes)),
        "coming": runs.filter(opens_at__gt=timezone.now())[:20],
        "recent": runs.filter(opens_at__lte=timezone.now()).order_by("-opens_at", "id")[:20],
        "may_plan": plan.is_active and request.user.can("inspections.plan"),
        "events": history(plan),
    }
    return page(request, "console/plans/show.html", context)


@login_required
def add(request):
    require(request.user, "inspections.plan")
    return _edit(request, None, preset(request.GET.get("preset", "")))


@login_required
def change(request, pk: int):
    require(request.user, "inspections.plan")
    plan = get_object_or_404(Plan.objects.select_related(*NEAR), pk=pk)
    return _edit(request, plan, initial_of(plan))


def _edit(request, plan: Plan | None, initial: dict[str, Any]):
    """A button with a name looks at the plan or orders its route; the one without saves it."""
    form = PlanForm(request.POST or None, initial=initial)
    saves = request.method == "POST" and "do" not in request.POST
    if saves and form.is_valid():
        try:
            made = save_plans(plan, form.facts(), by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(
                request, _("Saved. What is open already stays as it is.") if plan else _("The plan is made.")
            )
            return redirect("console:plan", pk=made[0].pk) if len(made) == 1 else redirect("console:plans")
    do = request.POST.get("do", "")
    context = {
        "form": form,
        "plan": plan,
        "look": _look(form, plan),
        "places": _moved(form.ordered("places"), do, "places"),
        "themes": _moved(form.ordered("themes"), do, "themes"),
        "ticked": {name: set(_values(form, name)) for name in ("places", "themes", "shifts", "weekdays")},
        "presets": PRESET_NAMES,
        "shows_errors": saves,
    }
    return page(
        request, "console/plans/edit.html", context, "console/plans/_look.html", 422 if saves and form.errors else 200
    )


def _values(form: PlanForm, name: str) -> list[str]:
    return form[name].value() or []


def _moved(rows: list[Any], do: str, name: str) -> list[Any]:
    """do: "up places machine:3" moves that one a place nearer to the beginning."""
    way, _space, rest = do.partition(" ")
    keys = [key for key, _row in rows]
    if rest.partition(" ")[0] != name or (key := rest.partition(" ")[2]) not in keys:
        return rows
    at = keys.index(key)
    to = max(at - 1, 0) if way == "up" else min(at + 1, len(rows) - 1)
    rows.insert(to, rows.pop(at))
    return rows


@dataclass
class Look:
    """What the plan would do, before it is saved."""

    error: str = ""
    days: list[datetime] = field(default_factory=list)
    times: int = 0
    checks: int = 0
    month: date | None = None
    skips_days: bool = False


def _look(form: PlanForm, plan: Plan | None) -> Look:
    if not form.is_bound:
        return _seen(occurrences(plan, timezone.now(), _horizon()), plan.stops.count(), plan.days) if plan else Look()
    if not form.is_valid():
        return Look(error=str(next(iter(form.errors.values()))[0]))
    try:
        found = [opening for facts in form.facts() for opening in foresee(**facts, until=_horizon())]
    except DomainError as refusal:
        return Look(error=refusal.message)
    return _seen(found, len(form.ordered("places")), form.cleaned_data["days"])


def _horizon() -> datetime:
    return timezone.now() + timedelta(days=400)


def _seen(found: list[Opening], places: int, days: str) -> Look:
    today = timezone.localdate()
    moments = sorted(timezone.localtime(opening.at) for opening in found)
    times = sum((moment.year, moment.month) == (today.year, today.month) for moment in moments)
    return Look(days=moments[:NEXT], times=times, checks=times * places, month=today, skips_days=days != Plan.Days.ALL)


@login_required
@require_POST
def stop(request, pk: int):
    stop_plan(get_object_or_404(Plan, pk=pk), by=request.user)
    messages.success(request, _("The plan is stopped. What is open can still be handed in."))
    return redirect("console:plans")
