"""What a team leader, or where there is none a safety officer, talks about with people, alone: checks that look as if nobody had walked them."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.models import Attachment
from inspections.actions import settle_doubt
from inspections.authenticity import in_words
from inspections.models import Run
from portals.web import page, require

PER_PAGE = 20


@login_required
def index(request):
    require(request.user, "inspections.see_doubts")
    is_settled = request.GET.get("settled") == "1"
    runs = Run.objects.doubtful_to(request.user, is_settled=is_settled)
    runs = runs.select_related("inspector", "checklist", "equipment", "area")
    shown = Paginator(runs.order_by("-submitted_at", "-id"), PER_PAGE).get_page(request.GET.get("page"))
    shown.object_list = _rows(list(shown.object_list))
    query = "settled=1&" if is_settled else ""
    context = {
        "page": shown,
        "query": query,
        "is_settled": is_settled,
        "is_officer": request.user.can("inspections.see_doubts_of_leaderless"),
    }
    return page(request, "console/doubts/list.html", context)


@login_required
@require_POST
def settle(request, pk: int):
    require(request.user, "inspections.see_doubts")
    run = get_object_or_404(Run.objects.doubted_before(request.user), pk=pk)
    settle_doubt(run, request.POST.get("note", ""), by=request.user)
    messages.success(request, _("Noted. It stays between you and the page."))
    return redirect("console:doubts")


def _rows(runs: list[Run]) -> list[dict[str, Any]]:
    wanted = {copy[side] for run in runs for copy in _copies(run) for side in ("photo", "of")}
    photos = {str(photo.pk): photo for photo in Attachment.objects.filter(pk__in=wanted).select_related("by")}
    return [
        {
            "run": run,
            "reasons": [words for doubt in run.doubts if (words := in_words(doubt))],
            "copies": [{side: photos.get(copy[side]) for side in ("photo", "of")} for copy in _copies(run)],
            "settled": _settled(run),
        }
        for run in runs
    ]


def _copies(run: Run) -> list[dict[str, Any]]:
    return [copy for doubt in run.doubts for copy in doubt.get("copies", ())]


def _settled(run: Run) -> dict[str, Any] | None:
    found = next((doubt for doubt in run.doubts if doubt["code"] == "settled"), None)
    return found and {**found, "at": datetime.fromisoformat(found["at"])}
