"""Patterns found in the history, each with the rows behind it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import Refusal
from core.words import say
from insight.actions import MOST_ROWS, order_search, standing, take_countermeasure
from insight.models import Countermeasure, Pattern, Search
from insight.patterns.proposals import proposals
from inspections.models import Run
from past.models import Batch, PastRun
from portals.web import page, require


@login_required
def index(request):
    """Of the newest search."""
    require(request.user, "insight.patterns")
    search = Search.objects.visible_to(request.user).first()
    patterns = list(search.patterns.all()) if search else []
    running: dict[tuple[str, str], list[Countermeasure]] = {}
    for row in Countermeasure.objects.visible_to(request.user).filter(ended_at=None).select_related("pattern"):
        running.setdefault(row.pattern.mark, []).append(row)
    context = {
        "search": search,
        "patterns": [(pattern, running.get(pattern.mark, [])) for pattern in patterns],
        "may_act": request.user.can("insight.act"),
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
    return _show(request, _find(request, pk))


@login_required
@require_POST
def take(request, pk: int):
    """What was proposed, done by one press; where it is not the same any more, the page shows what it would be now."""
    pattern, post = _find(request, pk), request.POST
    try:
        row = take_countermeasure(
            pattern,
            post.get("kind", ""),
            by=request.user,
            stamp=post.get("stamp", ""),
            course_code=post.get("course", ""),
        )
    except Refusal as refusal:
        return _show(request, pattern, refusal)
    messages.success(request, _("Done. After four weeks it is judged here what came of it."))
    return redirect("console:countermeasure", pk=row.pk)


def _find(request, pk: int) -> Pattern:
    require(request.user, "insight.patterns")
    return get_object_or_404(Pattern.objects.visible_to(request.user).select_related("search"), pk=pk)


def _show(request, pattern: Pattern, refusal: Refusal | None = None):
    rows = [*_own(request.user, pattern), *_past(pattern)]
    rows.sort(key=lambda row: row["at"], reverse=True)
    rate = 1000 * pattern.n / pattern.exposure
    taken = standing(pattern)
    done = {row.kind for row in taken}
    context = {
        "pattern": pattern,
        "rows": rows[:MOST_ROWS],
        "missing": pattern.n - len(rows),
        "rate": rate,
        "elsewhere": rate / pattern.rate_ratio if pattern.rate_ratio else None,
        "taken": taken,
        "proposals": [proposal for proposal in proposals(pattern) if proposal.kind not in done],
        "may_act": request.user.can("insight.act"),
        "refusal": refusal.message if refusal else "",
        "typed": request.POST,
    }
    return page(request, "console/patterns/show.html", context, status=refusal.status if refusal else 200)


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
