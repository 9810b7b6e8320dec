"""Naming a stand-in: for oneself on the phone, for somebody else at the desk."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError
from people.absences import declare_absence, end_absence
from people.models import Absence, User
from portals.forms import AbsenceForm


def absences_of(person: User) -> dict:
    """What a page shows of a person's stand-ins: those of now and later, and whom the person stands in for."""
    coming = Absence.objects.filter(ended_at=None, ends_at__gt=timezone.now()).select_related("person", "stand_in")
    return {
        "absences": coming.filter(person=person),
        "stands_in": coming.filter(stand_in=person),
        "absence": AbsenceForm(),
    }


def declare(request, person: User, show: Callable[[AbsenceForm], HttpResponse], back: str) -> HttpResponse:
    """Keeps it and goes back; refused input is shown where it was typed."""
    form = AbsenceForm(request.POST)
    if form.is_valid():
        try:
            absence = declare_absence(person, by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("%(name)s stands in.") % {"name": absence.stand_in.name})
            return redirect(back)
    return show(form)


@login_required
@require_POST
def end(request, pk: int):
    absence = get_object_or_404(Absence.objects.visible_to(request.user).select_related("person", "stand_in"), pk=pk)
    end_absence(absence, by=request.user)
    messages.success(request, _("%(name)s stands in no more.") % {"name": absence.stand_in.name})
    if absence.person_id == request.user.pk:
        return redirect("field:me")
    return redirect("console:person", pk=absence.person_id)
