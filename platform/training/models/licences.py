"""Licences that other authorities give, and who may do which high-risk work because of them."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import Attachment
from core.secrets import unseal
from facilities.calendar import today

SOON = 30


class Work(models.TextChoices):
    """High-risk work that nobody does without being put on it."""

    HOT_WORK = "hot_work", _("Hot work")
    ELECTRICAL = "electrical", _("Electrical work")
    HEIGHT = "height", _("Work at height")
    FORKLIFT = "forklift", _("Driving a forklift")
    CRANE = "crane", _("Driving a crane")
    CONFINED_SPACE = "confined_space", _("Confined space work")


class LicenceKindQuerySet(models.QuerySet):
    def newest(self):
        return self.filter(pk__in=LicenceKind.objects.order_by("code", "-version").distinct("code").values("pk"))

    def of(self, code: str, issued_on: date):
        """The version that holds for what was issued on this day; the first one for what is older than all of them."""
        versions: list[LicenceKind] = list(LicenceKind.objects.filter(code=code).order_by("version"))
        fitting = [kind for kind in versions if kind.valid_from <= issued_on]
        return fitting[-1] if fitting else next(iter(versions), None)


class LicenceKind(models.Model):
    """A kind of licence as its rule was from a day on; what was issued before keeps the version that held then."""

    code = models.CharField(max_length=40)
    version = models.IntegerField(default=1)
    valid_from = models.DateField()
    name = models.JSONField()
    issuer = models.JSONField()
    valid_months = models.IntegerField()
    review_months = models.IntegerField(null=True, help_text="From issue to the review in between, where there is one.")
    reviewed_until = models.DateField(null=True, help_text="From this day on the review is not asked for any more.")
    is_health = models.BooleanField(default=False, help_text="Only a day, and fit or not: nothing medical is kept.")
    works = models.JSONField(default=list, help_text="Kinds of high-risk work that it allows.")
    sources = models.JSONField(default=list)

    objects = LicenceKindQuerySet.as_manager()

    class Meta:
        ordering = ["code", "-version"]
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="licence_kind_version_once")]


class LicenceQuerySet(models.QuerySet):
    def current(self):
        return self.filter(status=Licence.Status.CURRENT)

    def visible_to(self, user):
        """As certificates; whether somebody is fit is only for themselves and for whoever assigns."""
        seen = Q(person=user)
        for permission, rows in (("training.view", Q(kind__is_health=False)), ("training.assign", Q())):
            departments = user.departments_with(permission)
            seen |= rows & (Q(person__isnull=False) if departments is None else Q(person__department__in=departments))
        return self.filter(seen)


class Licence(models.Model):
    """One card or paper; a renewed one is a new row and never takes the place of the old one.

    ends_on: the last day on which it counts: expires_on, or the day of a review that was asked for and is not noted.
    """

    class Status(models.TextChoices):
        FILED = "filed", _("To be checked")
        CURRENT = "current", _("On record")
        REPLACED = "replaced", _("Replaced by a newer one")
        DECLINED = "declined", _("Sent back")
        WITHDRAWN = "withdrawn", _("Taken back")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="licences")
    kind = models.ForeignKey(LicenceKind, models.PROTECT, related_name="+")
    kind_code = models.CharField(max_length=40)
    sealed_number = models.TextField(blank=True, help_text="Often holds the identity number, so it is kept encrypted.")
    number_end = models.CharField(max_length=4, blank=True)
    issued_on = models.DateField()
    expires_on = models.DateField()
    expiry_note = models.CharField(max_length=200, blank=True, help_text="Why it is not the day that the rule gives.")
    review_due_on = models.DateField(null=True)
    reviewed_on = models.DateField(null=True)
    ends_on = models.DateField()
    is_fit = models.BooleanField(null=True)
    front = models.ForeignKey(Attachment, models.PROTECT, null=True, related_name="+")
    back = models.ForeignKey(Attachment, models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.CURRENT)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    replaced_by = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaces")
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True, help_text="Why it was sent back or taken back.")

    objects = LicenceQuerySet.as_manager()

    class Meta:
        ordering = ["ends_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind_code"], condition=Q(status="current"), name="licence_one_current"
            ),
            models.UniqueConstraint(
                fields=["person", "kind_code"], condition=Q(status="filed"), name="licence_one_filed"
            ),
        ]
        indexes = [models.Index(fields=["status", "ends_on"], name="licence_ends")]

    @property
    def title(self) -> dict:
        return self.kind.name

    @property
    def department_id(self) -> int | None:
        return self.person.department_id

    @property
    def full_number(self) -> str:
        return unseal(self.sealed_number)

    @property
    def days_left(self) -> int:
        return (self.ends_on - today()).days

    @property
    def needs_review(self) -> bool:
        return self.ends_on < self.expires_on

    @property
    def standing(self) -> str:
        """How a page marks it: its status, or of one on record how near its end is."""
        if self.status != self.Status.CURRENT:
            return self.status
        if self.is_fit is False:
            return "unfit"
        if self.days_left < 0:
            return "expired"
        return "soon" if self.days_left <= SOON else "valid"


class ClearanceQuerySet(models.QuerySet):
    def running(self):
        return self.filter(ended_at=None)

    def visible_to(self, user):
        departments = user.departments_with("training.view")
        if departments is None:
            return self
        return self.filter(Q(person=user) | Q(person__department__in=departments))


class Clearance(models.Model):
    """Somebody was put on a kind of high-risk work, and is until it ends."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="clearances")
    work = models.CharField(max_length=16, choices=Work.choices)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    given_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", help_text="Empty: the clock."
    )
    note = models.CharField(max_length=200, blank=True)

    objects = ClearanceQuerySet.as_manager()

    class Meta:
        ordering = ["work", "person__sort_key", "id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "work"], condition=Q(ended_at=None), name="clearance_one_running")
        ]

    @property
    def title(self) -> str:
        return str(self.get_work_display())

    @property
    def department_id(self) -> int | None:
        return self.person.department_id
