"""The way in, step by step, on the own phone: each step stands where it was left."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.attachments import keep_photo
from core.errors import DomainError, Refusal, WrongStatus
from core.signatures import keep_signature
from facilities.labels import drawn
from partners import actions
from partners.actions.carrying import parcel_for
from partners.actions.companies import company_of
from partners.entry import BRIEFING, EXAM, LICENCE, PERSON, Gap, current_text, entry_exam, missing, own_gaps
from partners.models import Ban, Company, CrewMember, EntryPermit, SiteText
from partners.passes import code_of
from partners.texts import filled
from portals.contractor.forms import LicenceForm, PersonForm
from portals.contractor.gate import crew_page, own_place
from portals.photos import take_photos
from portals.web import page
from training.actions import Card
from training.actions.papers import tries_left
from training.models import Attempt, Licence


@dataclass(frozen=True)
class Stage:
    """One line of the way: done, now, or still to come."""

    step: str
    label: str
    line: str
    state: str


def home(request):
    """To the own place; who has several, or none that runs, chooses. On the guard's tablet it begins with the phone."""
    user = request.user
    if user.is_authenticated and user.can("partners.crew"):
        return _places(request)
    company = company_of(user) if user.is_authenticated else None
    is_contractor = company is not None and company.kind == Company.Kind.CONTRACTOR
    return redirect("contractor:company" if is_contractor else "contractor:start")


@crew_page
def _places(request):
    places = list(CrewMember.objects.near().staying().filter(user=request.user))
    running = [place for place in places if not place.project.is_over]
    if len(running) == 1:
        return redirect("contractor:way", pk=running[0].pk)
    return page(request, "contractor/places.html", {"places": running or places})


def stages_of(member: CrewMember, gaps: list[Gap]) -> list[Stage]:
    """What is done and what comes next."""
    steps = [step for step in (PERSON, LICENCE, BRIEFING, EXAM) if step != LICENCE or member.work]
    open_steps = {gap.step or gap.code for gap in gaps}
    first = next((step for step in steps if step in open_steps), "")
    words = {PERSON: _("Register"), LICENCE: _("Licence"), BRIEFING: _("Safety briefing"), EXAM: _("Exam")}
    lines = _lines(member)
    made = [Stage(step, words[step], lines[step], _state(step, open_steps, first)) for step in steps]
    is_in = member.permits.filter(status=EntryPermit.Status.ISSUED).exists() and not gaps
    last = "done" if is_in else "" if first else "now"
    return [*made, Stage("permit", _("Entry permit"), lines["permit"], last)]


def _state(step: str, open_steps: set[str], first: str) -> str:
    if step not in open_steps:
        return "done"
    return "now" if step == first else ""


def _lines(member: CrewMember) -> dict[str, str]:
    text, exam = current_text(SiteText.Kind.BRIEFING), entry_exam()
    minutes = text.minutes if text else 0
    return {
        PERSON: " · ".join(filter(None, (member.project.company.name, member.get_trade_display()))),
        LICENCE: _licence_line(member),
        BRIEFING: _("read and sign, about %(n)d minutes") % {"n": minutes},
        EXAM: _("%(count)d questions, passed with %(n)d") % {"count": exam.questions, "n": exam.pass_score}
        if exam
        else "",
        "permit": _("the guard scans it"),
    }


def _licence_line(member: CrewMember) -> str:
    held = Licence.objects.filter(person=member.user, kind__works__contains=[member.work])
    current = held.filter(status=Licence.Status.CURRENT).order_by("-ends_on").first()
    if current:
        return _("valid until %(day)s") % {"day": f"{current.ends_on:%Y-%m}"}
    return _("is being checked") if held.filter(status=Licence.Status.FILED).exists() else _("photo of the card")


@crew_page
def show(request, pk: int):
    member = own_place(request, pk)
    gaps = missing(member)
    own, entry = own_gaps(gaps), entry_exam()
    context = {
        "member": member,
        "stages": stages_of(member, gaps),
        "gaps": gaps,
        "own": own,
        "others": [gap for gap in gaps if gap not in own and gap.step != "approval"],
        "next": own[0] if own else None,
        "permit": member.permits.filter(status=EntryPermit.Status.ISSUED).first(),
        "paper": Attempt.objects.filter(person=request.user, status=Attempt.Status.OPEN).first(),
        "ban": Ban.objects.in_force().filter(member__user=request.user).first(),
        "parcel": parcel_for(request.user) if member.status == CrewMember.Status.REGISTERING else None,
        "tries": tries_left(entry, request.user) if entry else 0,
    }
    return page(request, "contractor/way.html", context)


@crew_page
def person(request, pk: int):
    member = own_place(request, pk)
    names = ("trade", "emergency_name", "emergency_phone")
    start = {name: getattr(member, name) for name in names} | {"name": request.user.name}
    form = PersonForm(request.POST or None, initial=start, has_id=member.masked_id)
    taken = take_photos(request, "badge", stamp=member.project.company.name)
    if request.method == "POST" and form.is_valid() and not taken.errors:
        badge = next(reversed(taken.photos), None)
        try:
            actions.record_person(member, by=request.user, badge=badge, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("contractor:way", pk=pk)
    context = {"form": form, "member": member, "taken": taken}
    return page(request, "contractor/person.html", context, status=422 if form.errors or taken.errors else 200)


@crew_page
def licence(request, pk: int):
    member = own_place(request, pk)
    form = LicenceForm(request.POST or None, work=member.work)
    taken = take_photos(request, "front", stamp=member.user.name)
    if request.method == "POST" and form.is_valid() and not taken.errors:
        try:
            _send_licence(request, member, form.cleaned_data, taken)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("contractor:way", pk=pk)
    context = {"form": form, "member": member, "taken": taken}
    return page(request, "contractor/licence.html", context, status=422 if form.errors or taken.errors else 200)


def _send_licence(request, member: CrewMember, said: dict[str, Any], taken: Any) -> None:
    note = _("as printed on the card")
    card = Card(
        said["kind"], said["issued_on"], said["number"], said["expires_on"], note,
        front=next(reversed(taken.photos), None),
    )  # fmt: skip
    actions.send_licence(member, card, by=request.user)


def _briefing() -> SiteText:
    text = current_text(SiteText.Kind.BRIEFING)
    if text is None:
        raise DomainError(_("There is no site briefing yet. Ask the safety officer."))
    return text


@crew_page
def briefing(request, pk: int):
    """Read as long as the server says, then signed."""
    member, text = own_place(request, pk), _briefing()
    refusal = ""
    if request.method == "POST":
        try:
            _sign(request, member, text)
            return redirect("contractor:way", pk=pk)
        except Refusal as said:
            refusal = said.message
    reading = member.readings.filter(text=text).first()
    context = {
        "member": member,
        "text": text,
        "words": filled(text, member.project),
        "reading": reading,
        "left": reading.seconds_left if reading else text.minutes * 60,
        "refusal": refusal,
    }
    return page(request, "contractor/briefing.html", context, status=422 if refusal else 200)


def _sign(request, member: CrewMember, text: SiteText) -> None:
    if request.POST.get("text") != str(text.pk):
        raise WrongStatus(_("The briefing was changed in the meantime. Read the new one, then sign."))
    actions.sign_briefing(member, text, signature_in(request), by=request.user)


def signature_in(request):
    """Drawn in the box, or where no script runs, a photo of the name on paper."""
    upload = request.FILES.get("paper")
    if upload:
        return keep_photo(upload, by=request.user)
    return keep_signature(request.POST.get("strokes", ""), by=request.user, name=request.user.name)


@crew_page
@require_POST
def beat(request, pk: int):
    reading = actions.beat_reading(own_place(request, pk), _briefing(), by=request.user)
    left = reading.seconds_left
    return JsonResponse({"left": left, "is_learned": not left, "watched": 0, "stop": None})


@crew_page
@require_POST
def exam(request, pk: int):
    attempt = actions.start_entry_exam(own_place(request, pk), by=request.user)
    return redirect("contractor:paper", pk=attempt.pk)


@crew_page
@require_POST
def submit(request, pk: int):
    actions.submit_member(own_place(request, pk), by=request.user)
    messages.success(request, _("Handed in. The safety officer decides, mostly the same day."))
    return redirect("contractor:way", pk=pk)


@crew_page
def permit(request, pk: int):
    """The code for the guard; kept on the phone, so it shows without network."""
    member = own_place(request, pk)
    found = member.permits.filter(status=EntryPermit.Status.ISSUED).first()
    gaps = missing(member)
    if found is None:
        return redirect("contractor:way", pk=pk)
    svg = mark_safe(drawn(code_of(found)))  # noqa: S308 - drawn by the library from our own code
    return page(request, "contractor/permit.html", {"member": member, "permit": found, "gaps": gaps, "svg": svg})
