"""台账 of hazards: the list with its filters, and its exports."""

from django.contrib.auth.decorators import login_required
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from core.archives import Names
from hazards import archive, exports
from hazards.models import OPEN, Hazard, Level, Status
from notifications.timeline import order_timeline
from portals.console.forms.archive import chips, kept_query, spans
from portals.console.forms.hazard_archive import ALL, HazardArchiveForm
from portals.console.views import archives
from portals.console.views.reporting import unread_of
from portals.paging import slice_of
from portals.web import require

_ROW = (
    "id", "number", "title", "reported_at", "level", "is_urgent", "is_legal_major", "status", "due_at", "closed_at",
    "equipment__name", "area__name", "department__name", "owner__name", "repeat_of", "published_on", "source",
)  # fmt: skip
_STATUSES = dict(Status.choices)
GROUPS = ("open", "new", "fixing", "review", "closed", "aside")


def _beside(request) -> dict:
    return {
        "group": request.GET.get("group", ""),
        "levels": Level.choices,
        "legals": archive.Legal.choices,
        "moments": archive.Moment.choices,
        "sources": Hazard.Source.choices,
        "lates": archive.Late.choices,
        "tries": archive.Tries.choices,
        "may_route": request.user.can("hazards.route"),
        "may_record": request.user.can("hazards.record"),
        "may_import": request.user.can("hazards.import"),
        "may_export": request.user.can("hazards.view"),
        "may_publish": request.user.can("hazards.publish"),
    }


def _found(request, form: HazardArchiveForm, names: Names) -> dict:
    chosen, hazards = form.filter(), Hazard.objects.visible_to(request.user)
    asked = QueryDict(request.GET.urlencode(), mutable=True)
    # Said, so that another period or one filter less looks among the same ones.
    asked["group"] = form.group_name
    found = slice_of(chosen.of(hazards).values(*_ROW), request.GET.get("at", ""), archives.PER_PAGE, by="reported_at")
    facts = [
        fact for fact in archive.facts(chosen, names) if fact.key != "group" or chosen.group == archive.Group.VALID
    ]
    return {
        "page": found,
        "rows": [_row(row) for row in found.rows],
        "unread": unread_of([row["id"] for row in found.rows]) if request.user.can("hazards.answer_tip") else (),
        "figures": archive.figures(chosen, hazards),
        "chips": chips(HazardArchiveForm, asked, facts, form.span_name),
        "span": form.span_name,
        "spans": spans(HazardArchiveForm, asked),
        "group": form.group_name,
        "groups": _groups(asked),
        "query": kept_query(HazardArchiveForm, asked),
    }


def _groups(asked: QueryDict) -> list[tuple]:
    """The quick groups, each with the address that keeps everything else."""
    words = dict(archive.Group.choices) | {ALL: archive.period(None, None)}
    made = []
    for name in (*GROUPS, ALL):
        other = asked.copy()
        other["group"] = name
        made.append((name, words[name], kept_query(HazardArchiveForm, other)))
    return made


def _row(row: dict) -> dict:
    """With the words that a page says; nothing of the model is needed for a line."""
    is_open = row["status"] in OPEN
    place = row["equipment__name"] or row["area__name"]
    is_history = row["source"] == Hazard.Source.IMPORT and row["status"] == Status.CLOSED
    words = {"place": place, "get_status_display": _STATUSES[row["status"]]}
    return row | words | {"pk": row["id"], "is_open": is_open, "is_history": is_history}


ARCHIVE = archives.Archive("hazards", HazardArchiveForm, archive.choices, _beside, _found, exports.order_export)


@login_required
def index(request):
    require(request.user, "console.open")
    return archives.show(request, ARCHIVE)


@login_required
@require_POST
def export(request, kind: str):
    require(request.user, "hazards.view")
    return archives.export(request, ARCHIVE, kind)


@login_required
@require_POST
def save(request):
    require(request.user, "console.open")
    return archives.save(request, ARCHIVE)


@login_required
@require_POST
def paper(request, pk: int):
    """The whole record of one hazard."""
    require(request.user, "hazards.view")
    hazard = get_object_or_404(Hazard.objects.visible_to(request.user), pk=pk)
    return redirect("console:job", pk=exports.order_evidence(hazard, by=request.user).pk)


@login_required
@require_POST
def timeline(request, pk: int):
    """Who knew what of it, when, and whether they opened it."""
    require(request.user, "hazards.view")
    hazard = get_object_or_404(Hazard.objects.visible_to(request.user), pk=pk)
    return redirect("console:job", pk=order_timeline(hazard, by=request.user).pk)
