"""The register of risks at the desk: the list, one page per risk, its rating, and what the clock proposes."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.archives import Names
from core.errors import DomainError, Refusal
from core.events import history
from facilities.models import RiskColour
from hazards.lec import plain
from hazards.models import Hazard
from inspections.models import Checklist, Item
from notifications.actions import mark_opened
from portals.console.forms.archive import chips, kept_query
from portals.console.forms.risks import PaperForm, RateForm, RatingForm, RiskFilterForm, RiskForm
from portals.console.views import archives
from portals.typed import typed_in
from portals.web import page, require
from risks import actions, archive, exports
from risks.actions.rating import is_edge_higher
from risks.models import Assessment, Risk
from risks.related import hazards_of

NEAR = ("area__department", "equipment__type", "owner")
MOST_ITEMS = 300


def _beside(request) -> dict[str, Any]:
    return {
        "colours": RiskColour.choices,
        "standings": archive.Standing.choices,
        "may_manage": request.user.can("risks.manage"),
    }


def _found(request, form: RiskFilterForm, names: Names) -> dict[str, Any]:
    chosen, risks = form.filter(), Risk.objects.visible_to(request.user)
    found = chosen.of(risks).select_related(*NEAR).worst_first()
    query = kept_query(RiskFilterForm, request.GET)
    return {
        "page": Paginator(found, archives.PER_PAGE).get_page(request.GET.get("page")),
        "figures": archive.figures(chosen, risks),
        "chips": chips(RiskFilterForm, request.GET, archive.facts(chosen, names), form.span_name),
        "on": f"{query}&" if query else "",
    }


ARCHIVE = archives.Archive("risks", RiskFilterForm, archive.choices, _beside, _found, exports.order_export)


@login_required
def index(request):
    require(request.user, "risks.view")
    return archives.show(request, ARCHIVE)


@login_required
@require_POST
def export(request):
    require(request.user, "risks.view")
    return archives.export(request, ARCHIVE, "xlsx")


@login_required
@require_POST
def save(request):
    require(request.user, "risks.view")
    return archives.save(request, ARCHIVE)


def _find(request, pk: int, permission: str = "") -> Risk:
    require(request.user, "risks.view")
    risk = get_object_or_404(Risk.objects.visible_to(request.user).select_related(*NEAR), pk=pk)
    if permission:
        require(request.user, permission, risk)
    return risk


@login_required
def add(request):
    require(request.user, "risks.manage")
    form = RiskForm(request.POST or None, reader=request.user, initial=request.GET.dict())
    rating = RatingForm(request.POST or None)
    if request.method == "POST" and form.is_valid() & rating.is_valid():
        try:
            risk = actions.add_risk(by=request.user, **form.facts, **rating.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("console:risk", pk=risk.pk)
    context = {"form": form, "rating": rating, **scale_of()}
    is_refused = form.errors or rating.errors
    return page(request, "console/risks/edit.html", context, status=422 if is_refused else 200)


@login_required
def edit(request, pk: int):
    risk = _find(request, pk, "risks.manage")
    form = RiskForm(request.POST or None, reader=request.user, risk=risk)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_risk(risk, by=request.user, **form.changed_facts(risk))
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("console:risk", pk=pk)
    context = {"form": form, "risk": risk}
    return page(request, "console/risks/edit.html", context, status=422 if form.errors else 200)


@login_required
def rate(request, pk: int):
    risk = _find(request, pk, "risks.manage")
    form = RateForm(request.POST or None, initial=RatingForm.known(risk))
    if request.method == "POST" and form.is_valid():
        try:
            actions.rate_risk(risk, by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Rated. The next look is on %(day)s.") % {"day": risk.review_on})
            return redirect("console:risk", pk=pk)
    context = {"rating": form, "risk": risk, "proposal": _open_proposal(risk), **scale_of()}
    return page(request, "console/risks/rate.html", context, status=422 if form.errors else 200)


def scale_of() -> dict[str, Any]:
    return {"is_edge_higher": is_edge_higher(), "ranks": [(colour.level, colour.value) for colour in RiskColour]}


def _open_proposal(risk: Risk):
    return risk.proposals.filter(decided_at=None).select_related("by").first()


@login_required
def show(request, pk: int):
    risk = _find(request, pk)
    mark_opened(risk, by=request.user)
    return _show(request, risk)


def _show(request, risk: Risk, refusal: Refusal | None = None):
    user = request.user
    may_manage = user.can("risks.manage", risk)
    hazards = hazards_of(risk).filter(pk__in=Hazard.objects.visible_to(user).values("pk"))
    context = {
        "risk": risk,
        "values": _plain(risk),
        "ratings": _ratings(risk),
        "proposal": _open_proposal(risk),
        "settled": risk.proposals.exclude(decided_at=None).select_related("by", "decided_by")[:10],
        "watches": risk.watches.select_related("item__checklist"),
        "lists": _lists_for(risk) if may_manage else [],
        "lines": [line for _kind, _word, lines in risk.measures for line in lines],
        "hazards": hazards.select_related("area", "equipment")[:8],
        "kinds": risk.categories.all(),
        "events": history(risk),
        "may_manage": may_manage,
        "may_propose": not may_manage and user.can("risks.propose", risk),
        "refusal": refusal.message if refusal else "",
        "typed": request.POST,
        # Where somebody was faster, the form may be gone; what was typed is not.
        "typed_words": typed_in(request) if refusal and refusal.status != DomainError.status else [],
    }
    return page(request, "console/risks/show.html", context, status=refusal.status if refusal else 200)


def _plain(row: Risk | Assessment) -> dict[str, float]:
    return {
        key: plain(value)
        for key, value in (("L", row.likelihood), ("E", row.exposure), ("C", row.consequence), ("D", row.score))
    }


def _ratings(risk: Risk) -> list[dict[str, Any]]:
    """The newest first, each with the one before it."""
    rows = list(risk.assessments.select_related("by"))
    pairs = zip(rows, [None, *rows], strict=False)
    return [
        {"rating": row, "values": _plain(row), "before": before, "old": _plain(before) if before else None}
        for row, before in pairs
    ][::-1]


def _lists_for(risk: Risk) -> list[tuple[Checklist, list[Item]]]:
    """Items of lists in use that are made for its place, or ask for its kinds of hazards."""
    fits = Q(checklist__target_area=risk.area_id) | Q(category__in=risk.categories.all())
    if risk.equipment:
        fits |= Q(checklist__target_type=risk.equipment.type_id)
    in_use = Checklist.objects.current().ours()
    items = Item.objects.filter(fits, checklist__in=in_use).select_related("checklist")
    found: dict[int, tuple[Checklist, list[Item]]] = {}
    for item in items.order_by("checklist__code", "position").distinct()[:MOST_ITEMS]:
        found.setdefault(item.checklist_id, (item.checklist, []))[1].append(item)
    return list(found.values())


@login_required
@require_POST
def act(request, pk: int, verb: str):
    """One decision; refused, the page comes back with the reason and with what was typed."""
    risk = _find(request, pk)
    if verb not in DEEDS:
        raise Http404
    try:
        DEEDS[verb](request, risk)
    except Refusal as refusal:
        return _show(request, _find(request, pk), refusal)
    messages.success(request, _("Saved."))
    return redirect("console:risk", pk=pk)


def _note(request) -> str:
    return request.POST.get("note", "")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _dismiss(request, risk: Risk) -> None:
    proposal = get_object_or_404(
        risk.proposals.select_related("risk__area"), pk=_number(request.POST.get("proposal", ""))
    )
    actions.dismiss_proposal(proposal, by=request.user, reason=_note(request))


def _watch(request, risk: Risk) -> None:
    item = Item.objects.select_related("checklist").filter(pk=_number(request.POST.get("item", ""))).first()
    if item is None:
        raise DomainError(_("Choose an item of a checklist in use."))
    actions.watch_item(risk, item, by=request.user, measure=request.POST.get("measure", ""))


def _unwatch(request, risk: Risk) -> None:
    watch = get_object_or_404(
        risk.watches.select_related("risk__area", "item"), pk=_number(request.POST.get("watch", ""))
    )
    actions.unwatch_item(watch, by=request.user)


DEEDS: dict[str, Callable[[Any, Risk], Any]] = {
    "propose": lambda request, risk: actions.propose_rating(risk, by=request.user, reason=_note(request)),
    "retire": lambda request, risk: actions.retire_risk(risk, by=request.user, reason=_note(request)),
    "restore": lambda request, risk: actions.restore_risk(risk, by=request.user),
    "dismiss": _dismiss,
    "watch": _watch,
    "unwatch": _unwatch,
}


@login_required
def papers(request):
    """Notice cards and boards, by area, workshop, or all."""
    require(request.user, "risks.view")
    return _papers(request)


def _papers(request, refusal: str = "", status: int = 200):
    context = {"form": PaperForm(request.POST or None), "refusal": refusal}
    return page(request, "console/risks/papers.html", context, status=status)


@login_required
@require_POST
def print_papers(request, kind: str):
    """kind: cards or board."""
    require(request.user, "risks.view")
    form = PaperForm(request.POST)
    try:
        if not form.is_valid():
            raise DomainError(_("Choose from the list."))
        job = _order(request, kind, form.cleaned_data)
    except DomainError as refusal:
        return _papers(request, refusal.message, refusal.status)
    return redirect("console:job", pk=job.pk)


def _order(request, kind: str, chosen: dict[str, Any]):
    if kind == "cards":
        return exports.order_cards(by=request.user, area=chosen["area"])
    if kind == "board":
        return exports.order_board(by=request.user, department=chosen["department"])
    raise Http404


@login_required
@require_POST
def print_card(request, pk: int):
    return redirect("console:job", pk=exports.order_cards(by=request.user, risk=_find(request, pk)).pk)


@login_required
def scale(request):
    """Whether an edge belongs to the higher colour; who changes it sees how many risks move."""
    require(request.user, "risks.view")
    if request.method == "POST":
        moved = actions.change_scale(by=request.user, is_edge_higher=request.POST.get("edge") != "lower")
        messages.success(
            request,
            ngettext("Saved. %(n)d risk has another colour.", "Saved. %(n)d risks have another colour.", len(moved))
            % {"n": len(moved)},
        )
        return redirect("console:risk_scale")
    context = {"may_manage": request.user.can("risks.manage"), **scale_of()}
    return page(request, "console/risks/scale.html", context)
