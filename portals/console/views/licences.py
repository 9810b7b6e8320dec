"""持证 at the desk: found, recorded, renewed, confirmed, taken back."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError, Refusal
from core.events import history
from facilities.calendar import today
from facilities.models import Department
from notifications.actions import mark_opened
from portals.console.forms.licences import GROUPS, WITHIN, AddForm, ExpiryForm, FindForm, ReviewForm
from portals.licences import OfficerCardForm, filled_in, has_faults, kinds, reason_in, take_sides
from portals.web import page, require
from training import actions
from training.models import Licence, LicenceKind
from training.models.licences import SOON

PER_PAGE = 50
NEAR = ("person__department", "person__team", "kind")


@login_required
def index(request):
    require(request.user, "training.view")
    seen = Licence.objects.visible_to(request.user)
    found = FindForm(request.GET).apply(seen).select_related(*NEAR)
    kept = QueryDict(request.GET.urlencode(), mutable=True)
    kept.pop("page", None)
    context = {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "figures": _figures(seen),
        "kinds": kinds(),
        "departments": Department.objects.all(),
        "groups": GROUPS,
        "within": WITHIN,
        "may_assign": request.user.can("training.assign"),
        "query": f"{kept.urlencode()}&" if kept else "",
    }
    return page(request, "console/licences/list.html", context)


def _figures(licences) -> dict[str, int]:
    current = Q(status=Licence.Status.CURRENT)
    soon = Q(ends_on__gte=today(), ends_on__lte=today() + timedelta(days=SOON))
    return licences.aggregate(
        all=Count("pk", filter=current),
        expired=Count("pk", filter=current & Q(ends_on__lt=today())),
        soon=Count("pk", filter=current & soon),
        filed=Count("pk", filter=Q(status=Licence.Status.FILED)),
    )


@login_required
def add(request):
    require(request.user, "training.assign")
    form = AddForm(request.POST or None, initial={"person": request.GET.get("person", "")})
    taken = take_sides(request) if request.method == "POST" else {}
    if request.method == "POST" and form.is_valid() and not has_faults(taken):
        try:
            made = actions.record_licence(form.cleaned_data["person"], form.card(taken), by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Recorded. It counts until %(day)s.") % {"day": made.ends_on})
            return redirect("console:licence", pk=made.pk)
    context = {"form": form, "taken": taken}
    return page(request, "console/licences/add.html", context, status=422 if request.method == "POST" else 200)


def _find(request, pk: int) -> Licence:
    require(request.user, "training.view")
    licences = Licence.objects.visible_to(request.user)
    near = (*NEAR, "recorded_by", "confirmed_by", "ended_by", "front__by", "back__by", "replaced_by")
    return get_object_or_404(licences.select_related(*near), pk=pk)


@login_required
def show(request, pk: int):
    licence = _find(request, pk)
    mark_opened(licence, by=request.user)
    return _show(request, licence)


def _show(request, licence: Licence, status: int = 200, **more):
    may_assign = request.user.can("training.assign", licence.person)
    others = Licence.objects.filter(person=licence.person_id, kind_code=licence.kind_code).exclude(pk=licence.pk)
    context = {
        "licence": licence,
        "others": others.select_related("kind").order_by("-issued_on", "-id"),
        "events": history(licence),
        "may_assign": may_assign,
        "form": _confirmation(licence) if may_assign and licence.status == Licence.Status.FILED else None,
        "expiry": ExpiryForm(prefix="x"),
        "review": ReviewForm(prefix="r"),
    }
    return page(request, "console/licences/show.html", context | more, status=status)


def _confirmation(licence: Licence, typed: QueryDict | None = None) -> OfficerCardForm:
    return OfficerCardForm(typed, kind=licence.kind, initial=filled_in(licence))


@login_required
def renew(request, pk: int):
    """A newer card of the same kind and person."""
    old = _find(request, pk)
    require(request.user, "training.assign", old.person)
    form = OfficerCardForm(request.POST or None, kind=LicenceKind.objects.newest().get(code=old.kind_code))
    taken = take_sides(request) if request.method == "POST" else {}
    if request.method == "POST" and form.is_valid() and not has_faults(taken):
        try:
            made = actions.renew_licence(old, form.card(taken), by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Renewed. It counts until %(day)s.") % {"day": made.ends_on})
            return redirect("console:licence", pk=made.pk)
    filed = Licence.objects.filter(person=old.person_id, kind_code=old.kind_code, status=Licence.Status.FILED).first()
    context = {"form": form, "taken": taken, "old": old, "filed": filed}
    return page(request, "console/licences/add.html", context, status=422 if request.method == "POST" else 200)


@login_required
@require_POST
def confirm(request, pk: int):
    licence = _find(request, pk)
    form = _confirmation(licence, request.POST)
    if not form.is_valid():
        return _show(request, licence, 422, form=form)
    card = form.card(take_sides(request))
    return _do(request, licence, partial(actions.confirm_licence, licence, card, by=request.user), form=form)


@login_required
@require_POST
def decline(request, pk: int):
    licence, note = _find(request, pk), reason_in(request)
    return _do(request, licence, partial(actions.decline_licence, licence, by=request.user, note=note), note=note)


@login_required
@require_POST
def withdraw(request, pk: int):
    licence, note = _find(request, pk), reason_in(request)
    return _do(request, licence, partial(actions.withdraw_licence, licence, by=request.user, note=note), note=note)


@login_required
@require_POST
def correct(request, pk: int):
    licence, form = _find(request, pk), ExpiryForm(request.POST, prefix="x")
    if not form.is_valid():
        return _show(request, licence, 422, expiry=form)
    do = partial(actions.correct_expiry, licence, by=request.user, **form.cleaned_data)
    return _do(request, licence, do, expiry=form)


@login_required
@require_POST
def review(request, pk: int):
    licence, form = _find(request, pk), ReviewForm(request.POST, prefix="r")
    if not form.is_valid():
        return _show(request, licence, 422, review=form)
    do = partial(actions.note_review, licence, by=request.user, **form.cleaned_data)
    return _do(request, licence, do, review=form)


def _do(request, licence: Licence, do: Callable[[], Licence], **typed):
    """What is refused is said above the page of the licence, with what was typed."""
    try:
        do()
    except Refusal as refusal:
        return _show(request, _find(request, licence.pk), refusal.status, refusal=refusal.message, **typed)
    messages.success(request, _("Saved."))
    return redirect("console:licence", pk=licence.pk)
