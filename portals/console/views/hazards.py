"""Hazards at the desk: the list, and one page per hazard on which everything is decided."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError, Refusal
from hazards import actions
from hazards.models import WORKFLOW, Hazard, Review
from notifications.actions import mark_opened
from portals.charts import readings_of
from portals.clock import clock_of
from portals.console.forms import hazards as forms
from portals.console.forms.locks import LockForm
from portals.console.forms.routing import SendOutForm
from portals.console.path import path_of
from portals.console.views import levels, locks, reporting
from portals.console.views.routing import send, sending_out
from portals.groups import views as groups
from portals.levels import still
from portals.risks import risks_near
from portals.typed import hazard_for, refused
from portals.web import page, require

NEAR = (
    "area",
    "equipment",
    "owner",
    "reporter",
    "department",
    "category",
    "policy",
    "team",
    "repeat_of",
    "merged_into",
)


@login_required
def show(request, pk: int):
    require(request.user, "console.open")
    hazard = hazard_for(request.user, pk, *NEAR)
    mark_opened(hazard, by=request.user)
    return _show(request, hazard)


def _show(request, hazard: Hazard, refusal: Refusal | None = None):
    decisions = list(hazard.reviews.select_related("reviewer"))
    steps = {step.verb: step for step in WORKFLOW.open_to(request.user, hazard)}
    stage = next((stage for stage in Review.Stage.values if f"pass_{stage}" in steps), "")
    record = levels.record_of(hazard)
    context = {
        "hazard": hazard,
        "path": path_of(hazard, decisions, record),
        "steps": steps,
        "review": stage,
        "review_steps": [steps[f"{verb}_{stage}"] for verb in ("pass", "return")] if stage else [],
        "is_barred": request.user.pk
        in {hazard.owner_id, *(d.reviewer_id for d in decisions if d.round == hazard.round)},
        "evidence": hazard.evidence.select_related("attachment__by", "like__attachment__by", "like__hazard"),
        **clock_of(request.user, hazard),
        "assign": forms.AssignForm(hazard=hazard, initial={"owner": hazard.owner_id}),
        "events": record,
        "readings": readings_of(hazard),
        "risks": risks_near(request.user, hazard),
        "may_export": request.user.can("hazards.view"),
        "typed": request.POST,
        **refused(request, refusal, hazard=hazard),
        **levels.beside(request, hazard, steps),
        **locks.context_of(request, hazard),
        **reporting.beside(request, hazard),
    }
    context |= sending_out(request, hazard, steps) | groups.card(request, hazard, "console")
    return page(request, "console/hazards/show.html", context, status=refusal.status if refusal else 200)


@login_required
@require_POST
def act(request, pk: int, verb: str):
    """One decision; when it is refused the page comes back with the reason and with what was typed."""
    require(request.user, "console.open")
    hazard = hazard_for(request.user, pk, *NEAR)
    if verb not in DECISIONS:
        raise Http404
    if request.POST.get("do") == "look" and verb in levels.LOOKS:
        return levels.look(request, hazard, verb) or _show(request, hazard)
    form = _form(request, hazard, verb)
    try:
        if not form.is_valid():
            raise DomainError(_fault(form))
        DECISIONS[verb](request, hazard, form.cleaned_data)
    except Refusal as refusal:
        return _show(request, hazard_for(request.user, pk, *NEAR, after=refusal), refusal)
    return redirect("console:hazard", pk=pk)


def _fault(form) -> str:
    """What is wrong with what was typed; else what is missing."""
    errors = [error for faults in form.errors.as_data().values() for error in faults]
    wrong = [text for error in errors if error.code != "required" for text in error.messages]
    if wrong:
        return " ".join(dict.fromkeys(wrong))
    fields = ", ".join(str(form.fields[name].label or name) for name in form.errors)
    return _("Fill in what is missing: %(fields)s") % {"fields": fields}


def _form(request, hazard: Hazard, verb: str):
    if verb == "assign":
        return forms.AssignForm(request.POST, hazard=hazard)
    if verb == "lock":
        return LockForm(request.POST, hazard=hazard)
    if verb == "merge":
        return forms.MergeForm(request.POST, hazards=Hazard.objects.visible_to(request.user).open())
    if verb == "send_out":
        return SendOutForm(request.POST)
    kinds = levels.FORMS | {"review": forms.ReviewForm, "extension": forms.DecideForm}
    return kinds.get(verb, forms.ReasonForm)(request.POST)


def _decide_extension(request, hazard: Hazard, data) -> None:
    extension = still(hazard.extensions.filter(is_approved=None))
    actions.decide_extension(extension, by=request.user, **data)


DECISIONS = levels.DECISIONS | {
    "confirm": lambda request, hazard, data: actions.confirm_hazard(hazard, by=request.user, **data),
    "assign": lambda request, hazard, data: actions.assign_hazard(hazard, by=request.user, **data),
    "send_out": send,
    "review": lambda request, hazard, data: actions.review_hazard(hazard, by=request.user, **data),
    "merge": lambda request, hazard, data: actions.merge_hazard(hazard, by=request.user, **data),
    "reject": lambda request, hazard, data: actions.reject_hazard(hazard, by=request.user, **data),
    "lock": lambda request, hazard, data: actions.stop_equipment(hazard, by=request.user, **data),
    "void": lambda request, hazard, data: actions.void_hazard(hazard, by=request.user, **data),
    "extension": _decide_extension,
}
