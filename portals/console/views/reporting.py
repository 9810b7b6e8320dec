"""Hazards at the desk from special checks and outside authorities; the kind that was guessed; who has no name."""

from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.attachments import PhotosRefused
from core.errors import DomainError
from core.events import history
from hazards.actions import answer_tip, name_category, read_tip, report_hazard
from hazards.models import Hazard, Status, Tip
from portals.console.forms.reporting import AnswerForm, CategoryForm, RecordForm
from portals.photos import stamp_of, take_photos
from portals.web import page, require


@login_required
def record(request):
    require(request.user, "hazards.record")
    if request.method == "POST":
        return _record(request)
    form = RecordForm(initial={"client_id": uuid4()})
    return page(request, "console/hazards/record.html", {"form": form})


def _record(request):
    form = RecordForm(request.POST)
    form.is_valid()
    place = form.cleaned_data.get("equipment") or form.cleaned_data.get("area")
    taken = take_photos(request, "photos", stamp=stamp_of(place))
    if not taken.photos and not taken.errors:
        taken.errors.append(_("Add a photo of it; without one it can never be closed."))
    if form.errors or taken.errors:
        return page(request, "console/hazards/record.html", {"form": form, "taken": taken}, status=422)
    try:
        hazard = report_hazard(by=request.user, photos=taken.photos, **form.cleaned_data)
    except PhotosRefused as refused:
        context = {"form": form, "taken": taken.without(refused)}
        return page(request, "console/hazards/record.html", context, status=422)
    messages.success(request, _("Written down as %(number)s.") % {"number": hazard.number})
    return redirect("console:hazard", pk=hazard.pk)


def beside(request, hazard: Hazard):
    """What the hazard's page shows of how it was reported."""
    guess = _guess(hazard) if request.user.can("hazards.confirm", hazard) else None
    tip = Tip.objects.filter(hazard=hazard).first() if request.user.can("hazards.answer_tip", hazard) else None
    return {
        "guess": guess,
        "category_form": guess and CategoryForm(initial={"category": hazard.category_id}),
        "tip": tip,
        "tip_messages": tip.messages.select_related("author", "attachment") if tip else [],
        "is_tip_unread": tip is not None and Tip.objects.unread().filter(pk=tip.pk).exists(),
    }


def _guess(hazard: Hazard):
    """The guess of the report, as long as nobody has confirmed or corrected it."""
    if hazard.status != Status.REPORTED:
        return None
    events = [each for each in history(hazard) if each.name in ("hazard.reported", "hazard.categorised")]
    return events[0].data.get("guessed") if len(events) == 1 else None


def unread_of(hazards: list[int]) -> set[int]:
    """Which of these have something unread from who reported them without a name."""
    return set(Tip.objects.unread().filter(hazard__in=hazards).values_list("hazard", flat=True))


def _hazard(request, pk: int) -> Hazard:
    require(request.user, "console.open")
    return get_object_or_404(Hazard.objects.visible_to(request.user).select_related("category"), pk=pk)


@login_required
@require_POST
def categorise(request, pk: int):
    hazard, form = _hazard(request, pk), CategoryForm(request.POST)
    if form.is_valid():
        name_category(hazard, by=request.user, category=form.cleaned_data["category"])
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("Choose a kind first."))
    return redirect("console:hazard", pk=pk)


@login_required
@require_POST
def answer(request, pk: int):
    """With words an answer; without them what came in is noted as read."""
    hazard = _hazard(request, pk)
    tip, form = get_object_or_404(Tip.objects.select_related("hazard"), hazard=hazard), AnswerForm(request.POST)
    if request.POST.get("verb") == "read":
        read_tip(tip, by=request.user)
    elif form.is_valid():
        answer_tip(tip, by=request.user, text=form.cleaned_data["text"])
        messages.success(request, _("Answered. It is read when the code is entered next."))
    else:
        raise DomainError(" ".join(str(error) for error in form.errors["text"]))
    return redirect("console:hazard", pk=pk)
