"""A near miss or an injury on the phone: report it, see what became of it, read what others learned."""

from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from core.accidents import Severity
from core.attachments import PhotosRefused
from core.errors import DomainError
from incidents.actions import report_incident
from incidents.models import Incident
from portals.field.forms.incidents import WHAT, WHEN, IncidentForm, IncidentReport, read_incident
from portals.field.views.hazards import place_asked
from portals.web import page, require


@login_required
def report(request):
    require(request.user, "incidents.report")
    if request.method == "POST":
        return _report(request)
    first = {"client_id": uuid4(), "kind": Severity.NEAR_MISS, "when": "now"}
    return _form(request, IncidentForm(initial=first | place_asked(request)))


def _form(request, form: IncidentForm, status: int = 200, **more):
    context = {"form": form, "whats": WHAT, "whens": WHEN, **more}
    return page(request, "field/incidents/report.html", context, status=status)


def _report(request):
    report = read_incident(request)
    if report.errors:
        return _not_yet(request, report)
    try:
        incident = report_incident(by=request.user, **report.facts())
    except PhotosRefused as refused:
        report.taken = report.taken.without(refused)
        return _not_yet(request, report)
    except DomainError as refusal:
        report.form.add_error(None, refusal.message)
        return _not_yet(request, report)
    messages.success(request, _("It is sent: %(number)s.") % {"number": incident.number})
    return redirect("field:incident", pk=incident.pk)


def _not_yet(request, report: IncidentReport):
    kept = {"taken": report.taken, "voice": report.voice, "voice_errors": report.voice_errors}
    return _form(request, report.form, 422, **kept)


@login_required
def index(request):
    """What I reported, and lessons without anybody's name."""
    require(request.user, "incidents.report")
    own = Incident.objects.filter(reporter=request.user).select_related("area", "equipment")
    lessons = Incident.objects.lessons().select_related("area")
    return page(request, "field/incidents/list.html", {"own": own[:20], "lessons": lessons.order_by("-closed_at")[:20]})


@login_required
def show(request, pk: int):
    seen = Incident.objects.visible_to(request.user).select_related("area", "equipment")
    incident = get_object_or_404(seen, pk=pk)
    files = [file.attachment for file in incident.files.select_related("attachment")]
    context = {"incident": incident, "files": files, "is_own": incident.reporter_id == request.user.pk}
    return page(request, "field/incidents/show.html", context)
