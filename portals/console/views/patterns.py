"""Patterns found in the history, each with the rows behind it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from core.words import say
from insight.actions import MOST_ROWS, order_search
from insight.models import Pattern, Search
from inspections.models import Run
from past.models import Batch, PastRun
from portals.web import page, require


@login_required
def index(request):
    """Of the newest search."""
    require(request.user, "insight.patterns")
    search = Search.objects.visible_to(request.user).first()
    context = {
        "search": search,
        "patterns": search.patterns.all() if search else [],
        "has_history": Run.objects.filter(status=Run.Status.DONE).exists()
        or Batch.objects.filter(removed_at=None).exists(),
        "may_search": request.user.can("insight.search"),
        "may_see_past": request.user.can("past.view"),
    }
    return page(request, "console/patterns/list.html", context)


@login_required
@require_POST
def look(request):
    return redirect("console:job", pk=order_search(by=request.user).pk)


@login_required
def show(request, pk: int):
    require(request.user, "insight.patterns")
    pattern = get_object_or_404(Pattern.objects.visible_to(request.user).select_related("search"), pk=pk)
    rows = [*_own(request.user, pattern), *_past(pattern)]
    rows.sort(key=lambda row: row["at"], reverse=True)
    rate = 1000 * pattern.n / pattern.exposure
    context = {
        "pattern": pattern,
        "rows": rows[:MOST_ROWS],
        "missing": pattern.n - len(rows),
        "rate": rate,
        "elsewhere": rate / pattern.rate_ratio if pattern.rate_ratio else None,
    }
    return page(request, "console/patterns/show.html", context)


def _own(user: Any, pattern: Pattern) -> list[dict[str, Any]]:
    runs = Run.objects.visible_to(user).filter(pk__in=pattern.run_ids).select_related("area", "equipment", "checklist")
    return [
        {"at": run.submitted_at, "place": say(run.place.name), "what": say(run.checklist.title), "run": run.pk}
        for run in runs
    ]


def _past(pattern: Pattern) -> list[dict[str, Any]]:
    runs = PastRun.objects.filter(pk__in=pattern.past_ids).select_related("place")
    return [
        {
            "at": run.at,
            "place": " · ".join(filter(None, (run.place.workshop, run.place.area, run.place.equipment))),
            "what": run.category or run.checklist,
            "run": None,
        }
        for run in runs
    ]
