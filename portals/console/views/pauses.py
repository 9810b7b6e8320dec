"""停机免检 at the desk: what is asked for, what stands still now, what was decided."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Case, Count, Q, When
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError
from inspections.actions import ask_pause
from inspections.models import PAUSE_WORKFLOW, Pause, Run
from portals.console.forms.plans import MachinePauseForm
from portals.pauses import take_step
from portals.web import page, require

PER_PAGE = 50
_FIRST = Case(When(status=Pause.Status.ASKED, then=0), When(status=Pause.Status.APPROVED, then=1), default=2)


@login_required
def index(request):
    require(request.user, "inspections.view")
    form = MachinePauseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_pause(form.cleaned_data.pop("machine"), by=request.user, **form.cleaned_data)
            messages.success(request, _("Asked. Somebody else approves it; until then the checks are due."))
            return redirect("console:pauses")
        except DomainError as refusal:
            form.add_error(None, refusal.message)
    pauses = Pause.objects.visible_to(request.user).select_related(
        "equipment__area", "asked_by", "decided_by", "stop_use"
    )
    excused = Count("runs", filter=Q(runs__status=Run.Status.EXCUSED))
    pauses = pauses.annotate(excused=excused).order_by(_FIRST, "-asked_at", "-id")
    found = Paginator(pauses, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": found,
        "pauses": [(pause, PAUSE_WORKFLOW.open_to(request.user, pause)) for pause in found],
        "form": form,
        "may_ask": request.user.can("inspections.pause"),
    }
    return page(request, "console/plans/pauses.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def decide(request, pk: int):
    pauses = Pause.objects.visible_to(request.user).select_related("equipment__area", "asked_by")
    take_step(
        get_object_or_404(pauses, pk=pk),
        request.POST.get("verb", ""),
        by=request.user,
        note=request.POST.get("note", ""),
    )
    messages.success(request, _("Saved."))
    return redirect("console:pauses")
