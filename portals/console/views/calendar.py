"""The factory's own days and its shifts."""

from datetime import date
from itertools import groupby

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError
from core.words import say
from facilities import actions
from facilities.calendar import YEARS, Day, days_of_year, is_final, today
from facilities.models import Shift
from portals.console.forms.plans import DayForm, ShiftForm
from portals.web import page, require


@login_required
def days(request):
    """A year by months; a day that is clicked can be declared."""
    require(request.user, "inspections.view")
    if request.method == "POST":
        return _declare(request)
    chosen = _day(request.GET.get("day", ""))
    return _calendar(request, chosen.year if chosen else _year(request), chosen)


def _declare(request):
    form = DayForm(request.POST)
    if form.is_valid():
        day, what = form.cleaned_data["day"], form.cleaned_data["what"]
        try:
            if what == "official":
                actions.withdraw_day(day, by=request.user)
            else:
                actions.declare_day(day, by=request.user, is_workday=what == "work", name=form.cleaned_data["name"])
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Saved. Plans that look at the calendar follow."))
            return redirect(f"{reverse('console:calendar')}?year={day.year}")
    day = _day(request.POST.get("day", ""))
    return _calendar(request, day.year if day else today().year, day, form)


def _calendar(request, year: int, chosen: date | None, form: DayForm | None = None):
    rows = days_of_year(year)
    picked = next((row for row in rows if row.day == chosen), None)
    context = {
        "year": year,
        "before": year - 1 if year - 1 in YEARS else None,
        "after": year + 1 if year + 1 in YEARS else None,
        "is_final": is_final(year),
        "months": [_weeks(list(month)) for _number, month in groupby(rows, key=lambda row: row.day.month)],
        "today": today(),
        "chosen": picked,
        "form": form or (DayForm(initial=_initial(picked)) if picked else DayForm()),
        "own": [row for row in rows if row.own],
        "may_manage": request.user.can("facilities.manage"),
    }
    return page(request, "console/plans/calendar.html", context, status=422 if form else 200)


def _weeks(month: list[Day]) -> list[list[Day | None]]:
    """Weeks of seven from Monday on; what belongs to other months is empty."""
    cells: list[Day | None] = [None] * month[0].day.weekday() + list(month)
    cells += [None] * (-len(cells) % 7)
    return [cells[at : at + 7] for at in range(0, len(cells), 7)]


def _initial(row: Day) -> dict:
    what = "official" if not row.own else "work" if row.own.is_workday else "off"
    return {"day": row.day, "what": what, "name": row.own.name if row.own else ""}


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None


def _year(request) -> int:
    text = request.GET.get("year", "")
    year = int(text) if text.isdecimal() and len(text) == 4 else today().year
    return year if year in YEARS else today().year


@login_required
def shifts(request):
    require(request.user, "inspections.view")
    form = ShiftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_shift(by=request.user, **form.cleaned_data)
            return redirect("console:shifts")
        except DomainError as refusal:
            form.add_error(None, refusal.message)
    elif request.method == "POST":
        actions.refuse_unless_manager(request.user)
    context = {
        "shifts": Shift.objects.annotate(used=Count("plans", filter=Q(plans__is_active=True))).order_by(
            "starts_at", "code"
        ),
        "form": form,
        "may_manage": request.user.can("facilities.manage"),
    }
    return page(request, "console/plans/shifts.html", context, status=422 if form.errors else 200)


@login_required
def shift(request, pk: int):
    require(request.user, "facilities.manage")
    row = get_object_or_404(Shift, pk=pk)
    known = {"name": say(row.name), "starts_at": row.starts_at, "ends_at": row.ends_at}
    form = ShiftForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        changes = {name: value for name, value in form.cleaned_data.items() if value != known[name]}
        try:
            actions.change_shift(row, by=request.user, **changes)
            messages.success(request, _("Saved. Checks that are not open yet move with it."))
            return redirect("console:shifts")
        except DomainError as refusal:
            form.add_error(None, refusal.message)
    return page(request, "console/plans/shift.html", {"shift": row, "form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def remove(request, pk: int):
    actions.remove_shift(get_object_or_404(Shift, pk=pk), by=request.user)
    messages.success(request, _("The shift is gone."))
    return redirect("console:shifts")
