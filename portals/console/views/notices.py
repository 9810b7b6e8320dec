"""Making hazards known: tick them, print the notice for the board, note where it hangs."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.errors import DomainError, Refusal
from core.pdf import CONTENT_TYPE, render_pdf
from core.zone import zone
from hazards.actions import publish_hazards
from hazards.models import Hazard
from portals import notices
from portals.console.forms.notices import WHERE, PublishForm
from portals.web import page, require

PER_PAGE = 50
MOST = 200


@login_required
def index(request):
    require(request.user, "hazards.publish")
    return _index(request)


def _index(request, refusal: str = "", status: int = 200):
    kind = request.GET.get("kind") if request.GET.get("kind") in ("new", "known") else "new"
    found = notices.current(Hazard.objects.visible_to(request.user)).filter(published_on__isnull=kind == "new")
    listed = Paginator(found.order_by("-reported_at", "-id"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": listed,
        "rows": notices.lines(Hazard.objects.filter(pk__in=[hazard.pk for hazard in listed])),
        "kind": kind,
        "query": f"kind={kind}&",
        "places": WHERE,
        "today": timezone.localdate(timezone=zone()),
        "ticked": request.POST.getlist("hazard"),
        "typed": request.POST,
        "refusal": refusal,
    }
    return page(request, "console/hazards/notices.html", context, status=status)


def _ticked(request):
    numbers = [text for text in request.POST.getlist("hazard") if text.isdecimal() and len(text) < 19][:MOST]
    return notices.current(Hazard.objects.visible_to(request.user)).filter(pk__in=numbers)


@login_required
@require_POST
def publish(request):
    """A refusal leaves everything ticked and typed."""
    require(request.user, "hazards.publish")
    form = PublishForm(request.POST)
    try:
        if not form.is_valid():
            raise DomainError(" ".join(str(fault) for faults in form.errors.values() for fault in faults))
        done = publish_hazards(_ticked(request), by=request.user, **form.cleaned_data)
    except Refusal as refusal:
        return _index(request, refusal.message, refusal.status)
    said = ngettext("%(n)d hazard is made known.", "%(n)d hazards are made known.", len(done)) % {"n": len(done)}
    messages.success(request, said)
    return redirect("console:notices")


@login_required
@require_POST
def paper(request):
    """The notice for the board, A4."""
    require(request.user, "hazards.publish")
    rows = notices.lines(_ticked(request))
    if not rows:
        return _index(request, _("Tick the hazards that are to stand on the notice."), 422)
    context = {"rows": rows, "factory": request.tenant.name, "at": timezone.now()}
    made = HttpResponse(render_pdf("pdf/notice.html", "evidence.css", context), content_type=CONTENT_TYPE)
    made["Content-Disposition"] = 'inline; filename="notice.pdf"'
    return made
