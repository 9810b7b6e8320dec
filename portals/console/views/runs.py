"""Inspections at the desk: what was due, what was done, what was missed, and the record of each."""

from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.utils import timezone

from core.events import history
from facilities.models import Department
from insight.figures import Share
from inspections.models import Run
from portals.web import page, require

PER_PAGE = 50


@login_required
def index(request):
    require(request.user, "inspections.view")
    day = _day(request.GET.get("day", ""))
    runs = Run.objects.visible_to(request.user).filter(opens_at__date=day)
    if request.GET.get("department", "").isdecimal():
        runs = runs.filter(department_id=request.GET["department"])
    share = Share(runs.filter(status=Run.Status.DONE).count(), runs.count())
    if request.GET.get("status") in Run.Status.values:
        runs = runs.filter(status=request.GET["status"])
    kept = QueryDict(request.GET.urlencode(), mutable=True)
    kept.pop("page", None)
    runs = runs.select_related("checklist", "equipment", "area", "team", "assignee", "inspector")
    context = {
        "page": Paginator(runs.order_by("opens_at", "id"), PER_PAGE).get_page(request.GET.get("page")),
        "share": share,
        "day": day,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1) if day < timezone.localdate() else None,
        "statuses": Run.Status.choices,
        "departments": Department.objects.filter(kind=Department.Kind.WORKSHOP),
        "query": f"{kept.urlencode()}&" if kept else "",
    }
    return page(request, "console/runs/list.html", context)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return timezone.localdate()
    return day if 2000 <= day.year < 2100 else timezone.localdate()


@login_required
def show(request, pk: int):
    require(request.user, "inspections.view")
    runs = Run.objects.visible_to(request.user).select_related(
        "checklist", "equipment", "area", "team", "assignee", "inspector", "scanned"
    )
    run = get_object_or_404(runs, pk=pk)
    return page(request, "console/runs/show.html", {"run": run, "lines": run.lines(), "events": history(run)})
