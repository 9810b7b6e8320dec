"""Classes and drills on site: planned, held with a code on the screen, and closed with who was there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.errors import DomainError, NotAllowed
from facilities.labels import drawn
from people.models import User
from portals.console.forms.classes import ClassForm, EntryForm
from portals.photos import take_photos
from portals.web import page, require
from training import actions
from training.actions.sessions import TURN, code_now
from training.models import TrainingSession

PER_PAGE = 50


@login_required
def index(request):
    require(request.user, "training.view")
    sessions = (
        TrainingSession.objects.select_related("trainer")
        .annotate(count=Count("attendances"))
        .order_by("-starts_at", "-id")
    )
    rows = Paginator(sessions, PER_PAGE).get_page(request.GET.get("page"))
    return page(request, "console/classes/index.html", {"rows": rows, "may_hold": request.user.can("training.hold")})


@login_required
def plan(request):
    require(request.user, "training.hold")
    form = ClassForm(request.POST or None, reader=request.user)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        teams = facts.pop("teams")
        people = User.objects.filter(team__in=teams, is_active=True)
        try:
            session = actions.plan_session(facts.pop("title"), by=request.user, people=people, **facts)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            count = len(people)
            messages.success(
                request,
                ngettext("Planned; %(n)d person is told.", "Planned; %(n)d people are told.", count) % {"n": count},
            )
            return redirect("console:class", pk=session.pk)
    return page(request, "console/classes/plan.html", {"form": form}, status=422 if form.errors else 200)


def _find(request, pk: int) -> TrainingSession:
    require(request.user, "training.view")
    return get_object_or_404(TrainingSession.objects.select_related("trainer"), pk=pk)


@login_required
def show(request, pk: int):
    session = _find(request, pk)
    return page(request, "console/classes/show.html", _context(request, session, EntryForm()))


def _context(request, session: TrainingSession, form: EntryForm) -> dict:
    return {
        "session": session,
        "attendances": session.attendances.select_related("person__team"),
        "photos": [row.photo for row in session.photos.select_related("photo")],
        "form": form,
        "holds": session.is_held_by(request.user),
        "turn": TURN // 2,
    }


@login_required
def code(request, pk: int):
    """The code of this moment; the page asks for the next one by itself."""
    session = _find(request, pk)
    if not session.is_held_by(request.user):
        raise NotAllowed(_("This class is held by somebody else."))
    if session.status != TrainingSession.Status.OPEN:
        return HttpResponse(status=286)  # htmx stops asking
    address = request.build_absolute_uri(reverse("field:attend", args=[code_now(session)]))
    context = {
        "session": session,
        "qr": mark_safe(drawn(address)),  # noqa: S308 - drawn by the library from our own address
        "attendances": session.attendances.select_related("person__team"),
    }
    return page(request, "console/classes/_code.html", context)


@login_required
@require_POST
def move(request, pk: int, verb: str):
    session = _find(request, pk)
    note = request.POST.get("note", "").replace("\0", "")
    moves = {
        "open": lambda: actions.open_session(session, by=request.user),
        "close": lambda: actions.close_session(session, by=request.user, remark=note),
        "cancel": lambda: actions.cancel_session(session, by=request.user, note=note),
    }
    if verb not in moves:
        raise DomainError(_("This answer cannot be read. Choose again."))
    moves[verb]()
    return redirect("console:class", pk=pk)


@login_required
@require_POST
def enter(request, pk: int):
    session = _find(request, pk)
    form = EntryForm(request.POST)
    if form.is_valid():
        facts = form.cleaned_data
        try:
            actions.enter_attendance(session, facts.pop("person"), by=request.user, **facts)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            return redirect("console:class", pk=pk)
    return page(request, "console/classes/show.html", _context(request, session, form), status=422)


@login_required
@require_POST
def add_photos(request, pk: int):
    session = _find(request, pk)
    taken = take_photos(request, "photos", stamp=session.place)
    if taken.errors:
        raise DomainError(" ".join(taken.errors))
    actions.add_photos(session, taken.photos, by=request.user)
    return redirect("console:class", pk=pk)
