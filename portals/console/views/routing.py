"""Where hazards go: by kind, by kind in one area, and to which companies from outside."""

from collections.abc import Iterable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.errors import DomainError
from hazards.actions import route_category, send_out
from hazards.actions.routing import keep_maintainer
from hazards.models import Category, Maintainer, Route
from market.routing import adopt_routes, suggested_routes
from people.models import Team
from portals.console.forms.routing import MaintainerForm, RouteForm, SendOutForm
from portals.web import page, require


@login_required
def routes(request):
    """Which team fixes which kind of hazard, everywhere; the exceptions stand below."""
    require(request.user, "hazards.route")
    if request.method != "POST":
        return _routes(request, RouteForm())
    teams = {str(team.pk): team for team in Team.objects.all()}
    companies = {str(company.pk): company for company in Maintainer.objects.filter(is_active=True)}
    try:
        with transaction.atomic():
            for category in Category.objects.all():
                team = teams.get(request.POST.get(f"team-{category.pk}", ""))
                company = companies.get(request.POST.get(f"maintainer-{category.pk}", ""))
                route_category(category, by=request.user, team=team, maintainer=company)
    except DomainError as refusal:
        return _routes(request, RouteForm(), refusal.message, 422)
    messages.success(request, _("Saved."))
    return redirect("console:routes")


def _routes(request, form: RouteForm, refusal: str = "", status: int = 200):
    routes = list(Route.objects.select_related("category", "area", "team__leader", "maintainer"))
    standing = {route.category_id: (route.team_id, route.maintainer_id) for route in routes if route.area is None}
    typed = [(category, *_typed(request, category, standing)) for category in Category.objects.listed()]
    context = {
        "rows": typed,
        "exceptions": [route for route in routes if route.area],
        "teams": Team.objects.select_related("leader"),
        "companies": Maintainer.objects.filter(is_active=True),
        "form": form,
        "refusal": refusal,
        "suggested": suggested_routes(),
    }
    return page(request, "console/hazards/routes.html", context, status=status)


def _typed(request, category: Category, standing: dict) -> tuple[str, str]:
    """What was just chosen, else what stands."""
    names = (f"team-{category.pk}", f"maintainer-{category.pk}")
    pairs = zip(names, standing.get(category.pk, ("", "")), strict=True)
    team, company = (request.POST.get(name, value or "") for name, value in pairs)
    return str(team), str(company)


@login_required
@require_POST
def adopt(request):
    """The ticked ones of what the installed packs suggest."""
    require(request.user, "hazards.route")
    taken = adopt_routes(request.POST.getlist("kind"), by=request.user)
    words = ngettext(
        "%(n)d kind of hazard goes out by itself now.", "%(n)d kinds of hazards go out by themselves now.", len(taken)
    )
    messages.success(request, words % {"n": len(taken)})
    return redirect("console:routes")


@login_required
@require_POST
def except_area(request):
    """A kind that goes elsewhere in one area; without a team the exception is taken away."""
    require(request.user, "hazards.route")
    form = RouteForm(request.POST)
    if form.is_valid():
        try:
            route_category(by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error("team", refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("console:routes")
    return _routes(request, form, status=422)


@login_required
def maintainers(request):
    require(request.user, "hazards.route")
    return _keep(request, None)


@login_required
def maintainer(request, pk: int):
    require(request.user, "hazards.route")
    return _keep(request, get_object_or_404(Maintainer, pk=pk))


def _keep(request, standing: Maintainer | None):
    names = ("company", "person", "phone", "is_active")
    form = MaintainerForm(
        request.POST or None, initial={name: getattr(standing, name) for name in names} if standing else {}
    )
    if request.method == "POST" and form.is_valid():
        try:
            keep_maintainer(by=request.user, maintainer=standing, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error("company", refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("console:maintainers")
    context = {"form": form, "standing": standing, "companies": Maintainer.objects.all()}
    return page(request, "console/hazards/maintainers.html", context, status=422 if form.errors else 200)


def sending_out(request, hazard, steps: Iterable[str]) -> dict:
    """What the hazard's page shows of companies from outside."""
    may = bool({"assign", "reassign"}.intersection(steps)) and Maintainer.objects.filter(is_active=True).exists()
    return {"send_out": SendOutForm() if may else None}


def send(request, hazard, data) -> None:
    send_out(hazard, data["maintainer"], by=request.user)
