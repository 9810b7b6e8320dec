"""The plant: machines, areas, departments and teams, and the labels that lead to them."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, F, Prefetch, Q
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError
from core.events import history
from core.words import say
from facilities import actions
from facilities.labels import order_labels
from facilities.models import Area, Department, Equipment, QRPoint
from facilities.qr import issue_sticker, revoke_sticker
from hazards.models import StopUse
from people import actions as people
from people.auth import find_user
from people.models import Team
from portals.console.forms import plant as forms
from portals.web import page, require

PER_PAGE = 100
LIVE = Prefetch("qr_points", QRPoint.objects.filter(revoked_at=None), to_attr="live_points")
LOCKS = Prefetch("stop_uses", StopUse.objects.in_force().select_related("hazard"), to_attr="locks")


@login_required
def machines(request):
    require(request.user, "console.open")
    words = request.GET.get("q", "").replace("\0", "").strip()
    found = Equipment.objects.visible_to(request.user).select_related("area__department", "type")
    if words:
        found = found.filter(Q(code__icontains=words) | Q(name__icontains=words) | Q(area__name__icontains=words))
    only_locked = bool(request.GET.get("locked"))
    if only_locked:
        found = found.filter(pk__in=StopUse.objects.in_force().values("equipment"))
    kept = {"q": words} | ({"locked": "1"} if only_locked else {})
    pages = Paginator(found.prefetch_related(LIVE, LOCKS), PER_PAGE).get_page(request.GET.get("page"))
    return page(
        request,
        "console/plant/machines.html",
        {"page": pages, "query": f"{urlencode(kept)}&", **_may(request)},
    )


@login_required
def areas(request):
    require(request.user, "console.open")
    found = Area.objects.select_related("department").prefetch_related(LIVE).annotate(machines=Count("equipment"))
    return page(request, "console/plant/areas.html", {"areas": found, **_may(request)})


@login_required
def departments(request):
    require(request.user, "console.open")
    return _departments(request, forms.DepartmentForm(), forms.TeamForm())


def _departments(request, department_form, team_form, status: int = 200):
    context = {
        "departments": Department.objects.select_related("parent"),
        "teams": Team.objects.select_related("department", "leader").annotate(size=Count("members")),
        "department_form": department_form,
        "team_form": team_form,
        "may_add_teams": request.user.can("people.manage"),
    }
    return page(request, "console/plant/departments.html", context | _may(request), status=status)


def _may(request):
    user = request.user
    return {"may_manage": user.can("facilities.manage"), "may_manage_screens": user.can("alerts.manage_screens")}


@login_required
@require_POST
def add_group(request, kind: str):
    """A department or a team; refused input goes back to where it was typed."""
    form: forms.DepartmentForm | forms.TeamForm
    form = forms.DepartmentForm(request.POST) if kind == "department" else forms.TeamForm(request.POST)
    if form.is_valid():
        try:
            if kind == "department":
                actions.add_department(by=request.user, **form.cleaned_data)
            else:
                people.add_team(by=request.user, **form.cleaned_data)
            return redirect("console:departments")
        except DomainError as refusal:
            form.add_error(None, refusal.message)
    if kind == "department":
        return _departments(request, form, forms.TeamForm(), status=422)
    return _departments(request, forms.DepartmentForm(), form, status=422)


@login_required
@require_POST
def name_leader(request, pk: int):
    """The team's leader, whom its hazards go to, by phone or employee number."""
    require(request.user, "people.manage")
    team = get_object_or_404(Team, pk=pk)
    leader = find_user(request.POST.get("person", ""))
    if leader is None or not leader.is_active:
        raise DomainError(_("Nobody has this number."))
    people.name_leader(team, leader, by=request.user)
    messages.success(request, _("Saved."))
    return redirect("console:departments")


@login_required
def add(request, kind: str):
    """A machine or an area."""
    require(request.user, "facilities.manage")
    form = _form(kind, request.POST or None, is_new=True)
    if request.method == "POST" and form.is_valid():
        try:
            if kind == "machine":
                actions.add_equipment(by=request.user, **form.cleaned_data)
                return redirect("console:machines")
            actions.add_area(by=request.user, **form.cleaned_data)
            return redirect("console:areas")
        except DomainError as refusal:
            form.add_error(None, refusal.message)
    return page(request, "console/plant/add.html", {"form": form, "kind": kind}, status=422 if form.errors else 200)


def _form(kind: str, data, **more):
    return {"machine": forms.EquipmentForm, "area": forms.AreaForm}[kind](data, **more)


@login_required
def show(request, kind: str, pk: int):
    """One machine or area: its facts to be changed, its label to be renewed, its history."""
    require(request.user, "console.open")
    place = _place(request.user, kind, pk)
    fields = (
        ("name", "type", "area", "model", "colour", "status")
        if kind == "machine"
        else ("name", "department", "colour", "is_ex")
    )
    form = _form(
        kind, request.POST or None, is_new=False, initial={name: _known(getattr(place, name)) for name in fields}
    )
    if request.method == "POST" and form.is_valid():
        change = actions.change_equipment if kind == "machine" else actions.change_area
        change(place, by=request.user, **_changed(place, form))
        messages.success(request, _("Saved."))
        return redirect(f"console:{kind}", pk=pk)
    points = place.qr_points.order_by("-created_at")
    context = {
        "place": place,
        "kind": kind,
        "form": form,
        "points": points,
        "events": history(place, *points),
        "stops": _stops(place) if kind == "machine" else [],
        **_may(request),
    }
    return page(request, "console/plant/show.html", context, status=422 if form.errors else 200)


def _place(user, kind: str, pk: int):
    if kind == "machine":
        return get_object_or_404(Equipment.objects.visible_to(user).select_related("area", "type"), pk=pk)
    return get_object_or_404(Area.objects.select_related("department"), pk=pk)


def _stops(machine: Equipment):
    """What keeps it out of service, then what once did."""
    locks = machine.stop_uses.select_related("hazard", "locked_by", "freed_by")
    return list(locks.order_by(F("freed_at").desc(nulls_first=True), "-locked_at")[:20])


def _known(value):
    """A name that the product brought in two languages is changed as the reader reads it."""
    return say(value) if isinstance(value, dict) else value


def _changed(place, form):
    """What really differs: a two-language name that was left as it is stays in both."""
    return {name: value for name, value in form.cleaned_data.items() if value != _known(getattr(place, name))}


@login_required
@require_POST
def renew_label(request, kind: str, pk: int):
    """Takes the label out of use, because it was lost or copied; the next printed sheet holds the new one."""
    require(request.user, "qr.manage")
    place = _place(request.user, kind, pk)
    live = place.qr_points.filter(revoked_at=None).first()
    if live is None:
        issue_sticker(place, by=request.user)
    else:
        revoke_sticker(live, by=request.user, reason=request.POST.get("note", ""))
    messages.success(request, _("There is a new label. Print it and stick it over the old one."))
    return redirect(f"console:{kind}", pk=pk)


@login_required
@require_POST
def print_labels(request):
    """Ticked machines and areas; with none ticked, all that are listed on the page it came from."""
    require(request.user, "qr.manage")
    machines = Equipment.objects.visible_to(request.user).filter(pk__in=_numbers(request, "machine"))
    areas = Area.objects.filter(pk__in=_numbers(request, "area"))
    base_url = request.build_absolute_uri("/")
    job = order_labels([*machines, *areas], by=request.user, base_url=base_url, language=request.user.language)
    return redirect("console:job", pk=job.pk)


def _numbers(request, name: str) -> list[str]:
    return [text for text in request.POST.getlist(name) if text.isdecimal()]
