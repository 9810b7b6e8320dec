"""Evidence packs: ordered here, made in the background, opened to inspectors for a day."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import Refusal
from core.events import history
from core.models import Job
from insight.evidence import KIND, order_evidence
from insight.evidence.links import close_evidence, lend_evidence
from insight.evidence.standards import standards
from insight.models import EvidenceLink
from portals.console.forms.evidence import EvidenceForm
from portals.web import page, require

SHOWN = 20


@login_required
def index(request):
    require(request.user, "insight.evidence")
    form = EvidenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            job = order_evidence(form.cleaned_data["standard"], form.days, by=request.user)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("console:job", pk=job.pk)
    return _show(request, form, status=422 if form.errors else 200)


@login_required
@require_POST
def lend(request, pk):
    """The link is shown this once."""
    require(request.user, "insight.evidence")
    job = get_object_or_404(Job.objects.select_related("result"), pk=pk, by=request.user, kind=KIND)
    try:
        link, token = lend_evidence(job, request.POST.get("person", ""), by=request.user)
    except Refusal as refusal:
        return _show(request, EvidenceForm(), status=refusal.status, refusal=refusal.message)
    address = request.build_absolute_uri(reverse("evidence", args=[token]))
    return _show(request, EvidenceForm(), fresh={"link": link, "address": address})


@login_required
@require_POST
def close(request, pk: int):
    require(request.user, "insight.evidence")
    link = get_object_or_404(EvidenceLink.objects.visible_to(request.user), pk=pk)
    try:
        close_evidence(link, by=request.user)
    except Refusal as refusal:
        return _show(request, EvidenceForm(), status=refusal.status, refusal=refusal.message)
    messages.success(request, _("Closed. The link opens nothing any more."))
    return redirect("console:evidence")


@login_required
def link(request, pk: int):
    """Who looked at what."""
    require(request.user, "insight.evidence")
    row = get_object_or_404(EvidenceLink.objects.visible_to(request.user).select_related("job", "made_by"), pk=pk)
    return page(request, "console/evidence/link.html", {"link": row, "events": history(row)})


def _show(request, form: EvidenceForm, status: int = 200, **more) -> HttpResponse:
    user = request.user
    context = {
        "form": form,
        "packs": Job.objects.filter(by=user, kind=KIND).select_related("result").order_by("-created_at")[:SHOWN],
        "links": EvidenceLink.objects.visible_to(user).select_related("job", "made_by")[:SHOWN],
        "names": {code: str(each) for code, each in standards().items()},
        "typed": request.POST,
    }
    return page(request, "console/evidence/show.html", context | more, status=status)
