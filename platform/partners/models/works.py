"""作业票: permits for special operations, and what is held against a contractor's people."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.models import Attachment
from core.workflow import Step, Workflow
from facilities.models import Area, Equipment
from partners.models.companies import Company
from partners.models.sites import CrewMember, Project
from training.models import Work


class WorkKind(models.TextChoices):
    HOT = "hot", _("Hot work")
    CONFINED = "confined", _("Confined space work")
    HEIGHT = "height", _("Work at height")
    LIFTING = "lifting", _("Lifting")
    POWER = "power", _("Temporary power")
    LOCKOUT = "lockout", _("Maintenance with lock-out")
    BLIND = "blind", _("Blind plate work")
    DIGGING = "digging", _("Digging")
    ROAD = "road", _("Closing a road")


# What a new factory begins with; the others are switched on by it.
BY_DEFAULT = (
    WorkKind.HOT,
    WorkKind.CONFINED,
    WorkKind.HEIGHT,
    WorkKind.LIFTING,
    WorkKind.POWER,
    WorkKind.LOCKOUT,
)


class WorkClass(models.TextChoices):
    """Only of hot work: 特级, 一级, 二级."""

    SPECIAL = "special", _("special class")
    FIRST = "first", _("first class")
    SECOND = "second", _("second class")


# The longest that a permit holds, 参照 GB 30871 (a company rule here, which its safety engineer confirms).
LASTS = {
    WorkKind.HOT: timedelta(hours=72),
    WorkKind.CONFINED: timedelta(hours=24),
    WorkKind.HEIGHT: timedelta(days=7),
    WorkKind.LIFTING: timedelta(hours=24),
    WorkKind.POWER: timedelta(days=15),
    WorkKind.LOCKOUT: timedelta(hours=24),
    WorkKind.BLIND: timedelta(hours=24),
    WorkKind.DIGGING: timedelta(days=15),
    WorkKind.ROAD: timedelta(days=7),
}
STRICT_HOT = timedelta(hours=8)
# Extended at most once, by as long again; only these.
EXTENDABLE = (WorkKind.HEIGHT, WorkKind.POWER, WorkKind.DIGGING)
# Whoever does it shows the licence of this work.
LICENCE_OF = {WorkKind.HOT: Work.HOT_WORK, WorkKind.HEIGHT: Work.HEIGHT, WorkKind.POWER: Work.ELECTRICAL, WorkKind.LIFTING: Work.CRANE}  # fmt: skip
# What is measured before the work begins, and again after each interruption: from, to; nothing is no limit.
OXYGEN, LEL, H2S, CO = "oxygen", "lel", "h2s", "co"
GAS_WORDS = {
    OXYGEN: _("oxygen, %"),
    LEL: _("flammable gas, % LEL"),
    H2S: _("hydrogen sulphide, mg/m³"),
    CO: _("carbon monoxide, mg/m³"),
}
GAS_LIMITS = {
    WorkKind.HOT: {LEL: (None, 10)},
    WorkKind.CONFINED: {OXYGEN: (19.5, 23.5), LEL: (None, 10), H2S: (None, 10), CO: (None, 20)},
}
GAS_FRESH = timedelta(minutes=30)


class WorkRule(models.Model):
    """Whether a kind of work takes a permit in this factory; what has no row is as a new factory begins."""

    kind = models.CharField(max_length=10, choices=WorkKind.choices, unique=True)
    is_on = models.BooleanField()

    class Meta:
        ordering = ["kind"]


class WorkStatus(models.TextChoices):
    APPLIED = "applied", _("Applied for")
    APPROVED = "approved", _("Approved")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Interrupted")
    HANDED_BACK = "handed_back", _("Handed back")
    EXPIRED = "expired", _("Expired")
    STOPPED = "stopped", pgettext_lazy("work permit", "Stopped")
    DECLINED = "declined", _("Declined")


LIVE = (WorkStatus.APPROVED, WorkStatus.RUNNING, WorkStatus.PAUSED)


def _is_on_site(user, permit) -> bool:
    """Who applied, and the guardian."""
    return user.pk in (permit.applicant_id, permit.guardian.user_id)


WORKS = Workflow(
    Step("approve", (WorkStatus.APPLIED,), WorkStatus.APPROVED, "partners.approve", "work.approved", _("Approve")),
    Step("decline", (WorkStatus.APPLIED,), WorkStatus.DECLINED, "partners.approve", "work.declined", _("Decline"), needs_note=True),
    Step("start", (WorkStatus.APPROVED,), WorkStatus.RUNNING, "partners.work", "work.started", _("Begin"), only=_is_on_site),
    Step("pause", (WorkStatus.RUNNING,), WorkStatus.PAUSED, "partners.work", "work.paused", _("Interrupt"), only=_is_on_site),
    Step("resume", (WorkStatus.PAUSED,), WorkStatus.RUNNING, "partners.work", "work.resumed", _("Go on with the work"), only=_is_on_site),
    Step("extend", (WorkStatus.RUNNING,), WorkStatus.RUNNING, "partners.approve", "work.extended", _("Extend"), is_turn=False, holds=("ends_at",)),
    Step("hand_back", LIVE, WorkStatus.HANDED_BACK, "partners.work", "work.handed_back", _("Hand it back"), only=_is_on_site),
    Step("stop", LIVE, WorkStatus.STOPPED, "partners.stop_work", "work.stopped", _("Stop the work"), needs_note=True, is_turn=False),
    Step("expire", (WorkStatus.APPLIED, *LIVE), WorkStatus.EXPIRED, "", "work.expired", _("Expires")),
)  # fmt: skip


class WorkPermitQuerySet(models.QuerySet):
    def visible_to(self, user):
        if user.can("partners.view") or user.can("partners.stop_work"):
            return self
        of_company = Q(project__company__members__user=user) if user.can("partners.papers") else Q(pk__in=[])
        mine = Q(applicant=user) | Q(guardian__user=user) | Q(crew__user=user)
        return self.filter(of_company | mine).distinct()

    def live(self):
        return self.filter(status__in=LIVE)


class WorkPermit(models.Model):
    """作业票: a special operation of a contractor at one place, from when to when, and who watches over it."""

    Status = WorkStatus

    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(_("kind of work"), max_length=10, choices=WorkKind.choices)
    grade = models.CharField(_("class"), max_length=7, choices=WorkClass.choices, blank=True)
    project = models.ForeignKey(Project, models.PROTECT, related_name="works")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    equipment = models.ForeignKey(Equipment, models.PROTECT, null=True, related_name="+")
    what = models.CharField(_("what is done"), max_length=200)
    measures = models.CharField(_("how it is made safe"), max_length=500)
    applicant = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    guardian = models.ForeignKey(CrewMember, models.PROTECT, related_name="+", verbose_name=_("guardian"))
    crew = models.ManyToManyField(CrewMember, related_name="works", verbose_name=_("who does it"))
    status = models.CharField(max_length=11, choices=WorkStatus.choices, default=WorkStatus.APPLIED)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    applied_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    is_extended = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True)

    objects = WorkPermitQuerySet.as_manager()

    class Meta:
        ordering = ["-applied_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="work_permit_ends_later")
        ]
        indexes = [models.Index(fields=["status", "ends_at"], name="work_permit_status")]

    @property
    def title(self) -> str:
        return f"{self.number} {self.get_kind_display()}"

    @property
    def company(self) -> Company:
        return self.project.company

    @property
    def department_id(self) -> int:
        return self.area.department_id

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def limits(self) -> dict:
        return GAS_LIMITS.get(self.kind, {})  # type: ignore[call-overload]


class GasReadingQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(permit__in=WorkPermit.objects.visible_to(user))


class GasReading(models.Model):
    """What was measured, and whether each value lay within its limits at that moment."""

    permit = models.ForeignKey(WorkPermit, models.CASCADE, related_name="readings")
    oxygen = models.DecimalField(GAS_WORDS[OXYGEN], max_digits=4, decimal_places=1, null=True)
    lel = models.DecimalField(GAS_WORDS[LEL], max_digits=5, decimal_places=1, null=True)
    h2s = models.DecimalField(GAS_WORDS[H2S], max_digits=6, decimal_places=1, null=True)
    co = models.DecimalField(GAS_WORDS[CO], max_digits=6, decimal_places=1, null=True)
    is_within = models.BooleanField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = GasReadingQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]


class ViolationQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(member__in=CrewMember.objects.visible_to(user))

    def counted(self):
        return self.filter(withdrawn_at=None)


class Violation(models.Model):
    """违章记分: points against one person; twelve in a year and nobody lets them in."""

    member = models.ForeignKey(CrewMember, models.PROTECT, related_name="violations")
    points = models.IntegerField(_("points"))
    what = models.CharField(_("what happened"), max_length=200)
    photo = models.ForeignKey(Attachment, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True, help_text="Why it was withdrawn.")

    objects = ViolationQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(points__gte=1, points__lte=12), name="violation_one_to_twelve")
        ]

    @property
    def title(self) -> str:
        return f"{self.member.user.name} · {self.what}"

    @property
    def company(self) -> Company:
        return self.member.project.company


class BanQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(member__in=CrewMember.objects.visible_to(user))

    def in_force(self):
        return self.filter(lifted_at=None)


class Ban(models.Model):
    """黑名单: somebody who comes in under no name and with no phone, found again by the ID number; with evidence."""

    member = models.ForeignKey(CrewMember, models.PROTECT, related_name="bans")
    id_mark = models.CharField(max_length=64, db_index=True)
    reason = models.CharField(max_length=200)
    evidence = models.ForeignKey(Attachment, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    appeal = models.CharField(max_length=500, blank=True)
    appealed_at = models.DateTimeField(null=True)
    appealed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answer = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = BanQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]

    @property
    def title(self) -> str:
        return self.member.user.name

    @property
    def company(self) -> Company:
        return self.member.project.company
