"""Classes on the phone: the code of the moment leads here, and the button signs in or out."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError, Refusal
from incidents.actions import give_feedback
from incidents.models import Drill, DrillFeedback
from portals.web import page
from training.actions import sign_in, sign_out
from training.actions.sessions import read_code
from training.models import Attendance, TrainingSession


@login_required
def attend(request, code: str):
    """GET shows what it is, the button does it: phones open links by themselves."""
    if request.method == "POST":
        act = {"in": sign_in, "out": sign_out}.get(request.POST.get("way", ""))
        if act is None:
            raise DomainError(_("This answer cannot be read. Choose again."))
        return redirect("field:class", pk=act(code, by=request.user).session_id)
    session = read_code(code)
    own = Attendance.objects.filter(session=session, person=request.user).first()
    return page(request, "field/learn/attend.html", {"session": session, "own": own, "code": code})


@login_required
def show(request, pk: int):
    rows = Attendance.objects.filter(person=request.user).select_related("session__trainer")
    own = rows.filter(session=pk).first()
    if own is None:
        get_object_or_404(TrainingSession.objects.visible_to(request.user), pk=pk)
        return redirect("console:class", pk=pk)
    return _class(request, own)


def _class(request, own: Attendance, refusal: Refusal | None = None):
    drill = Drill.objects.filter(session=own.session_id).first()
    context = {
        "own": own,
        "session": own.session,
        "drill": drill if own.session.status == TrainingSession.Status.CLOSED else None,
        "said": DrillFeedback.objects.filter(drill=drill, person=request.user).first() if drill else None,
        "stars": range(1, 6),
        "refusal": refusal.message if refusal else "",
        "typed": request.POST,
    }
    return page(request, "field/learn/class.html", context, status=refusal.status if refusal else 200)


@login_required
@require_POST
def feedback(request, pk: int):
    """How a drill went, by who was there."""
    rows = Attendance.objects.filter(person=request.user).select_related("session__trainer")
    own = get_object_or_404(rows, session=pk, session__drill__isnull=False)
    stars = request.POST.get("stars", "")
    try:
        give_feedback(
            Drill.objects.get(session=pk), by=request.user, stars=int(stars) if stars in "12345" and stars else 0,
            words=request.POST.get("words", ""),
        )  # fmt: skip
    except Refusal as refusal:
        return _class(request, own, refusal)
    messages.success(request, _("Thank you. It stands in the report of the drill."))
    return redirect("field:class", pk=pk)
