"""A certificate on paper, and the page on which anybody can check one."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.safestring import mark_safe

from facilities.calendar import today
from facilities.labels import drawn
from people.masks import masked
from portals.web import page
from tenants.current import current_factory
from training.models import Certificate


def standing(certificate: Certificate) -> str:
    """valid, expired or revoked."""
    if certificate.revoked_at:
        return "revoked"
    return "expired" if certificate.expires_on and certificate.expires_on < today() else "valid"


def paper(request: HttpRequest, certificate: Certificate) -> dict[str, Any]:
    """What is printed: the name as it was then, and a QR code that leads to the page for checking."""
    address = request.build_absolute_uri(reverse("verify", args=[certificate.token]))
    return {
        "certificate": certificate,
        "factory": current_factory(),
        "person": certificate.person,
        "qr": mark_safe(drawn(address)),  # noqa: S308 - drawn by us
        "address": address,
        "standing": standing(certificate),
    }


def verify(request, token: str):
    """Only what a checker needs: whose it is (shortened), for what, until when, and whether it counts."""
    certificate = get_object_or_404(Certificate, token=token)
    context = {
        "certificate": certificate,
        "name": masked(certificate.name),
        "factory": current_factory(),
        "standing": standing(certificate),
        "today": today(),
    }
    return page(request, "guest/certificate.html", context)
