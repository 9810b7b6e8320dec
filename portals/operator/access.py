"""Who is signed in at the operator console: by a cookie of its own, never by Django's session, which is a factory's."""

from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from operators.actions import session_of
from operators.models import OperatorSession


def cookie_name() -> str:
    return "__Host-operator" if settings.HTTPS else "operator"


def for_operators(view):
    """Everybody else is led to the sign-in, whatever was sent; no browser keeps the page."""

    @never_cache
    @wraps(view)
    def run(request, *args, **kwargs):
        request.operator_session = _session(request)
        if request.operator_session is None:
            return redirect("operator:sign_in")
        request.operator = request.operator_session.operator
        return view(request, *args, **kwargs)

    return run


def keep(response: HttpResponse, token: str) -> HttpResponse:
    """Gone with the browser; not sent along from any other site, not even by a link."""
    response.set_cookie(cookie_name(), token, secure=settings.HTTPS, httponly=True, samesite="Strict")
    return response


def forget(response: HttpResponse) -> HttpResponse:
    """As it was set: browsers take a __Host- cookie from nobody who does not say Secure, not even to drop it."""
    response.set_cookie(cookie_name(), "", max_age=0, secure=settings.HTTPS, httponly=True, samesite="Strict")
    return response


def is_signed_in(request: HttpRequest) -> bool:
    return _session(request) is not None


def _session(request: HttpRequest) -> OperatorSession | None:
    token = request.COOKIES.get(cookie_name(), "")
    return session_of(token) if token else None
