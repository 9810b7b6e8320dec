"""Who wants a factory here, before there is one: public schema only.

A browser is known by a cookie, of whose token only the hash is kept.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.models import Factory


class Proof(models.Model):
    """Somebody shows that a phone number or an e-mail address is theirs, by typing a code that was sent there."""

    class Purpose(models.TextChoices):
        SIGN_UP = "sign_up", _("Sign-up")
        FIND = "find", _("Finding one's factories")

    class Way(models.TextChoices):
        PHONE = "phone", _("Phone")
        EMAIL = "email", _("E-mail")

    token_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    way = models.CharField(max_length=5, choices=Way.choices)
    address = models.CharField(max_length=200)
    identity = models.CharField(max_length=64, help_text="The same for all spellings of one number or mailbox.")
    language = models.CharField(max_length=10)
    agreed_to = models.CharField(max_length=10, default="", help_text="Day of the terms that were agreed to.")
    code_mark = models.CharField(max_length=64)
    tries = models.IntegerField(default=0)
    asked_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=300, default="", help_text="Why the code could not be sent.")
    confirmed_at = models.DateTimeField(null=True)


class Whereabouts(models.Model):
    """In which factory a phone number or e-mail address has an open account: marks and numbers only, no names."""

    mark = models.CharField(max_length=64, db_index=True)
    factory = models.ForeignKey(Factory, models.CASCADE, related_name="+")
    account = models.BigIntegerField(help_text="Its number in the factory.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["factory", "account", "mark"], name="whereabouts_once")]


class SignUp(models.Model):
    """A factory that was ordered: until it is open, and what came of it."""

    class Status(models.TextChoices):
        ORDERED = "ordered", _("Being opened")
        SENT_BACK = "sent_back", _("Needs another name")
        READY = "ready", _("Open")

    class Size(models.TextChoices):
        """How many people work there; what it costs says billing."""

        UP_TO_50 = "50", _("Up to 50")
        UP_TO_100 = "100", "51–100"
        UP_TO_300 = "300", "101–300"
        UP_TO_1000 = "1000", "301–1000"
        MORE = "more", _("More than 1000")

    proof = models.OneToOneField(Proof, models.PROTECT, related_name="sign_up")
    identity = models.CharField(max_length=64)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.ORDERED)
    pack = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    slug = models.CharField(max_length=30)
    look = models.CharField(max_length=30)
    size = models.CharField(max_length=4, choices=Size.choices)
    person = models.CharField(max_length=60)
    fault = models.CharField(max_length=300, default="", help_text="Why it was sent back.")
    ordered_at = models.DateTimeField(default=timezone.now)
    ready_at = models.DateTimeField(null=True)
    # The administrator's first sign-in needs no code: once, in the browser that signed up.
    entered_at = models.DateTimeField(null=True)
    factory = models.ForeignKey(Factory, models.SET_NULL, null=True, related_name="+")
    administrator = models.BigIntegerField(null=True, help_text="Number of the account in the factory.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["identity"], name="one_trial_each", condition=~Q(status="sent_back")),
            models.UniqueConstraint(fields=["look"], name="ordered_name_once", condition=Q(status="ordered")),
        ]
