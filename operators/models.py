"""Who runs the service for all factories: their accounts, sign-ins and what they did. Public schema only.

Django's own users and sessions exist in factories only, and stay there: an operator has no account in a factory, and
what signs somebody in there means nothing here.
"""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Operator(models.Model):
    name = models.CharField(max_length=60)
    password = models.CharField(max_length=128)
    second_factor = models.TextField(help_text="The secret of the authenticator app, encrypted.")
    last_step = models.BigIntegerField(default=0, help_text="The half minute whose code was used last: it counts once.")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="operator_name_once")]


class OperatorSession(models.Model):
    """A browser in which an operator is signed in; the cookie holds the token, this row its hash."""

    operator = models.ForeignKey(Operator, models.CASCADE, related_name="sessions")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()


class OperatorEntry(models.Model):
    """What an operator did, written once: the database refuses to change or remove it."""

    class What(models.TextChoices):
        SIGNED_IN = "signed_in", _("Signed in at the console")
        SIGNED_OUT = "signed_out", _("Signed out of the console")
        SESSIONS_ENDED = "sessions_ended", _("Ended all sign-ins")
        REPLAYED = "replayed", _("Replayed")
        SURPASSED = "surpassed", _("Removed: newer work does the same")
        DROPPED = "dropped", _("Dropped")
        UPGRADED = "upgraded", _("Asked for the upgrade once more")
        MADE = "made", _("Account opened")
        PASSWORD_SET = "password_set", _("New password")
        SECOND_FACTOR_SET = "second_factor_set", _("New second factor")
        CLOSED = "closed", _("Account closed")
        REOPENED = "reopened", _("Account opened again")
        PAYMENT_CONFIRMED = "payment_confirmed", _("Payment confirmed")
        PAYMENT_VOIDED = "payment_voided", _("Request to pay withdrawn")
        COUPON_MADE = "coupon_made", _("Coupon made")
        COUPON_ENDED = "coupon_ended", _("Coupon ended")
        SUSPENDED = "suspended", _("Factory paused")
        RESUMED = "resumed", _("Factory opened again")
        TIME_GIVEN = "time_given", _("Time given")
        TEMPLATE_APPROVED = "template_approved", _("Template approved")
        TEMPLATE_RETURNED = "template_returned", _("Template sent back")
        TEMPLATE_WITHDRAWN = "template_withdrawn", _("Template taken out of the market")
        EXPORTED = "exported", _("Factory exported")
        RESTORE_REFUSED = "restore_refused", _("Archive not restored")
        SUPPORT_ASKED = "support_asked", _("Asked to look into the factory")
        SUPPORT_ENTERED = "support_entered", _("Took the link into the factory")
        ANNOUNCED = "announced", _("Announced to the factories")
        ANNOUNCEMENT_ENDED = "announcement_ended", _("Announcement taken down")
        RESTORED = "restored", _("Factory restored from an archive")

    operator = models.ForeignKey(
        Operator, models.PROTECT, null=True, related_name="+", help_text="Empty: the server's command line."
    )
    about = models.ForeignKey(Operator, models.PROTECT, null=True, related_name="+", help_text="Whose account it was.")
    what = models.CharField(max_length=20, choices=What.choices)
    # No reference: a factory that is deleted takes nothing of this along.
    factory = models.BigIntegerField(null=True)
    factory_name = models.CharField(max_length=120, default="")
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-at", "-id"], name="operator_entries")]


class Announcement(models.Model):
    """What the service tells all factories: it stands above their pages from one moment to another."""

    class Kind(models.TextChoices):
        NEWS = "news", _("News")
        WORK = "work", _("Planned maintenance")
        TROUBLE = "trouble", _("Trouble")

    class Audience(models.TextChoices):
        ADMINS = "admins", _("Administrators")
        DESK = "desk", _("Everybody at the desk")
        ALL = "all", _("Everybody, phones too")

    kind = models.CharField(max_length=7, choices=Kind.choices)
    audience = models.CharField(max_length=6, choices=Audience.choices)
    text_zh = models.CharField(max_length=300)
    text_en = models.CharField(max_length=300)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    written_by = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="announcement_ends_later"
            )
        ]
