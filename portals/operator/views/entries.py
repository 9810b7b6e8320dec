"""What operators did, newest first."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from operators.models import OperatorEntry
from portals.operator.access import for_operators
from portals.paging import slice_of

PER_PAGE = 50
COLUMNS = ("id", "at", "what", "operator__name", "about__name", "factory_name", "facts")


@for_operators
@require_safe
def index(request):
    page = slice_of(OperatorEntry.objects.values(*COLUMNS), request.GET.get("at", ""), PER_PAGE, by="at")
    words = dict(OperatorEntry.What.choices)
    for row in page.rows:
        row["word"] = words.get(row["what"], row["what"])
    return render(request, "operator/log.html", {"page": page, "query": "", "here": "log"})
