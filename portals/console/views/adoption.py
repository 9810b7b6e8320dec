"""推广使用 at the desk: the figures with the rows behind them, the months, the buddies."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from adoption import actions, figures
from adoption.floor import seen_by
from adoption.models import Appeal, Pair, Ranking
from adoption.unaided import UNAIDED, checks_of
from core.errors import Refusal
from people.models import User
from portals.buddies import shown
from portals.console.forms.adoption import AnswerForm, EndForm, PairForm, RewardForm, RowsForm
from portals.console.spark import spark
from portals.points import RULES, newest_of, places_of
from portals.web import page, require

PER_PAGE = 50


@login_required
def show(request):
    require(request.user, "adoption.view")
    form = RowsForm(request.GET)
    days = form.span if form.is_valid() else figures.SPANS[-1]
    weeks = figures.trend(request.user)
    context = {
        "days": days,
        "spans": figures.SPANS,
        "board": figures.board(request.user, figures.last_days(days)),
        "weeks": weeks[::-1],
        "active_line": spark([week.active.percent for week in weeks]),
        "unaided_line": spark([week.unaided.percent for week in weeks]),
    }
    return page(request, "console/adoption/figures.html", context)


@login_required
def people(request):
    """Who did something within the days, and who did not: of those that the reader may see."""
    require(request.user, "adoption.view")
    form, which = _rows(request)
    counted = figures.could(seen_by(request.user).filter(**form.where), figures.last_days(form.span))
    if which:
        counted = counted.filter(is_active_then=which == "yes")
    found = counted.select_related("department", "team").order_by("is_active_then", "sort_key", "pk")
    return page(request, "console/adoption/people.html", _listed(request, form, found))


@login_required
def checks(request):
    """The checks of the unaided rate, one by one."""
    require(request.user, "adoption.view")
    form, which = _rows(request)
    who = seen_by(request.user).filter(**form.where)
    span = figures.last_days(form.span)
    runs = checks_of(who.values("pk"), *span.moments)
    if which:
        runs = runs.filter(UNAIDED) if which == "yes" else runs.exclude(UNAIDED)
    found = runs.select_related("checklist", "equipment", "area", "inspector", "assignee").order_by("-at", "-pk")
    return page(request, "console/adoption/checks.html", _listed(request, form, found))


def _rows(request) -> tuple[RowsForm, str]:
    form = RowsForm(request.GET)
    if not form.is_valid():
        raise Http404
    return form, form.cleaned_data["which"]


def _listed(request, form: RowsForm, rows) -> dict[str, Any]:
    kept = QueryDict(request.GET.urlencode(), mutable=True)
    kept.pop("page", None)
    query = f"{kept.urlencode()}&" if kept else ""
    kept.pop("which", None)
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return {"page": found, "query": query, "others": kept.urlencode(), "asked": form.cleaned_data | {"days": form.span}}


@login_required
def months(request):
    require(request.user, "adoption.view")
    is_judge = request.user.can("adoption.award")
    waiting = Appeal.objects.visible_to(request.user).filter(status=Appeal.Status.OPEN) if is_judge else []
    rankings = Paginator(Ranking.objects.newest(), 12).get_page(request.GET.get("page"))
    context = {
        "page": rankings,
        "rows": [(ranking, places_of(ranking, request.user)) for ranking in rankings],
        "waiting": [(row, AnswerForm(auto_id=f"a{row.pk}_%s")) for row in _with_people(waiting)],
        "rules": RULES,
    }
    return page(request, "console/adoption/months.html", context)


def _with_people(appeals) -> Any:
    return appeals.select_related("person__department", "answered_by") if appeals != [] else []


@login_required
def month(request, month: str):
    require(request.user, "adoption.view")
    return _month(request, newest_of(month))


def _month(
    request, ranking: Ranking, answer: tuple[int, AnswerForm] | None = None, refusal: str = "", status: int = 200
):
    is_judge = request.user.can("adoption.award")
    appeals = Appeal.objects.filter(month=ranking.month) if is_judge else []
    forms = dict([answer]) if answer else {}
    context = {
        "ranking": ranking,
        "places": places_of(ranking, request.user),
        "revisions": Ranking.objects.filter(month=ranking.month).order_by("revision"),
        "appeals": [(row, forms.get(row.pk) or AnswerForm(auto_id=f"a{row.pk}_%s")) for row in _with_people(appeals)],
        "is_judge": is_judge,
        "refusal": refusal,
    }
    return page(request, "console/adoption/month.html", context, status=status)


@login_required
@require_POST
def answer(request, pk: int):
    require(request.user, "adoption.award")
    row = get_object_or_404(Appeal.objects.visible_to(request.user), pk=pk)
    form = AnswerForm(request.POST, auto_id=f"a{row.pk}_%s")
    status = 422
    if form.is_valid():
        try:
            actions.answer_appeal(row, by=request.user, **form.cleaned_data)
            messages.success(request, _("Answered. The person is told."))
            return redirect("console:month", month=row.title)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            status = refusal.status
    return _month(request, newest_of(row.title), (row.pk, form), status=status)


@login_required
@require_POST
def reward(request, month: str, pk: int):
    require(request.user, "adoption.award")
    ranking, form = newest_of(month), RewardForm(request.POST)
    person = get_object_or_404(User, pk=pk)
    if not form.is_valid():
        return _month(request, ranking, refusal=_("Write what was handed over."), status=422)
    try:
        actions.pay_reward(ranking, person, by=request.user, what=form.cleaned_data["what"])
    except Refusal as refusal:
        return _month(request, ranking, refusal=refusal.message, status=refusal.status)
    messages.success(request, _("Noted. The winner is told."))
    return redirect("console:month", month=month)


@login_required
def pairs(request):
    require(request.user, "adoption.view")
    may_pair = request.user.can("adoption.pair")
    form = PairForm(request.POST or None)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            pair = actions.begin_pair(by=request.user, **form.cleaned_data)
            messages.success(request, _("Both are told."))
            return redirect("console:pair", pk=pair.pk)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            status = refusal.status
    rows = Pair.objects.visible_to(request.user).select_related("mentor", "mentee__department")
    rows = rows.order_by(F("ended_at").desc(nulls_first=True), "-begun_on", "-pk")
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": found, "form": form if may_pair else None}
    return page(request, "console/adoption/pairs.html", context, status=status)


def _pair(user, pk: int) -> Pair:
    return get_object_or_404(Pair.objects.visible_to(user).select_related("mentor", "mentee__department"), pk=pk)


@login_required
def pair(request, pk: int):
    require(request.user, "adoption.view")
    return _show_pair(request, _pair(request.user, pk))


def _show_pair(request, row: Pair, form: EndForm | None = None, status: int = 200):
    may_end = row.status == Pair.Status.RUNNING and request.user.can("adoption.pair", row)
    context = shown(row) | {"form": form or EndForm() if may_end else None}
    return page(request, "console/adoption/pair.html", context, status=status)


@login_required
@require_POST
def end_pair(request, pk: int):
    require(request.user, "adoption.view")
    row, form = _pair(request.user, pk), EndForm(request.POST)
    if form.is_valid():
        actions.end_pair(row, by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, _("Ended. Both are told."))
        return redirect("console:pair", pk=pk)
    return _show_pair(request, row, form, 422)
