"""The page of a shared tablet, its pairing, and what a sign-in there opens: the worker's pages, for minutes."""

import time
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import DomainError, NotAllowed, TooMany
from people import kiosks
from people.models import Kiosk
from portals.field.forms.kiosk import SignInForm
from portals.web import page, refusal_page

COOKIE = "__Host-kiosk" if settings.HTTPS else "kiosk"
YEARS = 5 * 365 * 24 * 3600
# Seconds without use after which whoever is signed in is so no longer.
IDLE = 180
BACKEND = "people.auth.Backend"
# Set by the page where somebody said that they are done, which without network the server could not hear.
LEFT = "tablet-left"
_ON, _USED = "kiosk", "kiosk_used"
# Not from a tablet that is everybody's: the desk and other portals, and what would stay after the person has gone.
_CLOSED = {"console", "supplier", "contractor", "gate"}
_CLOSED_PAGES = {
    "account_change_password",
    "account_set_password",
    "account_second_factor",
    "work_account",
    "disconnect_work_account",
    "field:push_on",
    "field:push_renew",
}


def tablet_of(request: HttpRequest) -> Kiosk | None:
    return kiosks.kiosk_of(request.COOKIES.get(COOKIE, ""))


def begin(request: HttpRequest, kiosk: Kiosk) -> None:
    """From now on this session is one of the tablet."""
    request.session[_ON], request.session[_USED] = kiosk.pk, time.time()
    request.session.set_expiry(2 * IDLE)


class KioskMiddleware:
    """Ends what is over, and keeps a session of a tablet with the worker's pages."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.tenant and request.user.is_authenticated:  # type: ignore[attr-defined]
            _keep_or_end(request)
        request.is_on_tablet = bool(request.tenant) and bool(request.session.get(_ON))  # type: ignore[attr-defined]
        response = self.get_response(request)
        if LEFT in request.COOKIES:
            response.delete_cookie(LEFT)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        found = request.resolver_match
        if not request.is_on_tablet or found is None:  # type: ignore[attr-defined]
            return None
        if not (_CLOSED & set(found.namespaces) or found.view_name in _CLOSED_PAGES):
            return None
        if request.method in ("GET", "HEAD"):
            return redirect("field:home")
        return refusal_page(request, NotAllowed.status, _("This does not go from a shared tablet. Use your own phone."))


def _keep_or_end(request: HttpRequest) -> None:
    """Whoever signed in on a tablet by a code is in a session of the tablet too."""
    begun, kiosk = request.session.get(_ON), tablet_of(request)
    if kiosk and not begun and kiosks.may_have_pin(request.user):  # type: ignore[arg-type]
        begin(request, kiosk)
    elif kiosk and not begun:
        logout(request)
        messages.error(request, _("A shared tablet is for the shop floor. Sign in on a device of your own."))
    elif begun and (kiosk is None or kiosk.pk != begun or _is_over(request)):
        logout(request)
    elif begun and _is_use(request):
        request.session[_USED] = time.time()


def _is_over(request: HttpRequest) -> bool:
    return LEFT in request.COOKIES or time.time() - request.session[_USED] > IDLE


def _is_use(request: HttpRequest) -> bool:
    """A page that was opened, or something sent: pages that look themselves up are nobody's doing."""
    mode = request.headers.get("Sec-Fetch-Mode")
    is_page = mode == "navigate" if mode else not request.headers.get("HX-Request")
    return is_page or request.method == "POST"


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Who is it? Nobody is listed: the number is typed, not chosen."""
    kiosk = tablet_of(request)
    if kiosk is None:
        messages.error(request, _("This is not a shared tablet. Sign in as on any phone."))
        return redirect("account_login")
    kiosks.note_seen(kiosk)
    if request.user.is_authenticated:
        return redirect("field:home")
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = kiosks.sign_in(kiosk, **form.cleaned_data)
        except (DomainError, TooMany) as refusal:
            form.add_error(None, refusal.message)
        else:
            login(request, person, backend=BACKEND)
            record_authentication(request, person, "pin")
            begin(request, kiosk)
            return redirect("field:home")
    return page(request, "kiosk/show.html", {"kiosk": kiosk, "form": form}, status=422 if form.errors else 200)


@require_POST
def here(request: HttpRequest) -> HttpResponse:
    """Somebody is at it: a form that takes long to fill in sends nothing meanwhile."""
    return HttpResponse(status=204 if request.is_on_tablet else 401)  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
def pair(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link takes nothing, because cameras and messengers fetch links; its button pairs this browser."""
    if request.method == "GET":
        kiosk = kiosks.waiting_for(token)
        if kiosk is None:
            raise Http404
        return page(request, "kiosk/pair.html", {"kiosk": kiosk})
    _kiosk, device = kiosks.pair(token, by=None)
    logout(request)
    response = redirect("kiosk")
    response.set_cookie(COOKIE, device, max_age=YEARS, secure=settings.HTTPS, httponly=True, samesite="Lax")
    return response
