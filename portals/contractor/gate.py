"""Who comes into the contractor's portal: its workers on their way in, and who looks after the company's papers."""

from collections.abc import Callable
from functools import wraps

from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from core.errors import NotAllowed
from partners.actions.companies import company_of
from partners.models import Company, CrewMember


def crew_page(view: Callable) -> Callable:
    """For a worker of a contractor; whoever is not signed in begins with the phone."""

    @wraps(view)
    def run(request, *args, **kwargs):
        if not request.user.is_authenticated:
            return redirect("contractor:start")
        if not request.user.can("partners.crew"):
            raise NotAllowed(_("This page is for contractors' workers."))
        return view(request, *args, **kwargs)

    return run


def own_place(request, pk: int) -> CrewMember:
    return get_object_or_404(CrewMember.objects.near().filter(user=request.user), pk=pk)


def contractor_page(view: Callable) -> Callable:
    """For the contractor's administrator; `request.company` is theirs."""

    @wraps(view)
    def run(request, *args, **kwargs):
        if not request.user.is_authenticated:
            return redirect("contractor:start")
        request.company = company_of(request.user) if request.user.can("partners.papers") else None
        if request.company is None or request.company.kind != Company.Kind.CONTRACTOR:
            raise NotAllowed(_("This page is for the contractor's administrator."))
        return view(request, *args, **kwargs)

    return run


def portal_page(view: Callable) -> Callable:
    """For everybody of a contractor."""

    @wraps(view)
    def run(request, *args, **kwargs):
        if not request.user.is_authenticated:
            return redirect("contractor:start")
        request.company = company_of(request.user)
        if request.company is None or request.company.kind != Company.Kind.CONTRACTOR:
            raise NotAllowed(_("This page is for people of contractors."))
        return view(request, *args, **kwargs)

    return run
