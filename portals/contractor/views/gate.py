"""The gate: scan, green or red, in and out, who is inside; also without network."""

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.errors import DomainError, Refusal
from partners.actions import pass_through, scan, send_way, take_offline
from partners.actions.gate import Verdict, gate_list, inside, judge_permit
from partners.models import EntryPermit, GatePass
from partners.passes import public_key
from portals.web import page, require
from tenants.current import current_schema

NEAR = ("member__user", "member__badge", "member__project__company", "member__project__area", "member__project__host")


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """GET shows the camera, POST looks at a code."""
    require(request.user, "gate.check")
    if request.method != "POST":
        context = {"key": public_key(), "schema": current_schema(), "inside": len(inside())}
        return page(request, "gate/scan.html", context)
    verdict = scan(request.POST.get("code", "")[:300].replace("\0", ""), by=request.user)  # type: ignore[arg-type]
    return _show(request, verdict)


def _show(request: HttpRequest, verdict: Verdict, **more: Any) -> HttpResponse:
    context = {"verdict": verdict, "now": timezone.now()} | more
    return page(request, "gate/verdict.html", context, part="gate/_verdict.html")


def _permit(pk: int) -> EntryPermit:
    return get_object_or_404(EntryPermit.objects.select_related(*NEAR), pk=pk)


@login_required
@require_safe
@never_cache
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """The verdict that stands on the page, judged anew: without a further line in the record."""
    require(request.user, "gate.check")
    return _show(request, judge_permit(_permit(pk)))


@login_required
@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    require(request.user, "gate.check")
    permit, kind = _permit(pk), request.POST.get("kind", "")
    try:
        verdict = pass_through(permit, kind, by=request.user)  # type: ignore[arg-type]
    except Refusal as refusal:
        return _show(request, judge_permit(_permit(pk)), refusal=refusal.message)
    done = _("Written down: came in.") if kind == GatePass.Kind.IN else _("Written down: went out.")
    return _show(request, verdict, done=done)


@login_required
@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    require(request.user, "gate.check")
    try:
        send_way(_permit(pk), by=request.user)  # type: ignore[arg-type]
    except Refusal as refusal:
        return _show(request, judge_permit(_permit(pk)), refusal=refusal.message)
    return _show(request, judge_permit(_permit(pk)), done=_("The link is on the way to the phone."))


@login_required
@require_safe
@never_cache
def people(request: HttpRequest) -> JsonResponse:
    """The signed list for a gate without network."""
    require(request.user, "gate.check")
    return JsonResponse(gate_list())


@login_required
@require_POST
def log(request: HttpRequest) -> JsonResponse:
    """What was done without network, handed in later, each once."""
    require(request.user, "gate.check")
    try:
        rows = json.loads(request.body).get("rows")
    except (ValueError, AttributeError, RecursionError):
        rows = None
    if not isinstance(rows, list):
        raise DomainError(_("The request could not be read. Go back and try again."))
    return JsonResponse({"taken": take_offline(rows, by=request.user)})  # type: ignore[arg-type]


@login_required
def roll_call(request: HttpRequest) -> HttpResponse:
    """Who is inside now, by company, to be printed and ticked at the assembly point."""
    if not request.user.can("partners.view"):  # type: ignore[union-attr]
        require(request.user, "gate.check")
    return page(request, "gate/inside.html", {"people": inside(), "now": timezone.now()})
