"""Paying by card: the service's own page takes the card, its events only say where to look.

Events come late, twice and in any order. So none of them is believed: each asks the service what is true now, and of two
who asked at the same time only the one whose look is still the last may write (`Subscription.version`).
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import stripe
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from billing import gateway
from billing.actions.payments import (
    ask_payment,
    confirm_payment,
    give_number,
    no_number,
    note_paid,
    quote,
    refuse_renewing,
    void_payment,
)
from billing.actions.trial import settle
from billing.bands import MONTH, YEAR, Band
from billing.models import CardEvent, Coupon, Payment, Subscription
from core.errors import DomainError
from core.events import action, emit
from tenants import due
from tenants.current import in_factory
from tenants.models import Factory

Plan = Subscription.Plan
CURRENCY = "cny"
EARLIEST_END = timedelta(days=2, hours=1)
WALLETS = ["alipay", "wechat_pay"]


class Overtaken(Exception):
    """Somebody else wrote what they saw meanwhile; look again."""


def subscription_of(factory: Factory) -> Subscription | None:
    return Subscription.objects.select_related("factory").filter(factory=factory).first()


def open_card_page(subscription: Subscription, *, band: str, months: int, coupon: str, back: str) -> str:
    """The address of the page that takes a card and renews by itself, each month or year; nothing changes until it is paid."""
    refuse_renewing(subscription)
    priced = quote(subscription.factory, band, months, coupon)
    with gateway.answering():
        customer = _customer(subscription)
        line = _price(priced.band, months) | {"recurring": {"interval": "month" if months == MONTH else "year"}}
        facts = {
            "factory": str(subscription.factory_id),
            "band": band,
            "coupon": priced.coupon.code if priced.coupon else "",
        }
        page = gateway.api().checkout.sessions.create(
            {
                "mode": "subscription",
                "customer": customer,
                "client_reference_id": str(subscription.factory_id),
                "line_items": [{"price_data": line, "quantity": 1}],
                "subscription_data": _first_charge(subscription) | {"metadata": facts},
                **({"discounts": [{"coupon": _cut(priced.coupon)}]} if priced.coupon else {}),
                **_ways_back(back),
            }
        )
    return str(page.url)


def _first_charge(subscription: Subscription) -> dict[str, Any]:
    """Nothing is charged before what is given or paid already is over; the service wants two days for that at least."""
    if subscription.ends_at < timezone.now() + EARLIEST_END:
        return {}
    return {"trial_end": int(subscription.ends_at.timestamp())}


def open_wallet_page(subscription: Subscription, *, by: Any, band: str, coupon: str, back: str) -> str:
    """A year at once by Alipay or WeChat Pay, which renew nothing."""
    payment = ask_payment(subscription, by=by, way=Payment.Way.WALLET, band=band, coupon=coupon)
    price = _price(payment.priced, YEAR) | {"unit_amount": payment.total}
    wanted = {
        "mode": "payment",
        "client_reference_id": payment.number,
        "payment_method_types": WALLETS,
        "payment_method_options": {"wechat_pay": {"client": "web"}},
        "line_items": [{"price_data": price, "quantity": 1}],
        **_ways_back(back),
    }
    try:
        with gateway.answering():
            wanted["customer"] = _customer(subscription)
            page = gateway.api().checkout.sessions.create(wanted, {"idempotency_key": payment.number})
    except DomainError as refusal:
        void_payment(payment, reason=refusal.message)
        raise
    return str(page.url)


def open_customer_page(subscription: Subscription, *, back: str) -> str:
    """The service's own page for cards, receipts and ending the renewal."""
    with gateway.answering():
        return str(
            gateway.api().billing_portal.sessions.create({"customer": _customer(subscription), "return_url": back}).url
        )


def change_band(subscription: Subscription, band: str, *, by: Any) -> None:
    """At once; what the rest of the paid time costs more or less stands on the next invoice."""
    priced = quote(subscription.factory, band)
    with gateway.answering():
        found = gateway.api().subscriptions.retrieve(subscription.card_subscription).to_dict()
        item = found["items"]["data"][0]
        months = YEAR if item["price"]["recurring"]["interval"] == "year" else MONTH
        price = {
            "currency": CURRENCY,
            "product": item["price"]["product"],
            "recurring": {"interval": item["price"]["recurring"]["interval"]},
            "unit_amount": priced.band.fen(months),
        }
        gateway.api().subscriptions.update(
            subscription.card_subscription,
            {
                "items": [{"id": item["id"], "price_data": price}],
                "proration_behavior": "create_prorations",
                "metadata": {"band": band},
            },
        )
    look_at(subscription.card_subscription, by=by)


def _customer(subscription: Subscription) -> str:
    if not subscription.customer:
        facts = {"name": subscription.factory.name, "metadata": {"factory": str(subscription.factory_id)}}
        made = gateway.api().customers.create(facts, {"idempotency_key": f"customer-{subscription.factory_id}"})
        subscription.customer = made.id
        Subscription.objects.filter(pk=subscription.pk).update(customer=made.id)
    return subscription.customer


def _price(band: Band, months: int) -> dict[str, Any]:
    return {
        "currency": CURRENCY,
        "unit_amount": band.fen(months),
        "product_data": {"name": f"安环 Anhuan · {band.words}"},
    }


def _cut(coupon: Coupon) -> str:
    """The same coupon at the card service, made when it is used for the first time."""
    name = f"anhuan-{coupon.code}"
    try:
        gateway.api().coupons.create({"id": name, "percent_off": coupon.percent, "duration": "once"})
    except stripe.InvalidRequestError as error:
        if error.code != "resource_already_exists":
            raise
    return name


def _ways_back(back: str) -> dict[str, str]:
    return {"success_url": f"{back}?paid=1", "cancel_url": back}


# What the service tells


def take_event(body: bytes, signature: str) -> None:
    """Keeps a signed event and lets a worker look; one that came before changes nothing."""
    event = gateway.signed_event(body, signature)
    about = event["data"]["object"].get("id") or ""
    with transaction.atomic():
        row, is_new = CardEvent.objects.get_or_create(id=event["id"], defaults={"kind": event["type"], "about": about})
        if is_new:
            due.for_everyone("billing.look", key=f"card:{row.pk}", wakes=True, event=row.pk)


def look(event: CardEvent) -> None:
    """Asks the service what is true now about what the event names."""
    kind = event.kind
    if kind.startswith("checkout.session."):
        _look_at_page(event.about)
    elif kind.startswith("customer.subscription."):
        look_at(event.about)
    elif kind.startswith("invoice."):
        _look_at_invoice(event.about)
    CardEvent.objects.filter(pk=event.pk).update(handled_at=timezone.now())


def _look_at_page(number: str) -> None:
    page = gateway.api().checkout.sessions.retrieve(number).to_dict()
    if page["mode"] == "subscription":
        if page["subscription"]:
            look_at(page["subscription"])
        return
    payment = Payment.objects.filter(number=page["client_reference_id"] or "").first()
    if payment is None:
        return
    if page["payment_status"] == "paid" and page["amount_total"] == payment.total:
        confirm_payment(payment)
    elif page["status"] == "expired" and payment.status == Payment.Status.ASKED:
        void_payment(payment, reason=_("Not paid within a day."))


def _look_at_invoice(number: str) -> None:
    invoice = gateway.api().invoices.retrieve(number).to_dict()
    row = Subscription.objects.select_related("factory").filter(customer=invoice["customer"] or "").first()
    if row is None:
        return
    of = ((invoice.get("parent") or {}).get("subscription_details") or {}).get("subscription")
    if of:
        look_at(of)
        row.refresh_from_db()
    if invoice["status"] == "paid" and invoice["amount_paid"]:
        _keep_receipt(row, invoice)


@transaction.atomic
def _keep_receipt(row: Subscription, invoice: Any) -> None:
    """Once for each invoice of the service."""
    line = invoice["lines"]["data"][0]
    facts: dict[str, Any] = {
        "factory": row.factory,
        "factory_name": row.factory.name,
        "number": no_number(),
        "way": Payment.Way.CARD,
        "status": Payment.Status.PAID,
        "band": row.band,
        "months": YEAR if (line["period"]["end"] - line["period"]["start"]) > 40 * 86400 else MONTH,
        "price": invoice["subtotal"],
        "total": invoice["amount_paid"],
        "paid_at": _moment(invoice["status_transitions"]["paid_at"]),
        "from_at": _moment(line["period"]["start"]),
        "until_at": _moment(line["period"]["end"]),
    }
    payment, is_new = Payment.objects.get_or_create(card_invoice=invoice["id"], defaults=facts)
    if is_new:
        give_number(payment)
        note_paid(row, payment)


def look_at(number: str, *, by: Any = None) -> None:
    """The subscription as the service has it now."""
    row = Subscription.objects.select_related("factory").filter(card_subscription=number).first() or _owner_of(number)
    if row is None:
        return  # of another installation that shares the account
    _write(row, gateway.api().subscriptions.retrieve(number).to_dict(), by)


def _owner_of(number: str) -> Subscription | None:
    customer = gateway.api().subscriptions.retrieve(number).customer
    return Subscription.objects.select_related("factory").filter(customer=customer).first()


@transaction.atomic
def _write(row: Subscription, found: Any, by: Any) -> None:
    before = (row.plan, row.band, row.ends_at, row.is_refused, row.is_ending)
    if row.card_subscription not in {"", found["id"]} and found["status"] not in {"active", "trialing"}:
        return  # an older one that ended; the present one counts
    facts = _facts(row, found)
    after = tuple(facts[name] for name in ("plan", "band", "ends_at", "is_refused", "is_ending"))
    facts["version"] = row.version + 1
    if not Subscription.objects.filter(pk=row.pk, version=row.version).update(**facts):
        raise Overtaken
    if after == before:
        return
    row.refresh_from_db()
    settle(row)
    _note_change(row, "subscription.refused" if facts["is_refused"] and not before[3] else "subscription.changed", by)


def _facts(row: Subscription, found: Any) -> dict[str, Any]:
    item = found["items"]["data"][0]
    status, metadata = found["status"], found["metadata"] or {}
    facts = {"card_subscription": found["id"], "band": metadata.get("band") or row.band, "plan": Plan.CARD}
    facts |= {"is_refused": False, "is_ending": bool(found["cancel_at_period_end"])}
    starts, ends = _moment(item["current_period_start"]), _moment(item["current_period_end"])
    if status in {"active", "trialing"}:
        return facts | {"ends_at": ends}
    if status in {"past_due", "unpaid"}:
        # The new period has begun and is not paid: what is paid ended where it began.
        return facts | {"ends_at": starts, "is_refused": True}
    if status in {"canceled", "incomplete_expired"} and row.card_subscription == found["id"]:
        ended = _moment(found["ended_at"]) if found["ended_at"] else ends
        return facts | {"ends_at": min(ended, ends), "plan": Plan.PREPAID, "card_subscription": "", "is_ending": False}
    # Begun and never paid: nothing changes.
    return {
        name: getattr(row, name) for name in ("card_subscription", "band", "plan", "ends_at", "is_refused", "is_ending")
    }


def _note_change(row: Subscription, event: str, by: Any) -> None:
    @action
    def note() -> None:
        emit(event, row, by=by, day=f"{timezone.localtime(row.ends_at):%Y-%m-%d}", band=row.band, plan=row.plan)

    with in_factory(row.factory):
        note()


def _moment(stamp: int) -> datetime:
    return datetime.fromtimestamp(stamp, tz=UTC)
