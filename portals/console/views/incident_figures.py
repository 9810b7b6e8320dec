"""Safe days and rates of injuries: each figure with what it is held against, and the rows behind it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.archives import year_of
from core.errors import DomainError
from facilities.calendar import today
from incidents import actions
from incidents.models import SafetyStart, WorkedHours
from insight.safety import base_of, counted_in, rates_of, safe_days
from portals.console.forms.incidents import HoursForm, StartForm
from portals.web import page, require

YEARS_BACK = 5


@login_required
def show(request):
    require(request.user, "incidents.view")
    return _show(request)


def _show(request, status: int = 200, **more):
    since, until = year_of(_year(request))
    until = min(until, today())
    base, counted = base_of(since, until), counted_in(since, until)
    start = SafetyStart.objects.first() or SafetyStart()
    context: dict[str, Any] = {
        "safe": safe_days(),
        "since": since,
        "until": until,
        "years": [today().year - n for n in range(YEARS_BACK)],
        "base": base,
        "counted": counted,
        "rates": rates_of(counted, base),
        "months": WorkedHours.objects.filter(month__year=since.year).select_related("by"),
        "may_manage": request.user.can("incidents.manage"),
        "hours_form": HoursForm(initial={"month": f"{today():%Y-%m}"}),
        "start_form": StartForm(initial={"starts_on": start.starts_on, "counts_first_aid": start.counts_first_aid}),
        **more,
    }
    return page(request, "console/incidents/figures.html", context, status=status)


def _year(request) -> date:
    asked, now = request.GET.get("year", ""), today()
    year = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == 4 else now.year
    return date(year if now.year - YEARS_BACK < year <= now.year else now.year, 1, 1)


@login_required
@require_POST
def hours(request):
    return _save(request, actions.enter_hours, hours_form=HoursForm(request.POST))


@login_required
@require_POST
def start(request):
    return _save(request, actions.change_safety_start, start_form=StartForm(request.POST))


def _save(request, act: Callable[..., Any], **sent: Any):
    """sent: the one form, by its name on the page."""
    require(request.user, "incidents.manage")
    [form] = sent.values()
    if form.is_valid():
        try:
            act(by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("console:incident_figures")
    return _show(request, 422, **sent)
