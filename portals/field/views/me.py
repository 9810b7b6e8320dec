from django.contrib.auth.decorators import login_required

from portals import absences
from portals.web import page


@login_required
def me(request):
    """Who I am here, how pages look to me, who stands in for me, and the way out."""
    if request.method == "POST":
        return absences.declare(request, request.user, lambda form: _show(request, 422, absence=form), request.path)
    return _show(request)


def _show(request, status: int = 200, **more):
    context = {"has_desk": request.user.can("console.open"), **absences.absences_of(request.user), **more}
    return page(request, "field/me.html", context, status=status)
