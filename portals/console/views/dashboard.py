"""安全看板: the figures with target, trend and rows, where the risk is, what stands where, and who waits."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from core.accidents import Severity
from core.archives import Names, before, names_of, period, rows_of
from core.errors import DomainError
from facilities.calendar import today
from facilities.models import Area, Department
from insight import figures, heat, learning, targets
from insight.figures import Days, Figure, Scope, Value
from insight.hazards import part
from insight.models import Search
from insight.waiting import funnel, standing
from people.models import User
from portals.console.forms import hazard_archive as hazard_forms
from portals.console.forms import runs as run_forms
from portals.console.forms.archive import kept_query, spans
from portals.console.forms.dashboard import AreaForm, DashboardForm, TargetsForm
from portals.console.spark import spark
from portals.console.views import learning as learning_pages
from portals.risks import plans_for, shown
from portals.web import page, require

PER_PAGE, MOST_PATTERNS = 50, 3
# Who may open the rows of a figure; of the others: hazards.view.
_NEEDED = {"on_time": "inspections.view", "response": "alerts.acknowledge", "qualified": "training.view"}
Links = dict[str, str]


@login_required
def show(request):
    require(request.user, "insight.dashboard")
    names = _names()
    form = DashboardForm(request.GET, names)
    context: dict[str, Any] = {
        "form": form,
        "asked": request.GET,
        "departments": names["department"].items(),
        "may_report": request.user.can("insight.reports"),
        "may_set": request.user.can("insight.set_targets"),
    }
    if form.is_valid():
        context |= _shown(request.user, form)
        context |= {"spans": spans(DashboardForm, request.GET), "span": form.span_name}
        context["query"] = kept_query(DashboardForm, request.GET)
    status = 200 if form.is_valid() else 422
    return page(request, "console/dashboard/show.html", context, "console/dashboard/_live.html", status)


def _names() -> Names:
    workshops = Department.objects.filter(kind=Department.Kind.WORKSHOP)
    none = Department.objects.none()
    return names_of(rows_of("department", workshops), rows_of("none", none), kinds=("department", "none"))


def _shown(user: User, form: DashboardForm) -> dict[str, Any]:
    scope, days = form.scope(user), form.days
    found = figures.read(scope, days)
    risk = heat.heat(scope)
    return {
        "days": period(*days),
        "before": period(*before(*days)),
        "tiles": tiles(scope, days, found),
        "figures": _figures(scope),
        "workshops": [_workshop(user, workshop, days) for workshop in found.workshops],
        "heat": risk,
        "heat_days": _address(risk.days),
        "weeks": risk.weeks,
        "plan": _plan(user, risk),
        "stages": [(stage, hazard_forms.address_of(stage.behind)) for stage in funnel(scope, days)],
        "standing": _standing(user, scope),
        "patterns": _patterns(user),
        "department": scope.department,
    }


def tiles(scope: Scope, days: Days, found: figures.Reading | None = None) -> list[dict[str, Any]]:
    """Also for the overview, in brief: one set of numbers wherever they stand."""
    now = found.now if found else figures.measure(scope, days, is_brief=True)
    past = found.past if found else {}
    wanted = figures.targets()
    shown = []
    for figure in _figures(scope):
        key = figure.key
        if key not in now:
            continue
        tile = _tile(figure, now[key], past.get(key, figures.NOTHING), wanted[key])
        if found:
            months = found.months[key]
            tile |= {"spark": _spark(months, wanted[key]), "first": months[0][0], "last": months[-1][0]}
        shown.append(tile | {"links": links(scope, key, days)})
    return shown


def _figures(scope: Scope) -> list[Figure]:
    """Of whose rows the reader may see any: of others there is nothing to count, and that would be read as none."""
    return [figure for figure in figures.FIGURES if _may_open(scope, figure.key)]


def _may_open(scope: Scope, key: str) -> bool:
    return bool(scope.reader and scope.reader.can(_NEEDED.get(key, "hazards.view")))


def _tile(figure: Figure, now: Value, past: Value, target: float) -> dict[str, Any]:
    change = None if now.number is None or past.number is None else round(now.number - past.number, 1)
    is_better = None if not change else (change < 0) == figure.is_better_low
    return {
        "figure": figure, "now": now, "past": past, "target": target, "change": change, "is_better": is_better,
        "is_met": figures.is_met(figure, now, target),
    }  # fmt: skip


def _spark(months: list[tuple[Any, Value]], target: float) -> Any:
    return spark([value.number for _first, value in months], target)


def links(scope: Scope, key: str, days: Days) -> Links:
    """Addresses of the rows above and below the line, of those that the reader may open."""
    return _links(scope, key, days) if _may_open(scope, key) else {}


def _links(scope: Scope, key: str, days: Days) -> Links:
    where = {"department": scope.department}
    if key == "on_time":
        parts = {"top": True, "bottom": False}
        runs = {name: figures.runs_behind(scope, days, is_top=is_top) for name, is_top in parts.items()}
        return {name: f"/desk/runs/?{run_forms.address_of(chosen)}" for name, chosen in runs.items()}
    if key == "response":
        asked = {"state": "taken", "from": str(days[0]), "to": str(days[1])}
        return {"bottom": "/desk/alerts/?" + _query(asked | {"department": str(scope.department or "")})}
    if key == "qualified":
        parts_of = {"top": learning.part("in_time", days, where), "bottom": learning.part("judged", days, where)}
        return {name: learning_pages.address_of(chosen) for name, chosen in parts_of.items()}
    if key == "overdue":
        late = hazard_forms.Filter(late="now", department=scope.department)
        return {"bottom": f"/desk/hazards/?{hazard_forms.address_of(late)}"} if days[1] >= today() else {}
    keys = {"closed_loop": {"top": "closed_of", "bottom": "to_close"}, "days": {"bottom": "closed"}}[key]
    return {name: f"/desk/hazards/?{hazard_forms.address_of(part(each, days, where))}" for name, each in keys.items()}


def _query(asked: dict[str, str]) -> str:
    kept = QueryDict(mutable=True)
    kept.update({name: value for name, value in asked.items() if value})
    return kept.urlencode()


def _workshop(user: User, workshop: figures.Workshop, days: Days) -> dict[str, Any]:
    scope, values = Scope(user, workshop.department.pk), workshop.values
    cells = [(figure, values[figure.key], links(scope, figure.key, days)) for figure in _figures(scope)]
    return {"department": workshop.department, "cells": cells}


def _plan(user: User, risk: heat.Heat) -> dict[str, Any] | None:
    """The first floor plan with the areas as they are now; the colours of the register stand on its own page."""
    plan = plans_for(user).first()
    if plan is None:
        return None
    cells = {cell.area.pk: cell for cell in risk.cells}
    drawn = shown(plan)
    return drawn | {"zones": [(shape, cells[shape.area.pk]) for shape in drawn["shapes"] if shape.area.pk in cells]}


def _standing(user: User, scope: Scope) -> dict[str, Any]:
    found = standing(scope)
    lists = {"people": found.people, "turns": found.turns}
    named = {name: [(row, hazard_forms.address_of(row.behind)) for row in rows] for name, rows in lists.items()}
    return named | {"open": found, "may_take": user.can("alerts.acknowledge")}


def _patterns(user: User) -> list[Any]:
    search = Search.objects.visible_to(user).first()
    return list(search.patterns.all()[:MOST_PATTERNS]) if search else []


def _near_misses(area: Area, days: Days) -> str:
    return f"{_address(days)}&place=area:{area.pk}&severity={Severity.NEAR_MISS}"


def _address(days: Days) -> str:
    return _query({"from": str(days[0]), "to": str(days[1])})


@login_required
def area(request, pk: int):
    """The rows behind a cell of the heat map."""
    require(request.user, "insight.dashboard")
    scope = Scope(request.user)
    found = get_object_or_404(heat.areas_of(scope), pk=pk)
    form = AreaForm(request.GET, {})
    days = form.days if form.is_valid() else figures.thirty_days()
    runs = Paginator(heat.runs_of(scope, found, days), PER_PAGE)
    hazards = Paginator(heat.hazards_of(scope, found, days), PER_PAGE)
    cell = heat.cell_of(scope, found, days)
    context = {
        "area": found,
        "cell": cell,
        "is_past": max(cell.sum.runs - runs.count, 0),
        "days": period(*days),
        "form": form,
        "hazards": hazards.get_page(request.GET.get("hazards")),
        "runs": runs.get_page(request.GET.get("runs")),
        "query": _address(days),
        "weights": heat.WEIGHTS,
        "near_misses": _near_misses(found, days) if request.user.can("incidents.view") else "",
    }
    return page(request, "console/dashboard/area.html", context, status=422 if form.errors else 200)


@login_required
def set_targets(request):
    require(request.user, "insight.set_targets")
    form = TargetsForm(request.POST or None, wanted=figures.targets())
    if request.method == "POST" and form.is_valid():
        try:
            targets.set_targets(form.cleaned_data, by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Saved. The dashboard shows the new targets at once."))
            return redirect("console:dashboard")
    rows = [(figure, form[figure.key]) for figure in figures.FIGURES]
    context = {"form": form, "rows": rows}
    return page(request, "console/dashboard/targets.html", context, status=422 if form.errors else 200)
