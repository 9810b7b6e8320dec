"""Classes on the phone: the code of the moment leads here, and the button signs in or out."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from core.errors import DomainError
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
    return page(request, "field/learn/class.html", {"own": own, "session": own.session})
