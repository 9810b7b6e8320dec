"""The page on which anybody can check a certificate."""

from django.shortcuts import get_object_or_404

from facilities.calendar import today
from people.masks import masked
from portals.web import page
from tenants.current import current_factory
from training.models import Certificate
from training.printing import standing


def verify(request, token: str):
    """Only what a checker needs: whose it is (shortened), for what, until when, and whether it counts."""
    certificate = get_object_or_404(Certificate, token=token)
    context = {
        "certificate": certificate,
        "name": masked(certificate.name),
        "factory": current_factory(),
        "standing": standing(certificate, today()),
        "today": today(),
    }
    return page(request, "guest/certificate.html", context)
