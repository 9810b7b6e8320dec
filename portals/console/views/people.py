"""The factory's people: found by name, sound or number; written down, changed, closed."""

from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError
from core.events import history
from facilities.models import Department
from people import actions, second_factor
from people.kiosks import drop_pin
from people.models import Pin, User
from people.work_accounts import disconnect_account
from portals import absences, work_accounts
from portals.console.forms.people import ROLES, FindForm, PersonForm, SecondFactorRuleForm, filled_in
from portals.web import page, require

PER_PAGE = 50


@login_required
def index(request):
    require(request.user, "people.view")
    found = FindForm(request.GET).apply(User.objects.insiders()).select_related("department", "team", "job_role")
    kept = QueryDict(request.GET.urlencode(), mutable=True)
    kept.pop("page", None)
    context = {
        "page": Paginator(found.prefetch_related("grants").distinct(), PER_PAGE).get_page(request.GET.get("page")),
        "departments": Department.objects.all(),
        "roles": ROLES,
        "may_manage": request.user.can("people.manage"),
        "may_keep_tablets": request.user.can("people.kiosks"),
        "query": f"{kept.urlencode()}&" if kept else "",
    }
    return page(request, "console/people/list.html", context)


@login_required
def add(request):
    require(request.user, "people.manage")
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.add_user(form.person(), by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("%(name)s is written down.") % {"name": user.name})
            return redirect("console:person", pk=user.pk)
    return page(request, "console/people/add.html", {"form": form}, status=422 if form.errors else 200)


@login_required
def show(request, pk: int):
    require(request.user, "people.view")
    person = get_object_or_404(User.objects.insiders().select_related("department", "team", "job_role"), pk=pk)
    if request.method != "POST":
        return _show(request, person, PersonForm(initial=filled_in(person)))
    form = PersonForm(request.POST)
    if form.is_valid():
        try:
            actions.change_user(person, form.person(), by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("console:person", pk=pk)
    return _show(request, get_object_or_404(User, pk=pk), form, status=422)


def _show(request, person: User, form: PersonForm, status: int = 200, **more):
    context = {
        "person": person,
        "form": form,
        "events": history(person),
        "may_manage": request.user.can("people.manage"),
        "work_accounts": [row for row in work_accounts.accounts_of(person) if row["account"]],
        "has_second_factor": second_factor.has_one(person),
        "has_pin": Pin.objects.filter(person=person).exists(),
        "may_lend": request.user.can("people.lend", person),
        **absences.absences_of(person),
    }
    return page(request, "console/people/show.html", context | more, status=status)


@login_required
@require_POST
def lend(request, pk: int):
    """A stand-in for somebody who is away."""
    require(request.user, "people.lend")
    person = get_object_or_404(User.objects.select_related("department", "team", "job_role"), pk=pk)
    form = PersonForm(initial=filled_in(person))
    back = reverse("console:person", args=[pk])
    return absences.declare(request, person, lambda typed: _show(request, person, form, 422, absence=typed), back)


@login_required
@require_POST
def disconnect(request, pk: int):
    require(request.user, "people.manage")
    account = get_object_or_404(SocialAccount, pk=pk, user__in=User.objects.insiders())
    disconnect_account(account, by=request.user)
    messages.success(request, _("Disconnected. It opens this account no longer."))
    return redirect("console:person", pk=account.user_id)


@login_required
@require_POST
def account(request, pk: int, verb: str):
    """Close it, open it again, remove its PIN or second factor, or give a password, which is shown on this answer only."""
    require(request.user, "people.manage")
    person = get_object_or_404(User.objects.insiders(), pk=pk)
    form = PersonForm(initial=filled_in(person))
    if verb == "password":
        return _show(request, person, form, password=actions.give_password(person, by=request.user))
    if verb == "pin":
        drop_pin(person, by=request.user)
        messages.success(request, _("Removed. %(name)s chooses a new one after a code.") % {"name": person.name})
        return redirect("console:person", pk=pk)
    if verb in ("close", "second_factor"):
        act = actions.close_account if verb == "close" else second_factor.drop_for
        try:
            act(person, by=request.user, note=request.POST.get("note", ""))
        except DomainError as refusal:
            return _show(request, person, form, status=422, refusal=refusal.message)
    else:
        actions.reopen_account(person, by=request.user)
    return redirect("console:person", pk=pk)


@login_required
def second_factors(request):
    """Who of those whose role opens much signs in with a code of an app, and from when all of them have to."""
    require(request.user, "people.manage")
    form = SecondFactorRuleForm(request.POST or None)
    if request.POST.get("do") == "stop":
        second_factor.stop_requiring(request.tenant, by=request.user)
        return redirect("console:second_factors")
    if request.method == "POST" and form.is_valid():
        second_factor.require(request.tenant, form.cleaned_data["days"], by=request.user)
        return redirect("console:second_factors")
    people: Any = second_factor.those_meant().prefetch_related("grants")
    context = {
        "form": form,
        "people": people,
        "lacking": sum(not person.has_code for person in people),
        "asked_from": request.tenant.second_factor_from,
        "is_overdue": second_factor.is_overdue(request.tenant),
    }
    return page(request, "console/people/second_factors.html", context, status=422 if form.errors else 200)
