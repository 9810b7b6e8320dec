"""培训指标: three figures and who reports more, each leading to its rows; the papers behind them as a list."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.archives import month_of, period
from core.errors import DomainError
from facilities.calendar import today
from insight import exports, learning
from insight.learning import reports
from portals.console.forms.archive import kept_query, spans
from portals.console.forms.records import ArrivalsForm, FiguresForm, PapersForm, names_for
from portals.console.spark import spark
from portals.web import page, require

PER_PAGE = 50
# A course has no arrivals: they are of a post.
OF_PAPERS = tuple(figure for figure in learning.FIGURES if isinstance(learning.PARTS[figure.bottom], learning.Papers))


def _span(form: FiguresForm) -> learning.Span:
    since, until = form.period
    return since or learning.begins_on(), until or today()


@login_required
def show(request):
    require(request.user, "training.view")
    form = FiguresForm(request.GET, {})
    context = {"form": form, "asked": request.GET, "spans": spans(FiguresForm, request.GET)}
    if form.is_valid():
        context |= _shown(request.user, form, request.GET)
    return page(request, "console/training/figures.html", context)


def _shown(user, form: FiguresForm, asked: QueryDict) -> dict[str, Any]:
    days = _span(form)
    board = learning.board(user, days)
    return {
        "span": form.span_name,
        "days": period(*days),
        "before": period(*board.before),
        "query": kept_query(FiguresForm, asked),
        "cards": [_card(figure, board) for figure in learning.FIGURES],
        "figures": learning.FIGURES,
        "tables": [
            ("workshop", learning.FIGURES, [_line(line, days) for line in board.workshops]),
            ("course", OF_PAPERS, [_line(line, days, OF_PAPERS) for line in board.courses]),
        ],
        "months": [_line(line, month_of(line.name)) for line in reversed(board.months)],
        "waiting": board.waiting,
        "waiting_url": address_of(learning.Arrivals(*days, state=learning.State.WAITING)),
        "multiplier": reports.multiplier(user, days),
        "definition": reports.DEFINITION,
        "enough": reports.ENOUGH,
        "may_see_who": user.can("hazards.view"),
        "who_url": f"{reverse('console:reporters')}?from={days[0]}&to={days[1]}",
    }


def _card(figure: learning.Figure, board: learning.Board) -> dict[str, Any]:
    values = [line.value(figure).number for line in board.months]
    names = [f"{line.name:%Y-%m}" for line in board.months]
    past = board.past.value(figure)
    drawn = {"spark": spark(values), "first": names[0], "last": names[-1]}
    return _cell(figure, board.total, board.days) | drawn | {"past": past, "way": _way(board.total.value(figure), past)}


def _way(now: learning.Value, past: learning.Value) -> str:
    """better, worse or same; empty where one of the two is missing. Of all these figures more is better."""
    if now.number is None or past.number is None:
        return ""
    return "same" if now.number == past.number else "better" if now.number > past.number else "worse"


def _line(line: learning.Line, days: learning.Span, figures=learning.FIGURES) -> dict[str, Any]:
    return {"name": line.name, "cells": [_cell(figure, line, days) for figure in figures]}


def _cell(figure: learning.Figure, line: learning.Line, days: learning.Span) -> dict[str, Any]:
    """A value, and the addresses of the rows above and below the line."""
    top, bottom = (address_of(learning.part(key, days, line.where)) for key in (figure.top, figure.bottom))
    return {"figure": figure, "now": line.value(figure), "top": top, "bottom": bottom}


def address_of(chosen: learning.Arrivals | learning.Papers) -> str:
    """The list that shows exactly what this filter says."""
    asked = QueryDict(mutable=True)
    named = chosen.as_json()
    for name, key in (("since", "from"), ("until", "to")):
        if name in named:
            asked[key] = str(named.pop(name))
    for name, value in named.items():
        asked[name] = str(value)
    url = reverse("console:arrivals" if isinstance(chosen, learning.Arrivals) else "console:papers")
    return f"{url}?{asked.urlencode()}"


@login_required
@require_POST
def export(request):
    require(request.user, "training.view")
    form = FiguresForm(request.GET, {})
    if not form.is_valid():
        raise DomainError(" ".join(form.faults))
    return redirect("console:job", pk=exports.order_figures(_span(form), by=request.user).pk)


@login_required
def arrivals(request):
    """Who came to a post, and whether they were qualified in time."""
    require(request.user, "training.view")
    names = names_for(request.user)
    form = ArrivalsForm(request.GET, names)
    context = _asked(request, form, names) | {"states": learning.State.choices, "judged": learning.JUDGED}
    if form.is_valid():
        chosen = form.filter()
        days = chosen.since or learning.begins_on(), chosen.until or today()
        context["page"] = _page(request, chosen.of(learning.arrivals(request.user, days)))
    return page(request, "console/training/arrivals.html", context)


@login_required
def papers(request):
    """Quizzes and exams that are over, the newest first."""
    require(request.user, "training.view")
    names = names_for(request.user)
    form = PapersForm(request.GET, names)
    context = _asked(request, form, names) | {"tries": learning.Tries.choices}
    if form.is_valid():
        found = form.filter().of(learning.papers_seen_by(request.user)).order_by("-ended_at", "-pk")
        near = ("person__department", "person__team", "lesson", "exam", "enrolment__course")
        context["page"] = _page(request, found.select_related(*near))
    return page(request, "console/training/papers.html", context)


@login_required
def reporters(request):
    """Both groups of the multiplier, person by person."""
    require(request.user, "training.view")
    require(request.user, "hazards.view")
    form = FiguresForm(request.GET, {})
    context = _asked(request, form, {})
    if form.is_valid():
        found = reports.multiplier(request.user, _span(form))
        group = request.GET.get("group", "")
        crowd = found.others if group == "others" else found.trained
        context |= {
            "page": _page(request, crowd.members),
            "crowd": crowd,
            "group": group,
            "definition": reports.DEFINITION,
        }
    return page(request, "console/training/reporters.html", context)


def _page(request, rows):
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


def _asked(request, form, names) -> dict[str, Any]:
    kept = QueryDict(request.GET.urlencode(), mutable=True)
    kept.pop("page", None)
    return {"form": form, "names": names, "asked": request.GET, "query": f"{kept.urlencode()}&" if kept else ""}
