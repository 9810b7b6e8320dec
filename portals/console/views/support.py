"""Whether the service's support may look in, for how long, and which pages it opened."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from core.errors import Refusal
from core.models import Event
from people import support
from people.models import SupportAccess
from portals.console.forms.whole import AnswerSupportForm, OfferSupportForm
from portals.web import page, require

PER_PAGE = 50


@login_required
@require_safe
def index(request):
    require(request.user, "factory.manage")
    return _index(request)


def _all(request):
    return SupportAccess.objects.visible_to(request.user)


def _index(request, status: int = 200, form=None):
    accesses = Paginator(_all(request).select_related("opened_by"), PER_PAGE)
    standing = support.standing()
    is_asked = standing is not None and standing.status == SupportAccess.Status.ASKED
    context = {
        "page": accesses.get_page(request.GET.get("page")),
        "query": "",
        "standing": standing,
        "is_asked": is_asked,
        "form": form or (AnswerSupportForm() if is_asked else OfferSupportForm()),
    }
    return page(request, "console/whole/support.html", context, status=status)


@login_required
@require_safe
def show(request, pk: int):
    require(request.user, "factory.manage")
    access = get_object_or_404(_all(request).select_related("opened_by"), pk=pk)
    events = Event.objects.filter(subject_type=access._meta.label_lower, subject_id=str(access.pk))
    lines = Paginator(events.select_related("actor").order_by("-seq"), PER_PAGE)
    context = {"access": access, "page": lines.get_page(request.GET.get("page")), "query": ""}
    return page(request, "console/whole/support_access.html", context)


@login_required
@require_POST
def offer(request):
    require(request.user, "factory.manage")
    form = OfferSupportForm(request.POST)
    if not form.is_valid():
        return _index(request, 422, form)
    try:
        support.offer_support_access(**form.cleaned_data, by=request.user)
    except Refusal as refusal:
        form.add_error("reason", refusal.message)
        return _index(request, refusal.status, form)
    return redirect("console:support")


@login_required
@require_POST
def allow(request, pk: int):
    require(request.user, "factory.manage")
    access, form = get_object_or_404(_all(request), pk=pk), AnswerSupportForm(request.POST)
    if not form.is_valid():
        return _index(request, 422, form)
    support.open_support_access(access, form.cleaned_data["hours"], by=request.user)
    return redirect("console:support")


@login_required
@require_POST
def refuse(request, pk: int):
    require(request.user, "factory.manage")
    support.refuse_support_access(get_object_or_404(_all(request), pk=pk), by=request.user)
    return redirect("console:support")


@login_required
@require_POST
def end(request, pk: int):
    require(request.user, "factory.manage")
    support.end_support_access(get_object_or_404(_all(request), pk=pk), by=request.user)
    return redirect("console:support")
