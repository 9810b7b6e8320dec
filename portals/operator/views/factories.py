"""All factories: how each one stands with its time and its work, and how sign-ups become factories that pay.

Of what stands in a factory only sums are shown: how many people, how many bytes, how many of the floor use it.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from adoption.figures import of_factory
from billing.models import Payment, Subscription, TextCount
from billing.texts import this_month
from core.errors import Refusal, WrongStatus
from core.models import Attachment, LedgerHead
from lifecycle import copies
from lifecycle.models import Deletion
from operators.factories import resume_factory, suspend_factory
from people import support
from people.models import User
from portals.operator import money
from portals.operator.access import for_operators
from portals.operator.forms import RestoreForm, SupportForm, SuspendForm, TimeForm
from signups.models import Proof, SignUp
from tenants.addresses import address_of
from tenants.current import in_factory
from tenants.models import Due, Factory

PER_PAGE = 50
FUNNEL_DAYS = 90
SOON = timedelta(days=7)


@for_operators
@require_safe
def index(request):
    words, group = request.GET.get("q", "").replace("\0", "").strip()[:60], request.GET.get("group", "")
    rows = _of(group, Factory.objects.filter(Q(name__icontains=words) | Q(domains__domain__icontains=words)))
    rows = rows.select_related("subscription").prefetch_related("domains").distinct().order_by("-created_at")
    dead = Due.objects.filter(factory=OuterRef("pk"), dead_at__isnull=False).order_by().values("factory")
    rows = rows.annotate(set_aside=Subquery(dead.annotate(n=Count("pk")).values("n")))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {"page": page, "words": words, "group": group, "groups": _groups(), "funnel": _funnel()}
    context["deletions"] = Deletion.objects.exclude(status=Deletion.Status.STOPPED).order_by("-asked_at")[:PER_PAGE]
    return render(
        request, "operator/factories/list.html", context | {"query": _query(words, group), "here": "factories"}
    )


def _of(group: str, rows: QuerySet[Factory]) -> QuerySet[Factory]:
    now = timezone.now()
    kinds = {
        "trial": Q(subscription__plan="trial", open_until__gt=now),
        "soon": Q(open_until__gt=now, open_until__lt=now + SOON),
        "paying": Q(subscription__plan__in=("prepaid", "card"), open_until__gt=now),
        "over": Q(open_until__lte=now),
        "paused": Q(status=Factory.Status.SUSPENDED),
    }
    return rows.filter(kinds[group]) if group in kinds else rows


def _groups() -> dict[str, int]:
    return {
        group: _of(group, Factory.objects.all()).count() for group in ("", "trial", "soon", "paying", "over", "paused")
    }


def _query(words: str, group: str) -> str:
    return urlencode({name: value for name, value in (("q", words), ("group", group)) if value})


def _funnel() -> list[tuple[str, int]]:
    """Of the last ninety days: asked for a code, typed it, ordered, opened, paid."""
    since = timezone.now() - timedelta(days=FUNNEL_DAYS)
    proofs = Proof.objects.filter(purpose=Proof.Purpose.SIGN_UP, asked_at__gte=since)
    orders = SignUp.objects.filter(ordered_at__gte=since)
    paid = Payment.objects.filter(status=Payment.Status.PAID, factory__created_at__gte=since)
    return [
        ("asked", proofs.values("identity").distinct().count()),
        ("proved", proofs.filter(confirmed_at__isnull=False).values("identity").distinct().count()),
        ("ordered", orders.count()),
        ("opened", orders.filter(status=SignUp.Status.READY).count()),
        ("paid", paid.values("factory").distinct().count()),
    ]


@for_operators
@require_safe
def show(request, pk: int):
    return _show(request, get_object_or_404(Factory, pk=pk))


def _show(request, factory: Factory, status: int = 200, refusal: str = "", **forms: Any):
    subscription = Subscription.objects.select_related("factory").filter(factory=factory).first()
    waiting = Due.objects.filter(factory=factory).aggregate(
        all=Count("pk", Q(dead_at=None)),
        late=Count("pk", Q(dead_at=None, due_at__lt=timezone.now() - timedelta(minutes=1))),
        set_aside=Count("pk", Q(dead_at__isnull=False)),
    )
    context: dict[str, Any] = {
        "shown": factory,
        "subscription": subscription,
        "waiting": waiting,
        "sums": _sums(factory),
        "texts": TextCount.objects.filter(factory=factory.pk, month=this_month()).first(),
    }
    context |= {
        "payments": factory.payments.order_by("-asked_at")[:20],
        "address": address_of(factory),
        "refusal": refusal,
    }
    archives = copies.kept(factory)
    context |= {
        "archives": archives,
        "restore": forms.get("restore") or RestoreForm(kept=archives),
        "being_restored": copies.being_restored(factory),
        "deletion": factory.deletions.filter(status=Deletion.Status.ASKED).first(),
    }
    with in_factory(factory):
        context["access"] = support.standing()
    context |= {
        "asking": forms.get("asking") or SupportForm(),
        "way_in": forms.get("way_in", ""),
        "suspend": forms.get("suspend") or SuspendForm(),
        "time": forms.get("time") or TimeForm(),
        "here": "factories",
    }
    return render(request, "operator/factories/show.html", context, status=status)


def _sums(factory: Factory) -> dict[str, Any]:
    with in_factory(factory):
        return {
            "people": User.objects.filter(is_active=True).count(),
            "seen": User.objects.aggregate(at=Max("last_login"))["at"],
            "bytes": Attachment.objects.aggregate(all=Sum("size"))["all"] or 0,
            "active": of_factory(),
            "entries": LedgerHead.objects.values_list("seq", flat=True).first() or 0,
        }


@for_operators
@require_POST
def suspend(request, pk: int):
    factory, form = get_object_or_404(Factory, pk=pk), SuspendForm(request.POST)
    if not form.is_valid():
        return _show(request, factory, 422, suspend=form)
    try:
        suspend_factory(factory, by=request.operator, reason=form.cleaned_data["reason"])
    except Refusal as refusal:
        return _show(request, factory, refusal.status, refusal.message)
    return redirect("operator:factory", pk=pk)


@for_operators
@require_POST
def restore(request, pk: int):
    """A worker does it; what came of it stands in the log."""
    factory = get_object_or_404(Factory, pk=pk)
    form = RestoreForm(request.POST, kept=copies.kept(factory))
    if not form.is_valid():
        return _show(request, factory, 422, restore=form)
    try:
        copies.order_restore(factory, **form.cleaned_data, by=request.operator)
    except Refusal as refusal:
        form.add_error("slug", refusal.message)
        return _show(request, factory, refusal.status, restore=form)
    return redirect("operator:factory", pk=pk)


@for_operators
@require_POST
def resume(request, pk: int):
    factory = get_object_or_404(Factory, pk=pk)
    try:
        resume_factory(factory, by=request.operator)
    except Refusal as refusal:
        return _show(request, factory, refusal.status, refusal.message)
    return redirect("operator:factory", pk=pk)


@for_operators
@require_POST
def give_time(request, pk: int):
    factory, form = get_object_or_404(Factory, pk=pk), TimeForm(request.POST)
    if not form.is_valid():
        return _show(request, factory, 422, time=form)
    subscription = get_object_or_404(Subscription.objects.select_related("factory"), factory=factory)
    try:
        money.give_time(subscription, form.cleaned_data["days"], by=request.operator)
    except Refusal as refusal:
        return _show(request, factory, refusal.status, refusal.message)
    return redirect("operator:factory", pk=pk)


@for_operators
@require_POST
def ask_support(request, pk: int):
    factory, form = get_object_or_404(Factory, pk=pk), SupportForm(request.POST)
    if not form.is_valid():
        return _show(request, factory, 422, asking=form)
    try:
        with in_factory(factory):
            support.ask_support_access(form.cleaned_data["reason"], by=request.operator)
    except Refusal as refusal:
        form.add_error("reason", refusal.message)
        return _show(request, factory, refusal.status, asking=form)
    return redirect("operator:factory", pk=pk)


@for_operators
@require_POST
def enter_support(request, pk: int):
    """The link leads to the factory's own host, where the operator is a stranger otherwise."""
    factory = get_object_or_404(Factory, pk=pk)
    try:
        with in_factory(factory):
            access = support.standing()
            if access is None:
                raise WrongStatus(_("The factory lets nobody in at the moment."))
            token = support.give_pass(access, by=request.operator)
    except Refusal as refusal:
        return _show(request, factory, refusal.status, refusal.message)
    return _show(request, factory, way_in=f"{address_of(factory)}/support/{token}/")
