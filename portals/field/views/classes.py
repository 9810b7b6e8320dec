"""Classes on the phone: the code of the moment leads here, and the button signs in or out."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError
from incidents.actions import give_feedback
from incidents.models import Drill
from portals.field.forms.drills import FeedbackForm
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


def _class(request, own: Attendance, form: FeedbackForm | None = None, status: int = 200):
    """With the form of a drill that is over, as it was said before or as it was sent."""
    drill = Drill.objects.held().filter(session=own.session_id).first()
    if drill and form is None:
        said = drill.feedback.filter(person=request.user).values("stars", "words").first()
        form = FeedbackForm(initial=said)
    context = {"own": own, "session": own.session, "form": form}
    return page(request, "field/learn/class.html", context, status=status)


@login_required
@require_POST
def feedback(request, pk: int):
    """How a drill went, by who was there."""
    rows = Attendance.objects.filter(person=request.user).select_related("session__trainer", "session__drill")
    own = get_object_or_404(rows, session=pk, session__drill__isnull=False)
    form = FeedbackForm(request.POST)
    if not form.is_valid():
        return _class(request, own, form, 422)
    give_feedback(own.session.drill, by=request.user, **form.cleaned_data)
    messages.success(request, _("Thank you. It stands in the report of the drill."))
    return redirect("field:class", pk=pk)
