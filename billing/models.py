"""What a factory has agreed to pay for, and what it paid: public schema only. Money is in fen, moments in UTC."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.bands import BANDS, Band, band_of
from tenants.current import current_factory
from tenants.models import Factory

BAND_CODES = [(band.code, band.code) for band in BANDS]
# While a refused card is asked again, nothing stops.
GRACE = timedelta(days=14)


class SubscriptionQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "SubscriptionQuerySet":
        return self.filter(factory=current_factory()) if user.can("billing.manage") else self.none()


class Subscription(models.Model):
    class Plan(models.TextChoices):
        TRIAL = "trial", _("Free trial")
        PREPAID = "prepaid", _("Paid in advance")
        CARD = "card", _("By card, renews by itself")

    factory = models.OneToOneField(Factory, models.CASCADE, related_name="subscription")
    plan = models.CharField(max_length=10, choices=Plan.choices, default=Plan.TRIAL)
    band = models.CharField(max_length=4, choices=BAND_CODES, default=BANDS[0].code)
    ends_at = models.DateTimeField(help_text="Until when the trial lasts, or it is paid.")
    is_refused = models.BooleanField(default=False, help_text="The card did not pay; it is asked again.")
    is_ending = models.BooleanField(default=False, help_text="By card, but not renewed any more.")
    customer = models.CharField(max_length=80, default="", help_text="Its number at the card service.")
    card_subscription = models.CharField(max_length=80, default="")
    version = models.IntegerField(default=0, help_text="Of two who looked at the card service, the later look counts.")

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer"], condition=~Q(customer=""), name="customer_of_one_factory")
        ]

    @property
    def priced(self) -> Band:
        return band_of(self.band)

    @property
    def renews(self) -> bool:
        return self.plan == self.Plan.CARD and not self.is_ending

    @property
    def days_left(self) -> int:
        return max(0, (self.ends_at - timezone.now()).days)

    @property
    def open_until(self) -> datetime | None:
        """When settings stop standing open; never in the demo."""
        if self.factory.is_demo:
            return None
        return self.ends_at + (GRACE if self.renews else timedelta())


class Coupon(models.Model):
    """So many per cent less, once for each factory."""

    code = models.CharField(max_length=20, unique=True)
    percent = models.IntegerField()
    most = models.IntegerField(help_text="How many factories may use it.")
    ends_on = models.DateField(null=True)
    note = models.CharField(max_length=100, default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(percent__gte=1, percent__lte=100), name="coupon_percent")]


class Payment(models.Model):
    """Money that was asked for, and came: a request until it is paid, then a receipt. Never changed after that."""

    class Way(models.TextChoices):
        TRANSFER = "transfer", _("Bank transfer")
        WALLET = "wallet", _("Alipay or WeChat Pay")
        CARD = "card", pgettext_lazy("way to pay", "Card")

    class Status(models.TextChoices):
        ASKED = "asked", _("To be paid")
        PAID = "paid", _("Paid")
        VOID = "void", _("Withdrawn")

    # A receipt outlives its factory.
    factory = models.ForeignKey(Factory, models.SET_NULL, null=True, related_name="payments")
    factory_name = models.CharField(max_length=120)
    number = models.CharField(max_length=20, unique=True)
    way = models.CharField(max_length=8, choices=Way.choices)
    status = models.CharField(max_length=5, choices=Status.choices, default=Status.ASKED)
    band = models.CharField(max_length=4, choices=BAND_CODES)
    months = models.IntegerField()
    price = models.IntegerField(help_text="Fen, before the coupon.")
    total = models.IntegerField(help_text="Fen, as paid.")
    coupon = models.ForeignKey(Coupon, models.PROTECT, null=True, related_name="payments")
    title = models.CharField(max_length=120, default="", help_text="Who stands on the invoice (抬头).")
    tax_number = models.CharField(max_length=20, default="", help_text="Taxpayer's number (税号).")
    card_invoice = models.CharField(max_length=80, null=True, unique=True, help_text="Of the card service.")
    asked_by = models.CharField(max_length=60, default="")
    asked_at = models.DateTimeField(default=timezone.now)
    paid_at = models.DateTimeField(null=True)
    from_at = models.DateTimeField(null=True, help_text="What is paid begins then.")
    until_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, default="", help_text="Why it was withdrawn.")

    class Meta:
        indexes = [models.Index(fields=["status", "-asked_at"], name="payments_by_status")]

    @property
    def priced(self) -> Band:
        return band_of(self.band)

    @property
    def off(self) -> int:
        return self.price - self.total


class CardEvent(models.Model):
    """What the card service told, once for each of its events: the number is what stops a replay."""

    id = models.CharField(max_length=80, primary_key=True)
    kind = models.CharField(max_length=60)
    about = models.CharField(max_length=80, help_text="The number of the object; what it is now is asked anew.")
    received_at = models.DateTimeField(default=timezone.now)
    handled_at = models.DateTimeField(null=True)


class TextCount(models.Model):
    """Text messages that the gateway took in a month, which the service pays for; what each cost then is in the sum."""

    # No reference: what was paid for a factory that is gone was paid. 0: codes for people who have no factory yet.
    factory = models.BigIntegerField()
    month = models.DateField(help_text="Its first day.")
    texts = models.IntegerField(default=0)
    cost = models.IntegerField(default=0, help_text="Thousandths of a yuan.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "factory"], name="text_count_once")]
