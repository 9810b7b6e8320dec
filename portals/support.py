"""The service's support in a factory: comes in by a link of the console, looks, and leaves a line for each page."""

from django.conf import settings
from django.contrib.auth import login, logout
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from people import support
from portals.web import refusal_page

KEY = "support"
_LOOKS = {"GET", "HEAD", "OPTIONS"}
# What browsers fetch by themselves, with nothing of the factory in it.
_UNSEEN = {"service_worker", "manifest"}
_OWN = {"account_logout", "language", "theme", "text_size", "put_away"}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request, token: str):
    """GET says what is to be looked at; POST comes in, once."""
    if request.method != "POST":
        return render(request, "account/support.html", {"access": support.access_of(token)})
    visitor, access = support.take_pass(token)
    login(request, visitor, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[KEY] = access.pk
    request.session.set_expiry(support.seconds_left(access))
    return redirect("console:home")


class SupportMiddleware:
    """Nothing is changed, and nothing is shown that was not written down before."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        access = request.session.get(KEY) if request.tenant else None
        if access is None:
            return None
        if not request.user.is_authenticated or not support.is_open(access):
            logout(request)
            return refusal_page(request, 403, _("The time for looking in is over. The factory can give it again."))
        if request.method in _LOOKS and request.resolver_match.view_name in _UNSEEN:
            return None
        if request.method in _LOOKS:
            support.note_seen(access, request.get_full_path(), by=request.user)
            return None
        if request.resolver_match.view_name in _OWN:
            return None
        return refusal_page(
            request, 403, _("Support looks only. Whoever belongs to the factory changes something here.")
        )
