"""作业票 at the desk: what is asked for, what runs now, and who stops it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError, Refusal
from notifications.actions import mark_opened
from partners import actions
from partners.actions.works import kinds_on
from partners.models import WorkKind, WorkPermit
from partners.models.works import EXTENDABLE, LIVE
from portals.console.forms.contractors import ExtendForm
from portals.contractor.views.works import NEAR, shown
from portals.web import page, require

PER_PAGE = 50
GROUPS = {"": ("applied", *LIVE), "all": tuple(WorkPermit.Status.values)}


def _seen(request):
    if not request.user.can("partners.stop_work"):
        require(request.user, "partners.view")
    require(request.user, "console.open")
    return WorkPermit.objects.visible_to(request.user).select_related(*NEAR)


@login_required
def index(request):
    """What runs and what waits; with ?group=all also what is over."""
    chosen = "all" if request.GET.get("group") == "all" else ""
    works = _seen(request).filter(status__in=GROUPS[chosen])
    on = set(kinds_on())
    context = {
        "page": Paginator(works, PER_PAGE).get_page(request.GET.get("page")),
        "group": chosen,
        "kinds": [(kind, kind.label, kind in on) for kind in WorkKind],
        "may_manage": request.user.can("partners.manage"),
    }
    return page(request, "console/works/list.html", context)


@login_required
@require_POST
def kinds(request):
    """All kinds at once: those that are ticked take a permit from now on."""
    require(request.user, "partners.manage")
    wanted, on = set(request.POST.getlist("kind")), set(kinds_on())
    for kind in WorkKind:
        if (kind in on) != (kind.value in wanted):
            actions.switch_kind(kind, by=request.user, is_on=kind.value in wanted)
    messages.success(request, _("Saved."))
    return redirect("console:works")


def _find(request, pk: int) -> WorkPermit:
    return get_object_or_404(_seen(request), pk=pk)


@login_required
def show(request, pk: int):
    permit = _find(request, pk)
    mark_opened(permit, by=request.user)
    return _show(request, permit)


def _show(request, permit: WorkPermit, status: int = 200, **more: Any):
    is_extendable = permit.kind in EXTENDABLE and not permit.is_extended
    context = shown(permit, request.user) | {"extend": ExtendForm(), "is_extendable": is_extendable} | more
    return page(request, "console/works/show.html", context, status=status)


@login_required
@require_POST
def act(request, pk: int, verb: str):
    permit, note = _find(request, pk), request.POST.get("note", "").replace("\0", "")
    more: dict[str, Any] = {"note": note}
    if verb not in VERBS:
        raise Http404
    try:
        VERBS[verb](request, permit, more)
    except Refusal as refusal:
        return _show(request, _find(request, pk), refusal.status, refusal=refusal.message, **more)
    messages.success(request, _("Saved."))
    return redirect("console:work", pk=pk)


def _extend(request, permit: WorkPermit, more: dict[str, Any]) -> None:
    more["extend"] = form = ExtendForm(request.POST)
    if not form.is_valid():
        raise DomainError(_("Look at the marked places; nothing is lost."))
    actions.extend_work(permit, by=request.user, ends_at=form.cleaned_data["ends_at"])


VERBS: dict[str, Callable[[Any, WorkPermit, dict[str, Any]], Any]] = {
    "approve": lambda request, permit, more: actions.approve_work(permit, by=request.user),
    "decline": lambda request, permit, more: actions.decline_work(permit, by=request.user, note=more["note"]),
    "stop": lambda request, permit, more: actions.stop_work(permit, by=request.user, note=more["note"]),
    "extend": _extend,
}
