"""隐患指标: five figures with their definitions, by level, workshop, kind and month, each leading to its rows."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.utils import timezone

from core.archives import Names, period
from core.zone import zone
from insight import hazards as insight
from portals.console.forms.archive import PeriodForm, spans
from portals.console.forms.hazard_archive import address_of
from portals.console.spark import spark
from portals.web import page, require


class FiguresForm(PeriodForm):
    USUAL = "days30"
    OFFERED = ("days30", "month", "last_month", "quarter", "year")


@login_required
def show(request):
    require(request.user, "hazards.view")
    names: Names = {}
    form = FiguresForm(request.GET, names)
    context = {"form": form, "asked": request.GET, "spans": spans(FiguresForm, request.GET)}
    if form.is_valid():
        context |= _shown(request.user, form)
    return page(request, "console/hazards/figures.html", context)


def _shown(user, form: FiguresForm) -> dict:
    today = timezone.localdate(timezone=zone())
    since, until = form.period
    until = until or today
    since = since or until.replace(month=1, day=1)
    board = insight.board(user, (since, until))
    return {
        "span": form.span_name,
        "days": period(since, until),
        "before": period(*board.before),
        "cards": [_card(figure, board) for figure in insight.FIGURES],
        "figures": insight.FIGURES,
        "tables": [
            (key, [_line(line, board.days) for line in lines])
            for key, lines in (("level", board.levels), ("workshop", board.workshops), ("kind", board.kinds))
        ],
        "months": [_line(line, insight.month_days(line)) for line in reversed(board.months)],
    }


def _card(figure: insight.Figure, board: insight.Board) -> dict:
    values = [line.now.value(figure).number for line in board.months]
    names = [f"{line.name:%Y-%m}" for line in board.months]
    return _cell(figure, board.total, board.days) | {
        "figure": figure,
        "spark": spark(values),
        "first": names[0],
        "last": names[-1],
    }


def _line(line: insight.Line, days: insight.Days) -> dict:
    return {"name": line.name, "where": line.where, "cells": [_cell(figure, line, days) for figure in insight.FIGURES]}


def _cell(figure: insight.Figure, line: insight.Line, days: insight.Days) -> dict[str, Any]:
    """A value, the one before, and the addresses of the rows above and below the line."""
    now, past = line.now.value(figure), line.before.value(figure)
    parts = {"bottom": figure.bottom, "top": figure.top}
    links = {name: address_of(insight.part(key, days, line.where)) for name, key in parts.items() if key}
    return {"figure": figure, "now": now, "past": past, "way": _way(figure, now, past), **links}


def _way(figure: insight.Figure, now: insight.Value, past: insight.Value) -> str:
    """better, worse, same; empty where one of the two is missing."""
    if now.number is None or past.number is None:
        return ""
    if now.number == past.number:
        return "same"
    return "better" if (now.number < past.number) == figure.is_better_low else "worse"
