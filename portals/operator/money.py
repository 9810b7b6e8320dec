"""Billing's actions as an operator does them: what was done stands in the operators' log by the same transaction."""

from datetime import date

from django.db import transaction

from billing import actions
from billing.models import Coupon, Payment, Subscription
from operators.actions import note_done
from operators.models import Operator, OperatorEntry

What = OperatorEntry.What


@transaction.atomic
def confirm(payment: Payment, *, by: Operator) -> None:
    """The transfer is on the account."""
    note_done(What.PAYMENT_CONFIRMED, payment.factory, by=by, payment=payment.number, total=payment.total)
    actions.confirm_payment(payment)


@transaction.atomic
def void(payment: Payment, reason: str, *, by: Operator) -> None:
    note_done(What.PAYMENT_VOIDED, payment.factory, by=by, payment=payment.number, reason=reason)
    actions.void_payment(payment, reason=reason)


@transaction.atomic
def add_coupon(code: str, percent: int, most: int, ends_on: date | None, note: str, *, by: Operator) -> Coupon:
    coupon = actions.make_coupon(code, percent, most, ends_on=ends_on, note=note)
    note_done(What.COUPON_MADE, None, by=by, coupon=coupon.code, percent=percent, most=most)
    return coupon


@transaction.atomic
def end(coupon: Coupon, *, by: Operator) -> None:
    note_done(What.COUPON_ENDED, None, by=by, coupon=coupon.code)
    actions.end_coupon(coupon)


@transaction.atomic
def give_time(subscription: Subscription, days: int, *, by: Operator) -> None:
    note_done(What.TIME_GIVEN, subscription.factory, by=by, days=days)
    actions.give_time(subscription, days)
