"""值班表: a week as a table of shifts and days, for the whole factory or one workshop."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.errors import Refusal
from facilities.calendar import YEARS, today
from facilities.models import Department
from people import duty
from portals.console.roster import Week, entries, week_of
from portals.web import page, require


@login_required
def index(request):
    require(request.user, "console.open")
    if request.method == "POST":
        return _save(request)
    return _show(request, _week(request.GET))


def _week(asked: Mapping[str, str], typed: Mapping[str, str] | None = None) -> Week:
    return week_of(_day(asked.get("week", "")), _department(asked.get("place", "")), typed)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today()
    return day if day.year in YEARS[1:-1] else today()


def _department(text: str) -> Department | None:
    if not text:
        return None
    found = Department.objects.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 10 else None
    if found is None:
        raise Http404
    return found


def _show(request, week: Week, refusal: str = "", status: int = 200):
    context: dict[str, Any] = {
        "week": week,
        "places": Department.objects.filter(kind=Department.Kind.WORKSHOP),
        "may_enter": duty.may_enter(request.user, week.department),
        "today": today(),
        "refusal": refusal,
    }
    return page(request, "console/roster/week.html", context, status=status)


def _save(request):
    """A refusal leaves every name as it was typed."""
    week = _week(request.POST)
    try:
        changed = duty.enter_roster(entries(week, request.POST), by=request.user, department=week.department)
    except Refusal as refusal:
        return _show(request, _week(request.POST, request.POST), refusal.message, refusal.status)
    said = ngettext("Saved: %(n)d shift changed.", "Saved: %(n)d shifts changed.", len(changed)) % {"n": len(changed)}
    messages.success(request, said if changed else _("Nothing was changed."))
    return _back(week)


@login_required
@require_POST
def copy(request):
    week = _week(request.POST)
    made = duty.copy_week(week.monday, by=request.user, department=week.department)
    said = ngettext("%(n)d shift copied.", "%(n)d shifts copied.", len(made)) % {"n": len(made)}
    messages.success(request, said if made else _("There was nothing to copy."))
    return _back(week)


def _back(week: Week):
    place = week.department.pk if week.department else ""
    return redirect(f"{reverse('console:roster')}?week={week.monday}&place={place}")
