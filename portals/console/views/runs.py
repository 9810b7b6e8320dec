"""The archive of inspections: what was due, what was done, what was missed, and the record of each."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.archives import Names
from core.events import history
from core.zone import zone
from inspections import archive, exports
from inspections.models import Frequency, Run
from people.permissions import Role
from portals.console.forms.archive import chips, in_period
from portals.console.forms.runs import ArchiveForm
from portals.console.views import archives
from portals.paging import slice_of
from portals.web import page, require

_ROW = (
    "id", "opens_at", "closes_at", "submitted_at", "status", "result", "is_late", "role", "conflicts_with",
    "checklist__title", "equipment__name", "area__name", "department__name",
    "inspector__name", "assignee__name", "team__name",
)  # fmt: skip
_WORDS = {"statuses": dict(Run.Status.choices), "results": dict(Run.Result.choices), "roles": dict(Role.choices)}


def _beside(request) -> dict:
    return {
        "frequencies": Frequency.choices,
        "standings": archive.Standing.choices,
        "results": Run.Result.choices,
    }


def _found(request, form: ArchiveForm, names: Names) -> dict:
    chosen = form.filter()
    runs = Run.objects.visible_to(request.user)
    is_day = bool(chosen.since) and chosen.since == chosen.until
    rows = chosen.of(runs).values(*_ROW)
    found = slice_of(rows, request.GET.get("at", ""), archives.PER_PAGE, by="opens_at", newest_first=not is_day)
    return {
        "page": found,
        "rows": [_row(row) for row in found.rows],
        "figures": archive.figures(chosen, runs),
        "chips": chips(ArchiveForm, request.GET, archive.facts(chosen, names), form.span_name),
        "span": form.span_name,
        "is_day": is_day,
        "filter": chosen,
        **(_days_beside(request.GET, chosen) if is_day else {}),
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


def _days_beside(asked: QueryDict, chosen: archive.Filter) -> dict:
    day = chosen.since or timezone.localdate(timezone=zone())
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    return {
        "before": in_period(ArchiveForm, asked, day=f"{before}"),
        "after": in_period(ArchiveForm, asked, day=f"{after}") if after <= timezone.localdate(timezone=zone()) else "",
    }


ARCHIVE = archives.Archive("runs", ArchiveForm, archive.choices, _beside, _found, exports.order_export)


@login_required
def index(request):
    require(request.user, "inspections.view")
    return archives.show(request, ARCHIVE)


@login_required
@require_POST
def export(request, kind: str):
    require(request.user, "inspections.view")
    return archives.export(request, ARCHIVE, kind)


@login_required
@require_POST
def save(request):
    require(request.user, "inspections.view")
    return archives.save(request, ARCHIVE)


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
