"""What was done because of patterns, and what came of it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError, Refusal
from core.events import history
from insight.actions import end_countermeasure
from insight.models import LOOKS, Countermeasure, Judgement
from portals.typed import typed_in
from portals.web import page, require


@login_required
def index(request):
    require(request.user, "insight.patterns")
    rows = Countermeasure.objects.visible_to(request.user).select_related("pattern", "taken_by")
    rows = rows.prefetch_related("judgements")
    return page(request, "console/countermeasures/list.html", {"rows": rows})


@login_required
def show(request, pk: int):
    return _show(request, _find(request, pk))


@login_required
@require_POST
def end(request, pk: int):
    row = _find(request, pk)
    try:
        end_countermeasure(row, by=request.user, note=request.POST.get("note", ""))
    except Refusal as refusal:
        return _show(request, _find(request, pk), refusal)
    messages.success(request, _("Taken back. What was found meanwhile stays."))
    return redirect("console:countermeasure", pk=pk)


def _find(request, pk: int) -> Countermeasure:
    require(request.user, "insight.patterns")
    rows = Countermeasure.objects.visible_to(request.user).select_related("pattern", "taken_by", "ended_by")
    return get_object_or_404(rows.prefetch_related("judgements"), pk=pk)


def _show(request, row: Countermeasure, refusal: Refusal | None = None):
    judgements = list(row.judgements.all())
    context = {
        "row": row,
        "last": _drawn(judgements[-1]) if judgements else None,
        "earlier": judgements[-2::-1],
        "weeks_to_come": LOOKS[len(judgements)] if len(judgements) < len(LOOKS) else None,
        "may_act": request.user.can("insight.act"),
        "events": history(row),
        "refusal": refusal.message if refusal else "",
        "typed": request.POST,
        "typed_words": typed_in(request) if refusal and refusal.status != DomainError.status else [],
    }
    return page(request, "console/countermeasures/show.html", context, status=refusal.status if refusal else 200)


def _drawn(judgement: Judgement) -> dict[str, Any]:
    """The table: here and elsewhere, before and after."""
    words = {"here": _("Here"), "there": _("Where nothing was changed")}
    return {
        "judgement": judgement,
        "lines": [
            {"label": label, "before": _share(judgement, where, "before"), "after": _share(judgement, where, "after")}
            for where, label in words.items()
        ],
    }


def _share(judgement: Judgement, where: str, when: str) -> dict[str, Any]:
    """rate: in 1,000 inspections."""
    found, runs = getattr(judgement, f"{where}_{when}"), getattr(judgement, f"{where}_{when}_runs")
    return {"found": found, "runs": runs, "rate": 1000 * found / runs if runs else None}
