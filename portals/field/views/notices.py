"""公示: what was made known of hazards, for everybody who works in the factory."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from core.errors import NotAllowed
from hazards.models import Hazard
from portals import notices
from portals.web import page

PER_PAGE = 20


@login_required
def index(request):
    """Also of other workshops: only what the officer made known, and with shortened names."""
    if not request.user.is_staff_member:
        raise NotAllowed(_("This page is for the people of the factory."))
    known = notices.current(Hazard.objects.filter(published_on__isnull=False)).order_by("-published_on", "-id")
    listed = Paginator(known, PER_PAGE).get_page(request.GET.get("page"))
    rows = notices.lines(Hazard.objects.filter(pk__in=[hazard.pk for hazard in listed]))
    return page(request, "field/hazards/notices.html", {"page": listed, "rows": rows, "query": ""})
