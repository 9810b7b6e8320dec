"""A company, who of it has an account, and its papers."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import Attachment
from facilities.calendar import today
from facilities.models import Department
from people.models import User

SOON = 30


class CompanyQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For whoever looks after partners all of them, for somebody of a company the own one."""
        if user.can("partners.view"):
            return self
        return self.filter(members__user=user)

    def suppliers(self):
        return self.filter(kind=Company.Kind.SUPPLIER)

    def contractors(self):
        return self.filter(kind=Company.Kind.CONTRACTOR)


class Company(models.Model):
    """合作单位: a supplier or a contractor."""

    class Kind(models.TextChoices):
        SUPPLIER = "supplier", _("Supplier")
        CONTRACTOR = "contractor", _("Contractor")

    class Standing(models.TextChoices):
        ACTIVE = "active", _("Works with us")
        SUSPENDED = "suspended", _("Suspended")
        ENDED = "ended", _("Ended")

    class Rhythm(models.TextChoices):
        MONTH = "month", _("every month")
        QUARTER = "quarter", _("every quarter")

    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.SUPPLIER)
    name = models.CharField(_("name"), max_length=80, unique=True)
    credit_code = models.CharField(_("credit code"), max_length=18, unique=True, null=True, blank=True)
    contact = models.CharField(_("contact"), max_length=60, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", verbose_name=_("looked after by"))
    standing = models.CharField(max_length=9, choices=Standing.choices, default=Standing.ACTIVE)
    rhythm = models.CharField(_("self-inspection"), max_length=7, choices=Rhythm.choices, default=Rhythm.MONTH)
    questionnaire = models.CharField(max_length=40, blank=True, help_text="Code of the checklist that it answers.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.standing == self.Standing.ACTIVE

    @property
    def users(self) -> models.QuerySet[User]:
        """Its people whose account is open, who came first first."""
        return User.objects.filter(membership__company=self, is_active=True).order_by("membership__joined_at", "pk")

    @property
    def administrator(self) -> User | None:
        """Who looks after its people here, as long as that account is open."""
        return self.users.filter(membership__is_administrator=True).first()


class CompanyMember(models.Model):
    """Somebody of a company with an account here; nobody belongs to two."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="membership")
    company = models.ForeignKey(Company, models.CASCADE, related_name="members")
    joined_at = models.DateTimeField(default=timezone.now)
    is_administrator = models.BooleanField(
        default=False, help_text="Invites colleagues, and gets what one leaves behind."
    )

    class Meta:
        ordering = ["joined_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["company"], condition=Q(is_administrator=True), name="company_one_administrator"
            )
        ]


class CompanyInvitation(models.Model):
    """A link by which somebody of the company makes an account, once; only the hash of its token is kept."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    phone = models.CharField(max_length=20, blank=True, help_text="Then only this number can sign in by it.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    used_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]

    @property
    def is_over(self) -> bool:
        return self.used_at is not None or self.expires_at <= timezone.now()


class CompanyDocumentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A contractor's worker has no business with the company's papers."""
        if not (user.can("partners.view") or user.can("partners.papers")):
            return self.none()
        return self.filter(company__in=Company.objects.visible_to(user))

    def current(self):
        return self.filter(status=CompanyDocument.Status.CURRENT)


class CompanyDocument(models.Model):
    """资质证书: a licence or insurance of a company; a newer one of the kind takes its place once it is checked."""

    class Kind(models.TextChoices):
        LICENCE = "licence", _("Business licence")
        PERMIT = "permit", _("Permit or qualification")
        SAFETY = "safety", _("Work safety permit")
        INSURANCE = "insurance", _("Insurance")
        AGREEMENT = "agreement", _("Safety agreement")
        OTHER = "other", _("Other paper")

    class Status(models.TextChoices):
        FILED = "filed", _("To be checked")
        CURRENT = "current", _("On record")
        REPLACED = "replaced", _("Replaced by a newer one")
        DECLINED = "declined", _("Sent back")

    company = models.ForeignKey(Company, models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    number = models.CharField(_("number"), max_length=60, blank=True)
    valid_until = models.DateField(_("valid until"))
    file = models.OneToOneField(Attachment, models.PROTECT, related_name="+")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.FILED)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(auto_now_add=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)

    objects = CompanyDocumentQuerySet.as_manager()

    class Meta:
        ordering = ["valid_until", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "kind"],
                condition=Q(status="current") & ~Q(kind__in=("permit", "other")),
                name="company_document_one_current",
            )
        ]

    @property
    def title(self) -> str:
        return str(self.get_kind_display())

    @property
    def department_id(self) -> int:
        return self.company.department_id

    @property
    def days_left(self) -> int:
        return (self.valid_until - today()).days

    @property
    def standing(self) -> str:
        """How a page marks it: its status, or of one on record how near its end is."""
        if self.status != self.Status.CURRENT:
            return self.status
        return "expired" if self.days_left < 0 else "soon" if self.days_left <= SOON else "valid"
