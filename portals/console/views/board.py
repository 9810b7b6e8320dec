"""The completion board: where the day stands, who has not done it yet, and a word to them."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from core.errors import WrongStatus
from core.zone import zone
from insight import completion
from insight.figures import Scope, response, thirty_days
from inspections.actions import nudge_runs
from inspections.models import Run
from portals.web import page, require

PER_PAGE = 50
AT_ONCE = 500
WORDS = {
    "due": gettext_lazy("Due"),
    "done": gettext_lazy("Done"),
    "on_time": gettext_lazy("On time"),
    "late": gettext_lazy("Late"),
    "missed": gettext_lazy("Missed"),
    "open": gettext_lazy("Still open"),
    "excused": gettext_lazy("Excused"),
}


@login_required
def show(request):
    require(request.user, "inspections.view")
    return _show(request)


def _show(request, refusal: str = "", status: int = 200):
    day = _day(request)
    board = completion.board(request.user, day)
    context = _days(day) | {
        "board": board,
        "waiting": completion.waiting(request.user, day),
        "minutes": response(Scope(request.user), thirty_days()).number,
        "tiles": [(what, word, getattr(board.total, what)) for what, word in WORDS.items()],
    }
    context["refusal"] = refusal
    return page(request, "console/board/show.html", context, part="console/board/_board.html", status=status)


@login_required
def rows(request):
    require(request.user, "inspections.view")
    day, what = _day(request), request.GET.get("what", "due")
    runs = completion.runs_of(request.user, day).filter(
        completion.WHAT.get(what, completion.WHAT["due"]), _where(request)
    )
    runs = runs.select_related("checklist", "equipment", "area", "team", "assignee", "inspector", "pause")
    kept = QueryDict(request.GET.urlencode(), mutable=True)
    kept.pop("page", None)
    context = {
        "day": day,
        "what": WORDS.get(what, WORDS["due"]),
        "page": Paginator(runs.order_by("opens_at", "id"), PER_PAGE).get_page(request.GET.get("page")),
        "query": f"{kept.urlencode()}&" if kept else "",
    }
    return page(request, "console/board/rows.html", context)


@login_required
@require_POST
def nudge(request):
    """Who was told a short while ago need not hear it again; the board says so and stays."""
    pks = [int(pk) for pk in request.POST.getlist("run")[:AT_ONCE] if pk.isdecimal() and len(pk) < 19]
    try:
        nudged = nudge_runs(Run.objects.visible_to(request.user).filter(pk__in=pks), by=request.user)
    except WrongStatus as refusal:
        return _show(request, refusal.message, refusal.status)
    said = ngettext("Told. It is about %(n)d check.", "Told. It is about %(n)d checks.", len(nudged))
    messages.success(request, said % {"n": len(nudged)})
    return redirect("console:board")


def _where(request: HttpRequest) -> Any:
    return completion.where({key: request.GET[key] for key in completion.WHERE if request.GET.get(key)})


def _day(request: HttpRequest) -> date:
    today = timezone.localdate(timezone=zone())
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return today
    return day if date(2000, 1, 1) <= day <= today else today


def _days(day: date) -> dict[str, Any]:
    today = timezone.localdate(timezone=zone())
    after = day + timedelta(days=1)
    return {"day": day, "today": today, "before": day - timedelta(days=1), "after": after if day < today else None}
