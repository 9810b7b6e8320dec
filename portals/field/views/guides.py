"""The guide films: to be watched in place, and put away where they stand beside something."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from portals import guides
from portals.web import page


@login_required
def index(request):
    if request.method == "POST":
        return _put_away(request)
    shown = request.GET.get("show", "")
    return page(request, "field/guides.html", {"guides": guides.all_guides().values(), "shown": shown})


def _put_away(request):
    """For as long as this sign-in lasts, as announcements are."""
    code = request.POST.get("away", "")
    if code == guides.HOME or code in guides.all_guides():
        request.session[guides.KEY] = sorted({*guides.put_away(request), code})
    to = request.POST.get("next", "")
    return redirect(to if url_has_allowed_host_and_scheme(to, {request.get_host()}) else "field:home")
