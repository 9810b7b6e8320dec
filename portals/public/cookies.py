"""By what the bare host knows a browser again: a cookie for each purpose, and no session."""

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from signups.actions import KEPT, proof_of
from signups.models import Proof
from tenants.current import in_public

Purpose = Proof.Purpose
SHORT = 3600


def name_of(purpose: str) -> str:
    return f"__Host-{purpose}" if settings.HTTPS else purpose


def known(request: HttpRequest, purpose: str) -> Proof | None:
    return proof_of(request.COOKIES.get(name_of(purpose), ""), purpose)


def keep(response: HttpResponse, token: str, purpose: str) -> HttpResponse:
    """A sign-up can be gone on with for days; what somebody found is gone soon, for the browser may be another's."""
    age = int(KEPT.total_seconds()) if purpose == Purpose.SIGN_UP else SHORT
    response.set_cookie(name_of(purpose), token, max_age=age, secure=settings.HTTPS, httponly=True, samesite="Lax")
    return response


def forget(response: HttpResponse, purpose: str) -> HttpResponse:
    response.set_cookie(name_of(purpose), "", max_age=0, secure=settings.HTTPS, httponly=True, samesite="Lax")
    return response


def waits_for(cookies: Mapping[str, str]) -> int | None:
    """The sign-up whose progress a socket with these cookies may hear of."""
    with in_public():
        proof = proof_of(cookies.get(name_of(Purpose.SIGN_UP), ""), Purpose.SIGN_UP)
    sign_up = getattr(proof, "sign_up", None)
    return sign_up.pk if sign_up else None
