"""整改通知: what the factory asks a supplier to put right, and what the supplier reports itself."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.attachments import PhotosRefused
from core.errors import DomainError, Refusal
from core.events import history
from hazards import actions as hazards
from hazards.models import OPEN, WORKFLOW, Hazard
from notifications.actions import mark_opened
from partners import actions
from partners.models import CorrectiveAction
from people.models import User
from portals.field.forms.hazards import ExtensionForm, RectifyForm
from portals.field.views import proof
from portals.levels import returned_fix
from portals.photos import Photos, take_photos
from portals.supplier.forms import ColleagueForm, HazardForm
from portals.supplier.gate import company_page
from portals.web import page

NEAR = ("hazard__area", "hazard__owner", "hazard__policy", "hazard__reporter", "hazard__category", "hazard__department")


def _own(request):
    return (
        CorrectiveAction.objects.visible_to(request.user)
        .filter(company=request.company)
        .select_related("company", *NEAR)
    )


@company_page
def index(request):
    own = _own(request)
    context = {
        "open": own.filter(hazard__status__in=OPEN).order_by("hazard__due_at", "-pk"),
        "closed": own.exclude(hazard__status__in=OPEN)[:20],
    }
    return page(request, "supplier/corrections.html", context)


@company_page
def report(request):
    """A photo and a line are enough."""
    form = HazardForm(request.POST or None, initial={"client_id": uuid4()})
    taken = take_photos(request, "photos", stamp=request.company.name) if request.method == "POST" else Photos()
    if request.method == "POST" and form.is_valid() and not taken.errors:
        try:
            made = actions.report_from_portal(by=request.user, photos=taken.photos, **form.cleaned_data)
        except DomainError as refusal:
            taken = taken.without(refusal)
            if not isinstance(refusal, PhotosRefused):
                form.add_error(None, refusal.message)
        else:
            messages.success(request, _("It is sent: %(number)s.") % {"number": made.number})
            return redirect("supplier:correction", pk=made.correction.pk)
    context = {"form": form, "taken": taken}
    return page(request, "supplier/report_hazard.html", context, status=422 if request.method == "POST" else 200)


@company_page
def show(request, pk: int):
    correction = get_object_or_404(_own(request), pk=pk)
    mark_opened(correction.hazard, by=request.user)
    return _show(request, correction)


def _show(request, correction: CorrectiveAction, status: int = 200, **more: Any):
    hazard, user = correction.hazard, request.user
    evidence = hazard.evidence.select_related("attachment__by")
    is_mine = hazard.owner_id == user.pk
    others = _others(correction)
    context = {
        "correction": correction,
        "hazard": hazard,
        "evidence": evidence,
        "is_mine": is_mine,
        "returned_fix": returned_fix(hazard) if is_mine else None,
        "steps": {step.verb for step in WORKFLOW.open_to(user, hazard)},
        "form": RectifyForm(),
        "extension": ExtensionForm(),
        "has_others": others.exists(),
        "hand_over": ColleagueForm(people=others),
        "events": history(hazard).filter(name__in=SHOWN),
        **proof.context_of(user, hazard, evidence),
    }
    return page(request, "supplier/correction.html", context | more, status=status)


def _others(correction: CorrectiveAction) -> QuerySet[User]:
    return correction.company.users.exclude(pk=correction.hazard.owner_id or 0)


# What of the hazard's history the company reads; how the factory talks about it stays there.
SHOWN = (
    "hazard.reported", "hazard.confirmed", "hazard.assigned", "hazard.handed_over", "hazard.started", "hazard.submitted", "hazard.returned",
    "hazard.closed", "hazard.voided", "hazard.rejected",
)  # fmt: skip


@company_page
@require_POST
def act(request, pk: int, verb: str):
    if verb not in VERBS:
        raise Http404
    correction = get_object_or_404(_own(request), pk=pk)
    more: dict[str, Any] = {}
    try:
        VERBS[verb](request, correction.hazard, more)
    except Refusal as refusal:
        correction = get_object_or_404(_own(request), pk=pk)
        if isinstance(refusal, PhotosRefused) and "taken" in more:
            more["taken"] = more["taken"].without(refusal)
        return _show(request, correction, refusal.status, refusal=refusal.message, **more)
    return redirect("supplier:correction", pk=pk)


def _start(request, hazard: Hazard, more: dict[str, Any]) -> None:
    hazards.start_hazard(hazard, by=request.user)


def _before(request, hazard: Hazard, more: dict[str, Any]) -> None:
    more["taken"] = taken = take_photos(request, "before", stamp=request.company.name)
    _refuse(taken.errors)
    hazards.add_before_photos(hazard, by=request.user, photos=taken.photos)


def _rectify(request, hazard: Hazard, more: dict[str, Any]) -> None:
    more["form"], more["taken"] = form, taken = (
        RectifyForm(request.POST),
        take_photos(request, "photos", stamp=request.company.name),
    )
    _refuse([*taken.errors, *([] if form.is_valid() else [_("Look at the marked places; nothing is lost.")])])
    words = {name: form.cleaned_data[name] for name in ("measure", "cause", "tests")}
    hazards.submit_hazard(hazard, by=request.user, photos=taken.photos, **words)
    messages.success(request, _("Handed in. The factory's people look at it now."))


def _extend(request, hazard: Hazard, more: dict[str, Any]) -> None:
    more["extension"] = form = ExtensionForm(request.POST)
    _refuse([] if form.is_valid() else [_("Look at the marked places; nothing is lost.")])
    hazards.request_extension(hazard, by=request.user, **form.cleaned_data)
    messages.success(request, _("Asked. Until it is decided the old limit stands."))


def _hand_over(request, hazard: Hazard, more: dict[str, Any]) -> None:
    correction = hazard.correction
    more["hand_over"] = form = ColleagueForm(request.POST, people=_others(correction))
    _refuse([] if form.is_valid() else [_("Look at the marked places; nothing is lost.")])
    actions.hand_over_correction(correction, by=request.user, **form.cleaned_data)
    messages.success(request, _("Handed over to %(name)s.") % {"name": form.cleaned_data["to"].name})


def _refuse(faults: list[str]) -> None:
    if faults:
        raise DomainError(" ".join(faults))


VERBS = {"start": _start, "before": _before, "rectify": _rectify, "extend": _extend, "hand_over": _hand_over}
