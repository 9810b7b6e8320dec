"""Contractors on site: projects, their crews, what they have read and signed, entry permits, and what the gate saw."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.models import Attachment
from core.workflow import Step, Workflow
from facilities.calendar import today
from facilities.models import Area
from inspections.models import Plan
from partners.models.companies import Company
from training.models import Work


class ProjectQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For whoever looks after partners all; of a company its administrator sees its own, a worker the one worked on."""
        if user.can("partners.view"):
            return self
        of_company = Q(company__members__user=user) if user.can("partners.papers") else Q(pk__in=[])
        return self.filter(of_company | Q(crew__user=user)).distinct()

    def running(self):
        return self.filter(is_ended=False, ends_on__gte=today())


class Project(models.Model):
    """承包项目: what a contractor does here, where, from when to when, and who of the factory answers for it."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="projects")
    code = models.CharField(max_length=6, unique=True, help_text="What people type at the gate.")
    name = models.CharField(_("name"), max_length=80)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("area"))
    host = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("our contact"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    is_construction = models.BooleanField(_("construction work"), default=False)
    is_ended = models.BooleanField(default=False, help_text="Ended before its last day.")
    plan = models.ForeignKey(
        Plan, models.SET_NULL, null=True, related_name="+", help_text="By which the factory checks it on site."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["-ends_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=models.F("starts_on")), name="project_ends_later")
        ]

    @property
    def title(self) -> str:
        return self.name

    @property
    def department_id(self) -> int:
        return self.area.department_id

    @property
    def is_over(self) -> bool:
        return self.is_ended or self.ends_on < today()


class Trade(models.TextChoices):
    WELDER = "welder", _("Welder")
    ELECTRICIAN = "electrician", _("Electrician")
    HEIGHT = "height", _("Works at height")
    CRANE = "crane", _("Crane driver")
    FORKLIFT = "forklift", _("Forklift driver")
    FITTER = "fitter", _("Fitter")
    PAINTER = "painter", _("Painter")
    BUILDER = "builder", _("Builder")
    LABOURER = "labourer", _("Labourer")


# Whoever has one of these trades shows the licence that the work takes.
LICENSED = {
    Trade.WELDER: Work.HOT_WORK,
    Trade.ELECTRICIAN: Work.ELECTRICAL,
    Trade.HEIGHT: Work.HEIGHT,
    Trade.CRANE: Work.CRANE,
    Trade.FORKLIFT: Work.FORKLIFT,
}


class CrewStatus(models.TextChoices):
    REGISTERING = "registering", _("Registers")
    WAITING = "waiting", _("Waits for approval")
    APPROVED = "approved", _("Approved")
    LEFT = "left", _("Left the project")


def _is_own(user, member) -> bool:
    return member.user_id == user.pk


CREW = Workflow(
    Step("submit", (CrewStatus.REGISTERING,), CrewStatus.WAITING, "partners.crew", "crew.submitted", _("Hand it in"), only=_is_own),
    Step("approve", (CrewStatus.WAITING,), CrewStatus.APPROVED, "partners.approve", "crew.approved", _("Let them in")),
    Step("return", (CrewStatus.WAITING,), CrewStatus.REGISTERING, "partners.approve", "crew.returned", _("Send it back"), needs_note=True),
    Step("reopen", (CrewStatus.WAITING, CrewStatus.APPROVED), CrewStatus.REGISTERING, "", "crew.reopened", _("Open it again")),
    Step("leave", (CrewStatus.REGISTERING, CrewStatus.WAITING, CrewStatus.APPROVED), CrewStatus.LEFT, "partners.manage", "crew.left", _("Sign off"), needs_note=True, is_turn=False),
)  # fmt: skip


class CrewQuerySet(models.QuerySet):
    def visible_to(self, user):
        if user.can("partners.view"):
            return self
        of_company = Q(project__company__members__user=user) if user.can("partners.papers") else Q(pk__in=[])
        return self.filter(of_company | Q(user=user)).distinct()

    def staying(self):
        return self.exclude(status=CrewStatus.LEFT)

    def near(self):
        """With what a page names of each."""
        return self.select_related("user", "badge", "project__company", "project__area", "project__host")


class CrewMember(models.Model):
    """进场人员: somebody of a contractor on one project."""

    Status = CrewStatus

    project = models.ForeignKey(Project, models.CASCADE, related_name="crew")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="crew_places")
    trade = models.CharField(_("trade"), max_length=12, choices=Trade.choices, blank=True)
    sealed_id = models.TextField(blank=True, help_text="The ID number, encrypted.")
    id_end = models.CharField(max_length=4, blank=True)
    id_mark = models.CharField(max_length=64, blank=True, db_index=True, help_text="Finds the same number again.")
    badge = models.ForeignKey(Attachment, models.PROTECT, null=True, related_name="+")
    face = models.TextField(blank=True, help_text="The badge's photo, small, as a data address: for the gate's list.")
    emergency_name = models.CharField(max_length=60, blank=True)
    emergency_phone = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=11, choices=CrewStatus.choices, default=CrewStatus.REGISTERING)
    note = models.CharField(max_length=200, blank=True, help_text="Why it was sent back, or why they left.")
    registered_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = CrewQuerySet.as_manager()

    class Meta:
        ordering = ["-registered_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="crew_member_once")]

    def __str__(self) -> str:
        return self.user.name

    @property
    def title(self) -> str:
        return self.user.name

    @property
    def company(self) -> Company:
        return self.project.company

    @property
    def department_id(self) -> int:
        return self.project.department_id

    @property
    def is_registered(self) -> bool:
        return bool(self.trade and self.sealed_id and self.badge_id and self.emergency_phone)

    @property
    def masked_id(self) -> str:
        return f"{'*' * 14}{self.id_end}" if self.id_end else ""

    @property
    def work(self) -> str:
        """The kind of high-risk work that the trade's licence is for; empty where it takes none."""
        return LICENSED.get(self.trade, "")  # type: ignore[call-overload]


class SiteTextQuerySet(models.QuerySet):
    def visible_to(self, user):
        """They hold no secrets: whoever signs one, or looks after partners, reads them all."""
        readers = ("partners.view", "partners.papers", "partners.crew")
        return self if any(user.can(permission) for permission in readers) else self.none()


class SiteText(models.Model):
    """A text that people sign, in versions: the briefing of the site 安全交底, and the safety agreement 安全管理协议."""

    class Kind(models.TextChoices):
        BRIEFING = "briefing", _("Site briefing")
        AGREEMENT = "agreement", _("Safety agreement")

    kind = models.CharField(max_length=9, choices=Kind.choices)
    version = models.IntegerField()
    body = models.TextField(help_text="Markdown, with gaps such as {{project}}.")
    minutes = models.IntegerField(default=6, help_text="The least that somebody has to read.")
    facts = models.JSONField(default=dict, help_text="What fills the gaps of the site.")
    published_at = models.DateTimeField(null=True, help_text="Empty: the draft.")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = SiteTextQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="site_text_version_once"),
            models.UniqueConstraint(fields=["kind"], condition=Q(published_at=None), name="site_text_one_draft"),
        ]

    @property
    def title(self) -> str:
        return str(self.get_kind_display())


class ReadingQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(member__in=CrewMember.objects.visible_to(user))


class Reading(models.Model):
    """How long one of the crew has read one version of the briefing, as the server saw it, and the signature under it."""

    member = models.ForeignKey(CrewMember, models.CASCADE, related_name="readings")
    text = models.ForeignKey(SiteText, models.PROTECT, related_name="readings")
    seconds = models.IntegerField(default=0)
    beaten_at = models.DateTimeField(null=True)
    signature = models.ForeignKey(Attachment, models.PROTECT, null=True, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the words as they stood on the page.")
    signed_at = models.DateTimeField(null=True)

    objects = ReadingQuerySet.as_manager()

    class Meta:
        ordering = ["-text__version"]
        constraints = [models.UniqueConstraint(fields=["member", "text"], name="reading_once")]

    @property
    def seconds_left(self) -> int:
        return max(0, self.text.minutes * 60 - self.seconds)


class EntryPermitQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(member__in=CrewMember.objects.visible_to(user))

    def in_force(self):
        return self.filter(status=EntryPermit.Status.ISSUED)


class EntryPermit(models.Model):
    """入场证: lets one of the crew in until the first of its reasons ends."""

    class Status(models.TextChoices):
        ISSUED = "issued", pgettext_lazy("entry permit", "Issued")
        REPLACED = "replaced", _("Replaced by a newer one")
        REVOKED = "revoked", _("Taken back")

    member = models.ForeignKey(CrewMember, models.CASCADE, related_name="permits")
    number = models.CharField(max_length=20, unique=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ISSUED)
    issued_at = models.DateTimeField(auto_now_add=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ends_on = models.DateField()
    ends_with = models.CharField(
        max_length=10, help_text="What ends first: project, licence, insurance, agreement, days."
    )
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True)

    objects = EntryPermitQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["member"], condition=Q(status="issued"), name="entry_permit_one_issued")
        ]

    @property
    def title(self) -> str:
        return f"{self.number} {self.member.user.name}"

    @property
    def company(self) -> Company:
        return self.member.project.company

    @property
    def days_left(self) -> int:
        return (self.ends_on - today()).days


class GatePassQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The gate's own record; nobody of a contractor reads who else came."""
        return self if user.can("gate.check") or user.can("partners.view") else self.none()


class GatePass(models.Model):
    """门岗记录: one scan, or one step through the gate. Only ever added; also what was done without network."""

    class Kind(models.TextChoices):
        CHECK = "check", _("Looked at")
        IN = "in", _("Went in")
        OUT = "out", _("Went out")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    member = models.ForeignKey(CrewMember, models.PROTECT, null=True, related_name="passes")
    permit = models.ForeignKey(EntryPermit, models.PROTECT, null=True, related_name="+")
    is_let_in = models.BooleanField(help_text="Green.")
    reason = models.CharField(max_length=20, blank=True, help_text="Code of the first reason against it.")
    words = models.CharField(max_length=200, blank=True)
    guard = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(help_text="Of a scan without network as its phone says, never later than it arrived.")
    received_at = models.DateTimeField(auto_now_add=True)
    is_offline = models.BooleanField(default=False)

    objects = GatePassQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "id"]
        indexes = [
            models.Index(fields=["member", "-at"], name="gate_pass_of_member"),
            models.Index(fields=["-at"], name="gate_pass_at"),
        ]
