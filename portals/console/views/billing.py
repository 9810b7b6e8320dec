"""What the factory pays: how long it is paid, what it costs, ways to pay, requests and receipts."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from billing import actions, gateway
from billing.bands import BANDS
from billing.models import Payment, Subscription
from core.errors import Refusal
from core.pdf import CONTENT_TYPE
from portals.console.forms.billing import PayForm, SizeForm
from portals.console.usage import usage
from portals.money import paper_of
from portals.web import page, require
from tenants.addresses import address_of

LISTED = 50


@login_required
@require_safe
def show(request):
    require(request.user, "billing.manage")
    if request.GET.get("paid"):
        messages.info(request, _("Thank you. The payment page reports to us; that takes a few seconds."))
        return redirect("console:billing")
    return _show(request)


def _show(request, form: PayForm | None = None, status: int = 200, refusal: str = ""):
    subscription = _found(request)
    payments = Payment.objects.filter(factory=request.tenant).order_by("-asked_at")[:LISTED]
    context = {"subscription": subscription, "payments": payments, "usage": usage(), "refusal": refusal}
    context |= {
        "form": form or PayForm(initial={"band": subscription.band}),
        "bands": BANDS,
        "by_card": gateway.is_there(),
    }
    context |= {"size": SizeForm(initial={"band": subscription.band}), "standing": request.tenant.standing}
    return page(request, "console/billing/show.html", context, status=status)


def _found(request) -> Subscription:
    found = actions.subscription_of(request.tenant)
    if found is None:  # an installation of one's own
        raise Http404
    return found


@login_required
@require_POST
def pay(request):
    """By the chosen way: a request with the account to pay to, or the card service's own page."""
    require(request.user, "billing.manage")
    form = PayForm(request.POST)
    if not form.is_valid():
        return _show(request, form, 422)
    said = form.cleaned_data
    try:
        return _WAYS[said.pop("way")](request, _found(request), said)
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return _show(request, form, refusal.status)


def _by_transfer(request, subscription: Subscription, said: dict[str, Any]):
    facts = {name: said[name] for name in ("band", "coupon", "title", "tax_number")}
    payment = actions.ask_payment(subscription, by=request.user, way=Payment.Way.TRANSFER, **facts)
    messages.success(
        request,
        _("Request %(number)s is made. Open its PDF: account and amount stand on it.") % {"number": payment.number},
    )
    return redirect("console:billing")


def _by_card(request, subscription: Subscription, said: dict[str, Any]):
    facts = {name: said[name] for name in ("band", "months", "coupon")}
    return redirect(actions.open_card_page(subscription, back=_back(request), **facts))


def _by_wallet(request, subscription: Subscription, said: dict[str, Any]):
    facts = {name: said[name] for name in ("band", "coupon")}
    return redirect(actions.open_wallet_page(subscription, by=request.user, back=_back(request), **facts))


_WAYS = {Payment.Way.TRANSFER: _by_transfer, Payment.Way.CARD: _by_card, Payment.Way.WALLET: _by_wallet}


def _back(request) -> str:
    return address_of(request.tenant) + reverse("console:billing")


@login_required
@require_POST
def customer_page(request):
    """Cards, receipts and the end of renewal are the card service's own pages."""
    require(request.user, "billing.manage")
    try:
        return redirect(actions.open_customer_page(_found(request), back=_back(request)))
    except Refusal as refusal:
        return _show(request, status=refusal.status, refusal=refusal.message)


@login_required
@require_POST
def change_size(request):
    require(request.user, "billing.manage")
    form = SizeForm(request.POST)
    try:
        if not form.is_valid():
            return _show(request, status=422, refusal=_("Choose a size from the list."))
        actions.change_band(_found(request), form.cleaned_data["band"], by=request.user)
    except Refusal as refusal:
        return _show(request, status=refusal.status, refusal=refusal.message)
    messages.success(request, _("Changed. The difference stands on the next invoice."))
    return redirect("console:billing")


@login_required
@require_POST
def withdraw(request, pk: int):
    require(request.user, "billing.manage")
    payment = get_object_or_404(Payment, pk=pk, factory=request.tenant)
    try:
        actions.void_payment(payment, reason=_("Withdrawn by the factory."))
    except Refusal as refusal:
        return _show(request, status=refusal.status, refusal=refusal.message)
    return redirect("console:billing")


@login_required
@require_safe
def paper(request, pk: int):
    """A request to pay, or the receipt once it is paid."""
    require(request.user, "billing.manage")
    payment = get_object_or_404(Payment, pk=pk, factory=request.tenant)
    made = HttpResponse(paper_of(payment), content_type=CONTENT_TYPE)
    made["Content-Disposition"] = f'inline; filename="{payment.number}.pdf"'
    return made
