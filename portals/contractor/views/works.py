"""作业票 on the contractor's side: applied for, measured, begun, handed back."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError, Refusal
from core.events import history
from partners import actions
from partners.models import WORKS, CrewMember, Project, WorkPermit
from partners.models.works import GAS_LIMITS, GAS_WORDS
from portals.contractor.gate import portal_page
from portals.contractor.work_forms import ApplyForm, GasForm
from portals.web import page

NEAR = ("project__company", "area", "equipment", "applicant", "guardian__user")


def shown(permit: WorkPermit, user: Any) -> dict[str, Any]:
    """What both faces show of a permit."""
    return {
        "permit": permit,
        "crew": CrewMember.objects.near().filter(works=permit),
        "limits": [(GAS_WORDS[name], least, most) for name, (least, most) in permit.limits.items()],
        "readings": [
            (row, [(GAS_WORDS[name], getattr(row, name)) for name in permit.limits])
            for row in permit.readings.select_related("by")[:10]
        ],
        "steps": {step.verb for step in WORKS.open_to(user, permit)},
        "events": history(permit),
    }


@portal_page
def index(request):
    works = WorkPermit.objects.visible_to(request.user).filter(project__company=request.company).select_related(*NEAR)
    projects = Project.objects.visible_to(request.user).running().filter(company=request.company)
    return page(request, "contractor/works.html", {"works": works[:100], "projects": projects})


def _find(request, pk: int) -> WorkPermit:
    works = WorkPermit.objects.visible_to(request.user).filter(project__company=request.company)
    return get_object_or_404(works.select_related(*NEAR), pk=pk)


@portal_page
def apply(request, pk: int):
    projects = Project.objects.visible_to(request.user).filter(company=request.company)
    project = get_object_or_404(projects.select_related("area", "company"), pk=pk)
    form = ApplyForm(request.POST or None, project=project)
    if request.method == "POST" and form.is_valid():
        try:
            permit = actions.apply_for_work(project, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Applied for. The safety officer decides."))
            return redirect("contractor:work", pk=permit.pk)
    context = {"form": form, "project": project, "has_gas": sorted(GAS_LIMITS)}
    return page(request, "contractor/apply.html", context, status=422 if form.errors else 200)


@portal_page
def show(request, pk: int):
    return _show(request, _find(request, pk))


def _show(request, permit: WorkPermit, status: int = 200, **more: Any):
    context = shown(permit, request.user) | {"gas": GasForm(permit=permit)} | more
    return page(request, "contractor/work.html", context, status=status)


@portal_page
@require_POST
def act(request, pk: int, verb: str):
    permit = _find(request, pk)
    more: dict[str, Any] = {}
    if verb not in VERBS:
        raise Http404
    try:
        VERBS[verb](request, permit, more)
    except Refusal as refusal:
        return _show(request, _find(request, pk), refusal.status, refusal=refusal.message, **more)
    return redirect("contractor:work", pk=pk)


def _measure(request, permit: WorkPermit, more: dict[str, Any]) -> None:
    more["gas"] = form = GasForm(request.POST, permit=permit)
    if not form.is_valid():
        raise DomainError(_("Look at the marked places; nothing is lost."))
    reading = actions.measure_gas(permit, form.cleaned_data, by=request.user)
    if not reading.is_within:
        messages.error(request, _("The gas is out of its limits. Nobody goes in: ventilate and measure again."))


def _hand_back(request, permit: WorkPermit, more: dict[str, Any]) -> None:
    note = request.POST.get("note", "").replace("\0", "")
    actions.hand_back_work(permit, by=request.user, note=note)


VERBS: dict[str, Callable[[Any, WorkPermit, dict[str, Any]], Any]] = {
    "gas": _measure,
    "start": lambda request, permit, more: actions.start_work(permit, by=request.user),
    "pause": lambda request, permit, more: actions.pause_work(permit, by=request.user),
    "resume": lambda request, permit, more: actions.resume_work(permit, by=request.user),
    "hand_back": _hand_back,
}
