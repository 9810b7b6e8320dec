"""Records from before: the files that were brought along, and how to bring more."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from past.actions import remove_past
from past.imports import key_of
from past.models import Batch, PastKind
from portals.web import page, require

PER_PAGE = 50


@login_required
def index(request):
    require(request.user, "past.view")
    batches = Batch.objects.visible_to(request.user).select_related("by", "removed_by")
    found = Paginator(batches, PER_PAGE).get_page(request.GET.get("page"))
    kinds = [(kind.label, f"console:import_{key_of(kind)}", f"console:{key_of(kind)}_template") for kind in PastKind]
    context = {"page": found, "query": "", "kinds": kinds, "may_manage": request.user.can("past.manage")}
    return page(request, "console/past/list.html", context)


@login_required
@require_POST
def remove(request, pk: int):
    batch = get_object_or_404(Batch.objects.visible_to(request.user), pk=pk)
    remove_past(batch, by=request.user)
    messages.success(request, _("Taken out. That these records were here stays in the ledger."))
    return redirect("console:past")
