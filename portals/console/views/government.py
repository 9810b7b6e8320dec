"""The table for the authority: a quarter or a year, on the page, as Excel and on paper."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.zone import zone
from hazards import exports, government
from portals.console.forms.hazard_archive import address_of
from portals.web import page, require


@login_required
def show(request):
    require(request.user, "hazards.view")
    period = _period(request)
    blocks = government.blocks(request.user, period)
    context = {
        "period": period,
        "periods": government.periods(request.user, timezone.localdate(timezone=zone())),
        "columns": government.COLUMNS,
        "definitions": government.DEFINITIONS,
        "blocks": [(block, [_cells(block, row) for row in (*block.rows, *block.clauses)]) for block in blocks],
    }
    return page(request, "console/hazards/government.html", context)


def _period(request) -> str:
    """The quarter that runs, where none is asked for or what is asked is none."""
    asked = request.GET.get("period", "")
    today = timezone.localdate(timezone=zone())
    return asked if government.is_period(asked) else f"{today.year}Q{(today.month + 2) // 3}"


def _cells(block: government.Block, row: government.Row) -> dict:
    """Each number with the address of its rows, where there is one."""
    cells = []
    for column, value in zip(government.COLUMNS, row.values, strict=True):
        behind = government.filter_of(column, block.days, row.where) if value else None
        cells.append((column, value, address_of(behind) if behind else ""))
    return {"name": row.name, "is_clause": row in block.clauses, "cells": cells}


@login_required
@require_POST
def export(request, kind: str):
    require(request.user, "hazards.view")
    job = exports.order_table(_period(request), kind, by=request.user)
    return redirect("console:job", pk=job.pk)
