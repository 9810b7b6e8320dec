"""What people carry from factory to factory: what they agreed to here, and what came here from elsewhere."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models.companies import Company, CompanyDocument
from training.models import Enrolment, Licence


def _of_one(name: str) -> models.CheckConstraint:
    is_person, is_company = Q(user__isnull=False, company=None), Q(user=None, company__isnull=False)
    return models.CheckConstraint(condition=is_person | is_company, name=name)


class OwnQuerySet(models.QuerySet):
    def of(self, user):
        """Their own; of a company also what belongs to it."""
        own = Q(user=user)
        return self.filter(own | Q(company__members__user=user) if user.can("partners.papers") else own)


class ConsentQuerySet(OwnQuerySet):
    def visible_to(self, user):
        """Nobody's business but the owner's: where else they work is not for this factory."""
        return self.of(user)

    def open(self):
        return self.filter(status=Consent.Status.OPEN)


class Consent(models.Model):
    """带走: somebody of a contractor, or a company, lets these fields be carried to one other factory."""

    class Status(models.TextChoices):
        OPEN = "open", _("Waits to be taken")
        TAKEN = "taken", _("Taken by another factory")
        WITHDRAWN = "withdrawn", _("Consent withdrawn")
        ENDED = "ended", _("Not taken in time")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="consents")
    company = models.ForeignKey(Company, models.CASCADE, null=True, related_name="consents")
    parcel = models.UUIDField(unique=True, help_text="Under which it waits between the factories.")
    fields = models.JSONField(help_text="Which ones; never what stands in them.")
    sealed_code = models.TextField(blank=True, help_text="Shown to its owner as long as it waits.")
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.OPEN)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    given_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [_of_one("consent_of_one")]

    @property
    def is_in_force(self) -> bool:
        return self.status in (self.Status.OPEN, self.Status.TAKEN)


class CarriedQuerySet(OwnQuerySet):
    def visible_to(self, user):
        return self if user.can("partners.view") else self.of(user)

    def kept(self):
        return self.filter(withdrawn_at=None)


class Carried(models.Model):
    """带来的资料: what somebody, or a company, carried here from another factory, until they withdraw it there."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="carried")
    company = models.ForeignKey(Company, models.CASCADE, null=True, related_name="carried")
    parcel = models.UUIDField(unique=True)
    origin = models.CharField(max_length=120, blank=True, help_text="The other factory, where they let it be told.")
    taken_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)

    objects = CarriedQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [_of_one("carried_of_one")]


class CarriedItem(models.Model):
    """One field of it. mark: a hash, by which it is known whether it still stands here as it came."""

    carried = models.ForeignKey(Carried, models.CASCADE, related_name="items")
    field = models.CharField(max_length=20)
    mark = models.CharField(max_length=64, blank=True)
    former = models.CharField(max_length=60, blank=True, help_text="What had been typed here before.")
    checked_on = models.DateField(null=True, help_text="When the other factory checked it, if it did.")
    licence = models.ForeignKey(Licence, models.SET_NULL, null=True, related_name="carried")
    document = models.ForeignKey(CompanyDocument, models.SET_NULL, null=True, related_name="carried")
    training = models.JSONField(null=True, help_text="What was passed there: code, title, score, days.")
    enrolment = models.OneToOneField(
        Enrolment, models.SET_NULL, null=True, related_name="+", help_text="By which it counts here."
    )

    class Meta:
        ordering = ["id"]

    @property
    def counts(self) -> bool:
        """As long as it does at the other factory."""
        return self.enrolment is not None and self.enrolment.status == Enrolment.Status.EXEMPT
