"""What the service tells all factories, above their pages until the reader puts it away."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from operators import announcements
from operators.models import Announcement
from people.permissions import Role

KEY = "put_away"
MOST = 50


def shown_to(request: HttpRequest) -> list[Announcement]:
    user, away = request.user, request.session.get(KEY, [])
    audiences = {Announcement.Audience.ALL}
    if user.can("console.open"):  # type: ignore[union-attr]
        audiences.add(Announcement.Audience.DESK)
    if Role.ADMIN in user.role_codes:  # type: ignore[union-attr]
        audiences.add(Announcement.Audience.ADMINS)
    return [row for row in announcements.standing() if row.audience in audiences and row.pk not in away]


@login_required
@require_POST
def put_away(request, pk: int):
    """For as long as this sign-in lasts; another phone of the same person shows it too."""
    if pk not in {row.pk for row in shown_to(request)}:
        raise Http404
    request.session[KEY] = [*request.session.get(KEY, []), pk][-MOST:]
    to = request.POST.get("next", "")
    return redirect(to if url_has_allowed_host_and_scheme(to, {request.get_host()}) else "home")
