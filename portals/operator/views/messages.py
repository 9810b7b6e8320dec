"""What text messages cost, by month and factory."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Sum
from django.shortcuts import render
from django.views.decorators.http import require_safe

from billing.models import TextCount
from billing.texts import NO_FACTORY, fen, this_month
from portals.operator.access import for_operators
from tenants.models import Factory

PER_PAGE, MONTHS = 50, 12


@for_operators
@require_safe
def index(request):
    months = list(TextCount.objects.order_by("-month").values_list("month", flat=True).distinct()[:MONTHS])
    month = _chosen(request.GET.get("month", ""), months)
    rows = TextCount.objects.filter(month=month)
    page = Paginator(rows.order_by("-cost", "factory"), PER_PAGE).get_page(request.GET.get("page"))
    names = Factory.objects.in_bulk([row.factory for row in page])
    sums = rows.aggregate(texts=Sum("texts", default=0), cost=Sum("cost", default=0))
    context: dict[str, Any] = {
        "page": page,
        "query": f"month={month:%Y-%m}",
        "months": months,
        "month": month,
        "sums": sums,
        "fen": fen(sums["cost"]),
        "shown": [(row, fen(row.cost), names.get(row.factory), row.factory == NO_FACTORY) for row in page],
        "here": "messages",
    }
    return render(request, "operator/messages.html", context)


def _chosen(words: str, months: list[date]) -> date:
    return next((month for month in months if f"{month:%Y-%m}" == words), months[0] if months else this_month())
