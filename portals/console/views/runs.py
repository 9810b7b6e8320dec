"""The archive of inspections: what was due, what was done, what was missed, and the record of each."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.archives import Names
from core.errors import DomainError, Refusal
from core.events import history
from core.models import SavedView
from core.saved_views import save_view
from core.zone import zone
from inspections import archive, exports
from inspections.models import Frequency, Run
from people.permissions import Role
from portals.console.forms.archive import chips, in_period, kept_query, spans
from portals.console.forms.runs import ArchiveForm
from portals.paging import slice_of
from portals.web import page, require

PER_PAGE = 50
_ROW = (
    "id", "opens_at", "closes_at", "submitted_at", "status", "result", "is_late", "role", "conflicts_with",
    "checklist__title", "equipment__name", "area__name", "department__name",
    "inspector__name", "assignee__name", "team__name",
)  # fmt: skip
_WORDS = {"statuses": dict(Run.Status.choices), "results": dict(Run.Result.choices), "roles": dict(Role.choices)}


@login_required
def index(request):
    require(request.user, "inspections.view")
    return _index(request)


def _index(request, refusal: str = "", status: int = 200):
    """What cannot be read finds nothing, and the page says why; everything typed stays."""
    names = archive.choices()
    form = ArchiveForm(request.GET, names)
    context = {"form": form, "names": names, "asked": request.GET, "refusal": refusal, **_fixed(request)}
    if form.is_valid():
        context |= _found(request, form, names)
    return page(request, "console/runs/list.html", context, status=status)


def _fixed(request) -> dict:
    query = kept_query(ArchiveForm, request.GET)
    return {
        "query": query,
        "views": SavedView.objects.filter(by=request.user, page="runs"),
        "frequencies": Frequency.choices,
        "standings": archive.Standing.choices,
        "results": Run.Result.choices,
        "spans": spans(ArchiveForm, request.GET),
    }


def _found(request, form: ArchiveForm, names: Names) -> dict:
    chosen = form.filter()
    runs = Run.objects.visible_to(request.user)
    is_day = bool(chosen.since) and chosen.since == chosen.until
    rows = chosen.of(runs).values(*_ROW)
    found = slice_of(rows, request.GET.get("at", ""), PER_PAGE, by="opens_at", newest_first=not is_day)
    return {
        "page": found,
        "rows": [_row(row) for row in found.rows],
        "figures": archive.figures(chosen, runs),
        "chips": chips(ArchiveForm, request.GET, archive.facts(chosen, names), form.span_name),
        "span": form.span_name,
        "is_day": is_day,
        "filter": chosen,
        **(_beside(request.GET, chosen) if is_day else {}),
    }


def _row(row: dict) -> dict:
    """With the words that a page says; nothing of the model is needed for a line."""
    who = row["inspector__name"] or row["assignee__name"] or row["team__name"] or _WORDS["roles"].get(row["role"], "")
    return row | {
        "place": row["equipment__name"] or row["area__name"],
        "who": who,
        "status_word": _WORDS["statuses"][row["status"]],
        "result_word": _WORDS["results"].get(row["result"], ""),
    }


def _beside(asked: QueryDict, chosen: archive.Filter) -> dict:
    day = chosen.since or timezone.localdate(timezone=zone())
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    return {
        "before": in_period(ArchiveForm, asked, day=f"{before}"),
        "after": in_period(ArchiveForm, asked, day=f"{after}") if after <= timezone.localdate(timezone=zone()) else "",
    }


@login_required
@require_POST
def export(request, kind: str):
    """Starts the job and leads to its page; a refusal is shown above the list, where the filter can be changed."""
    require(request.user, "inspections.view")
    form = ArchiveForm(request.GET, archive.choices())
    try:
        if not form.is_valid():
            raise DomainError(" ".join(form.faults))
        job = exports.order_export(form.filter(), kind, by=request.user)
    except Refusal as refusal:
        return _index(request, refusal.message, refusal.status)
    return redirect("console:job", pk=job.pk)


@login_required
@require_POST
def save(request):
    """Keeps the filter in the address under a name; a refusal leaves the list as it was."""
    require(request.user, "inspections.view")
    query = kept_query(ArchiveForm, request.GET)
    try:
        save_view("runs", request.POST.get("name", ""), query, by=request.user)
    except Refusal as refusal:
        return _index(request, refusal.message, refusal.status)
    return redirect(f"{reverse('console:runs')}?{query}")


def _run(user, pk: int) -> Run:
    near = ("checklist", "equipment", "area", "department", "team", "assignee", "inspector", "plan", "shift",
            "pause", "stop_use__hazard", "conflicts_with__inspector", "scanned")  # fmt: skip
    return get_object_or_404(Run.objects.visible_to(user).select_related(*near), pk=pk)


@login_required
def show(request, pk: int):
    require(request.user, "inspections.view")
    run = _run(request.user, pk)
    context = {"run": run, "lines": run.lines(), "events": history(run)}
    return page(request, "console/runs/show.html", context)


@login_required
@require_POST
def paper(request, pk: int):
    """The evidence sheet of one run."""
    require(request.user, "inspections.view")
    job = exports.order_paper(_run(request.user, pk), by=request.user)
    return redirect("console:job", pk=job.pk)
