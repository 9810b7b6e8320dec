"""Find it, fix it, prove it: a hazard and everything that belongs to its record."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.events import register
from core.models import Attachment
from core.workflow import Step, Workflow
from facilities.models import Area, Department, Equipment
from people.models import Team

register(
    {
        "hazard.reported": _("Reported"),
        "hazard.confirmed": _("Level confirmed"),
        "hazard.assigned": _("Assigned"),
        "hazard.started": _("Fixing started"),
        "hazard.submitted": _("Fixed and submitted"),
        "hazard.reviewed": _("Review passed"),
        "hazard.returned": _("Returned"),
        "hazard.closed": _("Closed"),
        "hazard.merged": _("Merged"),
        "hazard.rejected": _("Not a hazard"),
        "hazard.voided": _("Declared void"),
        "hazard.escalated": _("Passed on to the next level"),
        "hazard.extension_requested": _("More time asked for"),
        "hazard.extension_decided": _("Request for more time decided"),
        "category.routed": _("Team for a category named"),
    }
)


class Level(models.TextChoices):
    """Three levels inside; the law knows two, so government figures count serious as general."""

    GENERAL = "general", _("General")
    SERIOUS = "serious", _("Serious")
    MAJOR = "major", _("Major")

    @property
    def rank(self) -> int:
        """Number of the risk shape: 1 major, 2 serious, 3 general."""
        return 3 - list(Level).index(self)


class LevelPolicy(models.Model):
    """Time limits of a level. A new version replaces it for new hazards; running ones keep theirs."""

    level = models.CharField(max_length=8, choices=Level.choices)
    version = models.IntegerField()
    acknowledge_minutes = models.IntegerField()
    rectify_hours = models.IntegerField()
    escalate_before_hours = models.IntegerField(default=12)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "version"], name="policy_version_once")]


class Category(models.Model):
    code = models.CharField(max_length=40, unique=True)
    name = models.JSONField()
    gbt13861 = models.IntegerField(
        help_text="Top class of GB/T 13861: 1 people, 2 things, 3 surroundings, 4 management."
    )
    level = models.CharField(max_length=8, choices=Level.choices)
    urgent_when = models.JSONField(null=True)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="+", help_text="Who fixes this by default.")

    class Meta:
        ordering = ["id"]


class Status(models.TextChoices):
    REPORTED = "reported", _("Reported")
    CONFIRMED = "confirmed", _("Level confirmed")
    ASSIGNED = "assigned", _("Assigned")
    RECTIFYING = "rectifying", _("Being fixed")
    FIRST_REVIEW = "first_review", _("Waits for the team leader")
    SECOND_REVIEW = "second_review", _("Waits for the safety officer")
    FINAL_REVIEW = "final_review", _("Waits for the leader in charge")
    CLOSED = "closed", _("Closed")
    MERGED = "merged", _("Merged")
    REJECTED = "rejected", _("Not a hazard")
    VOIDED = "voided", _("Void")


OPEN = (
    Status.REPORTED,
    Status.CONFIRMED,
    Status.ASSIGNED,
    Status.RECTIFYING,
    Status.FIRST_REVIEW,
    Status.SECOND_REVIEW,
    Status.FINAL_REVIEW,
)
_BEFORE_WORK = (Status.REPORTED, Status.CONFIRMED, Status.ASSIGNED)


def _is_owner(user, hazard) -> bool:
    return hazard.owner_id == user.pk


WORKFLOW = Workflow(
    Step("confirm", (Status.REPORTED,), Status.CONFIRMED, "hazards.confirm", "hazard.confirmed", _("Confirm the level")),
    Step("assign", (Status.CONFIRMED, Status.ASSIGNED), Status.ASSIGNED, "hazards.assign", "hazard.assigned", _("Assign")),
    Step("start", (Status.ASSIGNED,), Status.RECTIFYING, "hazards.rectify", "hazard.started", _("Start fixing"), only=_is_owner),
    Step("submit", (Status.RECTIFYING,), Status.FIRST_REVIEW, "hazards.rectify", "hazard.submitted", _("Submit for acceptance"), only=_is_owner),
    Step("pass_first", (Status.FIRST_REVIEW,), Status.SECOND_REVIEW, "hazards.review_first", "hazard.reviewed", _("Pass")),
    Step("pass_second", (Status.SECOND_REVIEW,), Status.FINAL_REVIEW, "hazards.review_second", "hazard.reviewed", _("Pass")),
    Step("pass_final", (Status.FINAL_REVIEW,), Status.CLOSED, "hazards.review_final", "hazard.closed", _("Pass and close")),
    Step("return_first", (Status.FIRST_REVIEW,), Status.RECTIFYING, "hazards.review_first", "hazard.returned", _("Return"), needs_note=True),
    Step("return_second", (Status.SECOND_REVIEW,), Status.RECTIFYING, "hazards.review_second", "hazard.returned", _("Return"), needs_note=True),
    Step("return_final", (Status.FINAL_REVIEW,), Status.RECTIFYING, "hazards.review_final", "hazard.returned", _("Return"), needs_note=True),
    Step("merge", _BEFORE_WORK, Status.MERGED, "hazards.dismiss", "hazard.merged", _("Merge as duplicate"), needs_note=True),
    Step("reject", _BEFORE_WORK, Status.REJECTED, "hazards.dismiss", "hazard.rejected", _("Not a hazard"), needs_note=True),
    Step("void", OPEN, Status.VOIDED, "hazards.dismiss", "hazard.voided", _("Void"), needs_note=True),
)  # fmt: skip


class HazardQuerySet(models.QuerySet):
    def open(self):
        return self.filter(status__in=OPEN)

    def overdue(self):
        return self.open().filter(due_at__lt=timezone.now())

    def waiting_for(self, user):
        """Open ones whose next step is this person's to take; of reviews, those that this person may still decide."""
        mine = Q(pk__in=[])
        for step in WORKFLOW.steps:
            if step.target in (Status.MERGED, Status.REJECTED, Status.VOIDED):
                continue
            waits = Q(status__in=set(step.source) - {step.target})
            departments = user.departments_with(step.permission)
            if step.only is _is_owner:
                if user.can(step.permission):
                    mine |= waits & Q(owner=user)
            elif departments is None:
                mine |= waits & ~Q(owner=user)
            else:
                mine |= waits & ~Q(owner=user) & Q(department_id__in=departments)
        decided = Review.objects.filter(reviewer=user, hazard=models.OuterRef("pk"), round=models.OuterRef("round"))
        return self.open().filter(mine).exclude(models.Exists(decided))

    def visible_to(self, user):
        """Everybody sees what they reported or must fix; the rest is seen by duty, for the departments they answer for."""
        own = Q(reporter=user) | Q(owner=user)
        if user.is_staff_member and user.team_id:
            own |= Q(team_id=user.team_id)
        departments = user.departments_with("hazards.view")
        if departments is None:
            return self
        return self.filter(own | Q(department_id__in=departments))


class Hazard(models.Model):
    class Source(models.TextChoices):
        INSPECTION = "inspection", _("Inspection")
        REPORT = "report", _("Reported on the spot")

    # Given by the form: a person who sends it twice makes one hazard.
    client_id = models.UUIDField(default=uuid.uuid4)
    number = models.CharField(_("number"), max_length=30, unique=True)
    status = models.CharField(max_length=14, choices=Status.choices, default=Status.REPORTED)
    source = models.CharField(max_length=12, choices=Source.choices)
    title = models.CharField(_("what is wrong"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    category = models.ForeignKey(Category, models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    equipment = models.ForeignKey(Equipment, models.PROTECT, null=True, blank=True, related_name="hazards")
    level = models.CharField(_("level"), max_length=8, choices=Level.choices)
    is_urgent = models.BooleanField(_("urgent"), default=False)
    is_machine_stopped = models.BooleanField(_("machine stopped"), null=True)
    policy = models.ForeignKey(LevelPolicy, models.PROTECT, null=True, related_name="+")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reported_hazards")
    reported_at = models.DateTimeField()
    phone_reported_at = models.DateTimeField(null=True, help_text="As the phone says; not trusted.")
    skew_seconds = models.IntegerField(null=True, help_text="The phone's clock minus ours.")
    confirmed_at = models.DateTimeField(null=True)
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="owned_hazards")
    assigned_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    cause = models.TextField(_("cause"), blank=True)
    measure = models.TextField(_("what was done"), blank=True)
    tests = models.JSONField(default=list, help_text='[{"name", "required", "result", "is_passed"}]')
    round = models.IntegerField(default=1, help_text="Counts up each time the fix is returned.")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    repeat_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="repeats")

    objects = HazardQuerySet.as_manager()

    class Meta:
        ordering = ["-reported_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["reporter", "client_id"], name="hazard_once_per_form")]
        indexes = [
            models.Index(fields=["-reported_at", "-id"], name="hazard_newest"),
            models.Index(fields=["status", "due_at"], name="hazard_status_due"),
            models.Index(fields=["equipment", "category", "reported_at"], name="hazard_repeats"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def noticed_at(self):
        """When it was reported on a phone without network, by our clock; None where it came at once."""
        if self.phone_reported_at is None:
            return None
        seen = self.phone_reported_at - timedelta(seconds=self.skew_seconds or 0)
        return seen if self.reported_at - seen >= timedelta(minutes=1) else None

    @property
    def is_overdue(self) -> bool:
        return bool(self.is_open and self.due_at and self.due_at < timezone.now())

    @property
    def escalate_at(self):
        """When the next level hears of it: some hours before the limit."""
        if not (self.due_at and self.policy):
            return None
        return self.due_at - timedelta(hours=self.policy.escalate_before_hours)


class Evidence(models.Model):
    class Stage(models.TextChoices):
        BEFORE = "before", _("Before")
        AFTER = "after", _("After")

    hazard = models.ForeignKey(Hazard, models.CASCADE, related_name="evidence")
    attachment = models.OneToOneField(Attachment, models.PROTECT, related_name="+")
    stage = models.CharField(max_length=6, choices=Stage.choices)
    round = models.IntegerField(default=1)

    class Meta:
        ordering = ["id"]


class Review(models.Model):
    """One reviewer's decision in one round; a person decides at one stage only."""

    class Stage(models.TextChoices):
        FIRST = "first", _("Team leader")
        SECOND = "second", _("Safety officer")
        FINAL = "final", _("Leader in charge")

    hazard = models.ForeignKey(Hazard, models.CASCADE, related_name="reviews")
    stage = models.CharField(max_length=6, choices=Stage.choices)
    round = models.IntegerField()
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    is_passed = models.BooleanField()
    note = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["hazard", "round", "stage"], name="review_stage_once"),
            models.UniqueConstraint(fields=["hazard", "round", "reviewer"], name="reviewer_one_stage"),
        ]


class Extension(models.Model):
    """A request for more time; the old date stays on record."""

    hazard = models.ForeignKey(Hazard, models.CASCADE, related_name="extensions")
    reason = models.TextField()
    old_due_at = models.DateTimeField()
    new_due_at = models.DateTimeField()
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    is_approved = models.BooleanField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["hazard"], condition=Q(is_approved=None), name="extension_one_open"),
        ]
