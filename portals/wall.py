"""What the link of a workshop screen opens: one page for the wall, without signing in.

The token in the address is all that counts here. A session of the same browser is neither looked at nor changed.
"""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alerts.models import Screen
from alerts.screens import note_seen, screen_of
from portals.console.screen import shown_on
from portals.web import page

HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


def _by_link(view: Callable) -> Callable:
    @require_safe
    @wraps(view)
    def run(request, token: str):
        request.user = AnonymousUser()
        request.LANGUAGE_CODE = translation.get_language_from_request(request)
        translation.activate(request.LANGUAGE_CODE)
        screen = screen_of(token)
        if screen is None:
            raise Http404
        response = _ended(request) if screen.revoked_at else view(request, screen, token)
        for name, value in HEADERS.items():
            response[name] = value
        return response

    return run


@_by_link
def show(request, screen: Screen, token: str) -> HttpResponse:
    note_seen(screen)
    context = {
        "screen": shown_on(screen.department),
        "device": screen,
        "token": token,
        "socket": f"/ws/wall/{token}/",
        "theme": "light" if request.COOKIES.get("theme") == "light" else "dark",
    }
    return page(request, "wall/show.html", context, part="console/screen/_screen.html")


@_by_link
def alive(request, screen: Screen, token: str) -> HttpResponse:
    """Asked every few seconds, also where the socket does not get through."""
    note_seen(screen)
    return HttpResponse(status=204)


def _ended(request) -> HttpResponse:
    if request.htmx:  # an open page: it loads itself and shows the same
        return HttpResponse(status=410, headers={"HX-Refresh": "true"})
    message = _("This screen was switched off. The safety officer can make a new link for it.")
    return page(request, "wall/ended.html", {"message": message, "theme": "dark"}, status=410)
