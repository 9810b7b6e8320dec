"""Money asked for and received: quote, request, confirmation, coupons. Every amount is in fen."""

import unicodedata
from datetime import date, datetime
from typing import NamedTuple
from uuid import uuid4

from dateutil.relativedelta import relativedelta
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.actions.trial import settle
from billing.bands import YEAR, Band, band_of
from billing.models import Coupon, Payment, Subscription
from core.errors import DomainError, WrongStatus
from core.events import action, emit
from tenants.current import in_factory
from tenants.models import Factory

Status, Way = Payment.Status, Payment.Way
# A request that nobody pays blocks no new one, but a page full of them helps nobody.
MOST_OPEN = 3


class Quote(NamedTuple):
    band: Band
    months: int
    coupon: Coupon | None
    price: int
    total: int

    @property
    def off(self) -> int:
        return self.price - self.total


def quote(factory: Factory, band: str, months: int = YEAR, coupon: str = "") -> Quote:
    """What it costs; a coupon that does not count is refused with the reason."""
    found = band_of(band)
    if not found.yuan:
        raise DomainError(
            _("For more than 1000 people the price is agreed on. Write to us, we call back the same day.")
        )
    price = found.fen(months)
    cut = _coupon(factory, coupon) if coupon.strip() else None
    return Quote(found, months, cut, price, price - (price * cut.percent // 100 if cut else 0))


def _coupon(factory: Factory, typed: str) -> Coupon:
    coupon = Coupon.objects.filter(code=normal(typed)).first()
    if coupon is None:
        raise DomainError(_("This coupon is not known. Look at its letters once more."))
    if coupon.ends_on and coupon.ends_on < timezone.localdate():
        raise DomainError(_("This coupon ended on %(day)s.") % {"day": coupon.ends_on})
    counted = coupon.payments.exclude(status=Status.VOID)
    if counted.filter(factory=factory).exists():
        raise DomainError(_("Your factory has used this coupon already."))
    if counted.count() >= coupon.most:
        raise DomainError(_("This coupon is used up."))
    return coupon


def normal(typed: str) -> str:
    return "".join(unicodedata.normalize("NFKC", typed).upper().split())


@action
def ask_payment(
    subscription: Subscription, *, by, way: str, band: str, coupon: str = "", title: str = "", tax_number: str = ""
) -> Payment:
    """A year in advance, by transfer or wallet. Inside the factory, whose history says who asked."""
    subscription = Subscription.objects.select_for_update().select_related("factory").get(pk=subscription.pk)
    refuse_renewing(subscription)
    factory = subscription.factory
    if factory.payments.filter(status=Status.ASKED, way=way).count() >= MOST_OPEN:
        raise DomainError(_("Three requests wait to be paid. Pay one of them, or withdraw it."))
    if coupon.strip():
        Coupon.objects.select_for_update().filter(
            code=normal(coupon)
        ).first()  # of two, the second waits and counts the first
    priced = quote(factory, band, YEAR, coupon)
    payment = _new(factory, way, priced, title=title.strip(), tax_number=normal(tax_number), asked_by=by.name)
    emit("subscription.asked", subscription, by=by, number=payment.number, total=payment.total, way=way)
    return payment


def refuse_renewing(subscription: Subscription) -> None:
    if subscription.renews:
        raise WrongStatus(_("The card renews by itself. End that first, then pay in another way."))


def _new(factory: Factory, way: str, priced: Quote, **more) -> Payment:
    facts = {"way": way, "band": priced.band.code, "months": priced.months, "price": priced.price}
    facts |= {"total": priced.total, "coupon": priced.coupon}
    payment = Payment.objects.create(factory=factory, factory_name=factory.name, number=no_number(), **facts, **more)
    give_number(payment)
    return payment


def no_number() -> str:
    """Stands in the place of a payment's number until it has one."""
    return uuid4().hex[:20]


def give_number(payment: Payment) -> None:
    payment.number = f"AH{timezone.localdate():%Y}-{payment.pk:06d}"
    payment.save(update_fields=["number"])


@transaction.atomic
def confirm_payment(payment: Payment, *, paid_at: datetime | None = None) -> Payment:
    """The money is there: a year more, from the end of what is paid or given already. Said twice it counts once."""
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    if payment.status == Status.PAID:
        return payment
    if payment.status == Status.VOID:
        raise WrongStatus(_("This request was withdrawn. Ask the factory for a new one."))
    if payment.factory_id is None:
        raise WrongStatus(_("This factory is not here any more. Send the money back."))
    subscription = Subscription.objects.select_for_update().select_related("factory").get(factory=payment.factory_id)
    if subscription.renews:
        raise WrongStatus(_("This factory pays by card now. End that first, or send the money back."))
    payment.status, payment.paid_at = Status.PAID, paid_at or timezone.now()
    payment.from_at = max(payment.paid_at, subscription.ends_at)
    payment.until_at = payment.from_at + relativedelta(months=payment.months)
    payment.save()
    subscription.plan, subscription.band, subscription.ends_at = "prepaid", payment.band, payment.until_at
    subscription.is_refused = subscription.is_ending = False
    subscription.version += 1
    subscription.save()
    settle(subscription)
    note_paid(subscription, payment)
    return payment


def note_paid(subscription: Subscription, payment: Payment) -> None:
    """In the factory's own history; the clock, because who confirms has no account there."""

    @action
    def note() -> None:
        day = f"{timezone.localtime(subscription.ends_at):%Y-%m-%d}"
        emit("subscription.paid", subscription, by=None, number=payment.number, total=payment.total, day=day)

    with in_factory(subscription.factory):
        note()


@transaction.atomic
def void_payment(payment: Payment, *, reason: str) -> Payment:
    """A request that will not be paid; its coupon can be used again."""
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    if payment.status != Status.ASKED:
        raise WrongStatus(_("This is paid or withdrawn already."))
    payment.status, payment.reason = Status.VOID, reason.strip()[:200]
    payment.save()
    return payment


def make_coupon(code: str, percent: int, most: int, *, ends_on: date | None = None, note: str = "") -> Coupon:
    code = normal(code)
    if not code.isalnum() or not code.isascii():
        raise DomainError(_("A coupon is made of letters and digits."))
    try:
        with transaction.atomic():
            return Coupon.objects.create(code=code, percent=percent, most=most, ends_on=ends_on, note=note.strip())
    except IntegrityError:
        raise DomainError(_("There is such a coupon already.")) from None


def end_coupon(coupon: Coupon) -> None:
    """From today on nobody begins with it; what was asked with it stays."""
    Coupon.objects.filter(pk=coupon.pk).update(most=coupon.payments.exclude(status=Status.VOID).count())
