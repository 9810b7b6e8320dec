from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.views.decorators.http import require_POST

from core import ledger
from core.models import Event
from portals.web import page, require

PER_PAGE = 50


@login_required
def entries(request, verdict=None):
    """Every business fact of the factory, newest first."""
    require(request.user, "ledger.verify")
    events = Paginator(Event.objects.select_related("actor").order_by("-seq"), PER_PAGE)
    context = {"page": events.get_page(request.GET.get("page")), "verdict": verdict, "query": ""}
    return page(request, "console/ledger/list.html", context)


@login_required
@require_POST
def verify(request):
    require(request.user, "ledger.verify")
    return entries(request, ledger.verify())
