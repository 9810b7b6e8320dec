"""Whoever belongs to a partner stays in the partner's own portal; nobody else comes in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from core.errors import NotAllowed
from hazards.models import TO_FIX
from partners.actions.companies import company_of
from partners.models import Company, CorrectiveAction
from people.models import User
from portals.web import refusal_page

# Pages of the factory's own people. A label on a machine is for everybody who stands there.
_OURS, _FOR_EVERYBODY = ("field", "console"), ("field:qr",)


def is_partner(user: Any) -> bool:
    """Somebody of a company who does not also work for the factory."""
    return user.is_authenticated and not user.is_staff_member and company_of(user) is not None


class PortalMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        found = request.resolver_match
        if found.namespace not in _OURS or found.view_name in _FOR_EVERYBODY or not is_partner(request.user):
            return None
        if request.method in ("GET", "HEAD"):
            return redirect("supplier:home")
        return refusal_page(request, NotAllowed.status, _("This page is for the factory's own people."))


def _to_fix(company: Company) -> int:
    return CorrectiveAction.objects.filter(company=company, hazard__status__in=TO_FIX).count()


def company_page(view: Callable) -> Callable:
    """For people of a company; `request.company` is theirs."""

    @login_required(login_url="supplier:login")
    @wraps(view)
    def run(request, *args, **kwargs):
        user: User = request.user
        request.company = company_of(user) if user.can("partners.report") else None
        if request.company is None:
            raise NotAllowed(_("This page is for suppliers. Your own pages are at the factory's address."))
        request.to_fix = SimpleLazyObject(lambda: _to_fix(request.company))
        return view(request, *args, **kwargs)

    return run
