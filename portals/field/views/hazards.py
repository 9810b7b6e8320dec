"""Report it, see what became of it, fix it: a hazard on the phone."""

from collections.abc import Iterable
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.attachments import PhotosRefused
from core.errors import DomainError, Refusal
from core.events import history
from core.models import Attachment
from facilities.models import Equipment
from hazards.actions import hand_over_hazard, report_hazard, request_extension, start_hazard, submit_hazard
from hazards.models import TO_FIX, WORKFLOW, Hazard
from hazards.standing import standings
from notifications.actions import mark_opened
from portals.charts import readings_of
from portals.clock import clock_of
from portals.field.forms.hazards import ExtensionForm, HandOverForm, RectifyForm, ReportForm
from portals.field.forms.report import Report, read_report
from portals.field.views import proof
from portals.field.whereabouts import guess_place
from portals.groups import views as groups
from portals.levels import papers
from portals.photos import stamp_of, take_photos
from portals.typed import hazard_for, refused
from portals.web import page, require

NEAR = ("area", "equipment", "category", "reporter", "owner", "policy")


@login_required
def report(request):
    require(request.user, "hazards.report")
    if request.method == "POST":
        return _report(request)
    form = ReportForm(initial={"client_id": uuid4(), **place_asked(request)})
    return page(request, "field/hazards/report.html", {"form": form})


def place_asked(request):
    """Of the address, as after a scan; else where the reporter probably is."""
    if "equipment" in request.GET or "area" in request.GET:
        return {"equipment": request.GET.get("equipment"), "area": request.GET.get("area")}
    place = guess_place(request)
    return {"equipment" if isinstance(place, Equipment) else "area": place and place.pk}


def _report(request):
    report = read_report(request)
    if report.errors:
        return _not_yet(request, report)
    try:
        hazard = report_hazard(by=request.user, **report.facts)
    except PhotosRefused as refused:
        report.taken = report.taken.without(refused)
        return _not_yet(request, report)
    messages.success(request, _("It is sent: %(number)s.") % {"number": hazard.number})
    return redirect("field:hazard", pk=hazard.pk)


def _not_yet(request, report: Report):
    context = {"form": report.form, "taken": report.taken, "voice": report.voice, "voice_errors": report.voice_errors}
    return page(request, "field/hazards/report.html", context, status=422)


@login_required
def mine(request):
    hazards = Hazard.objects.visible_to(request.user).filter(reporter=request.user)
    near = hazards.select_related("area", "equipment", "owner", "merged_into")
    return page(request, "field/hazards/mine.html", {"standings": standings(near[:50])})


@login_required
def show(request, pk: int):
    hazard = hazard_for(request.user, pk, *NEAR)
    mark_opened(hazard, by=request.user)
    return show_hazard(request, hazard)


def show_hazard(request, hazard: Hazard, refusal: Refusal | None = None, photos: Iterable[Attachment] = ()):
    context = {
        "hazard": hazard,
        "standing": standings([hazard])[0] if hazard.reporter_id == request.user.pk else None,
        "evidence": hazard.evidence.select_related("attachment__by", "like__attachment__by", "like__hazard"),
        "readings": readings_of(hazard),
        "events": history(hazard, *hazard.plans.all()),
        "is_at_work": hazard.status in TO_FIX,
        "typed": request.POST,
        **refused(request, refusal, hazard=hazard, photos=photos),
        **papers(request, hazard),
        **clock_of(request.user, hazard),
    }
    context |= groups.card(request, hazard, "field")
    return page(request, "field/hazards/show.html", context, status=refusal.status if refusal else 200)


@login_required
def rectify(request, pk: int):
    hazard = hazard_for(request.user, pk, *NEAR)
    mark_opened(hazard, by=request.user)
    form = RectifyForm(request.POST or None)
    if request.method == "POST":
        return _submit(request, hazard, form)
    if hazard.owner_id != request.user.pk:
        return redirect("field:hazard", pk=pk)
    return page(request, "field/hazards/rectify.html", _context(request, hazard, form))


def _context(request, hazard: Hazard, form: RectifyForm, **more):
    steps = {step.verb for step in WORKFLOW.open_to(request.user, hazard)}
    evidence = hazard.evidence.select_related("attachment__by", "like__attachment__by", "like__hazard")
    context = {
        "hazard": hazard,
        "form": form,
        "evidence": evidence,
        "readings": readings_of(hazard),
        "steps": steps,
        "extension": ExtensionForm(),
        "hand_over": HandOverForm(),
    }
    context |= groups.card(request, hazard, "field", is_row=True) | proof.context_of(request.user, hazard, evidence)
    return context | clock_of(request.user, hazard) | papers(request, hazard) | more


def _submit(request, hazard: Hazard, form: RectifyForm):
    taken = take_photos(request, "photos", stamp=stamp_of(hazard.equipment or hazard.area))
    try:
        if not form.is_valid() or taken.errors:
            raise DomainError(_("Look at the marked places; nothing is lost."))
        words = {name: form.cleaned_data[name] for name in ("measure", "cause", "tests")}
        submit_hazard(hazard, by=request.user, photos=taken.photos, **words)
    except Refusal as refusal:
        return _again(request, hazard, refusal, form, taken=taken.without(refusal))
    messages.success(request, _("Handed in. The team leader reviews it next."))
    return redirect("field:hazard", pk=hazard.pk)


def _again(request, hazard: Hazard, refusal: Refusal, form: RectifyForm | None = None, **more):
    """Why it was not done, and what was typed: in its form, and where that is gone beside what became of the hazard."""
    hazard = hazard_for(request.user, hazard.pk, *NEAR, after=refusal)
    photos = more["taken"].photos if "taken" in more else ()
    if hazard.owner_id != request.user.pk:
        return show_hazard(request, hazard, refusal, photos)
    said = refused(request, refusal, hazard=hazard, photos=photos)
    context = _context(request, hazard, form or RectifyForm(), **more) | said
    return page(request, "field/hazards/rectify.html", context, status=refusal.status)


@login_required
@require_POST
def start(request, pk: int):
    start_hazard(hazard_for(request.user, pk, *NEAR), by=request.user)
    return redirect("field:rectify", pk=pk)


@login_required
@require_POST
def hand_over(request, pk: int):
    hazard, form = hazard_for(request.user, pk, *NEAR), HandOverForm(request.POST)
    try:
        if not form.is_valid():
            raise DomainError(_("Look at the marked places; nothing is lost."))
        hand_over_hazard(hazard, by=request.user, **form.cleaned_data)
    except Refusal as refusal:
        return _again(request, hazard, refusal, hand_over=form)
    messages.success(request, _("Handed over to %(name)s.") % {"name": form.cleaned_data["to"].name})
    return redirect("field:home")


@login_required
@require_POST
def extend(request, pk: int):
    hazard, form = hazard_for(request.user, pk, *NEAR), ExtensionForm(request.POST)
    try:
        if not form.is_valid():
            raise DomainError(_("Look at the marked places; nothing is lost."))
        request_extension(hazard, by=request.user, **form.cleaned_data)
    except Refusal as refusal:
        return _again(request, hazard, refusal, extension=form)
    messages.success(request, _("Asked. Until it is decided the old limit stands."))
    return redirect("field:rectify", pk=pk)
