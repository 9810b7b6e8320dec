"""What proves it: photos, reviews, the plan for a major hazard, and each request for more time."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core.models import Attachment
from core.workflow import Step, Workflow
from hazards.models.hazards import Hazard


class Evidence(models.Model):
    class Stage(models.TextChoices):
        BEFORE = "before", _("Before")
        AFTER = "after", _("After")
        CONTROL = "control", _("Temporary control")

    hazard = models.ForeignKey(Hazard, models.CASCADE, related_name="evidence")
    attachment = models.OneToOneField(Attachment, models.PROTECT, related_name="+")
    stage = models.CharField(max_length=7, choices=Stage.choices)
    round = models.IntegerField(default=1)
    # Another hazard's photo that is the same shot, as far as a comparison can tell; reviewers see both.
    like = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["id"]


class Review(models.Model):
    """One reviewer's decision in one round; a person decides at one stage only."""

    class Stage(models.TextChoices):
        FIRST = "first", _("Team leader")
        SECOND = "second", _("Safety officer")
        FINAL = "final", _("Leader in charge")
        HEAD = "head", _("Head of the factory")

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


class PlanStatus(models.TextChoices):
    WAITS_LEADER = "waits_leader", _("The leader in charge has to agree")
    WAITS_HEAD = "waits_head", _("The head of the factory has to approve")
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Returned")


PLAN_WORKFLOW = Workflow(
    Step("pass_leader", (PlanStatus.WAITS_LEADER,), PlanStatus.WAITS_HEAD, "hazards.approve_plan", "plan.passed", _("Agree")),
    Step("pass_head", (PlanStatus.WAITS_HEAD,), PlanStatus.APPROVED, "hazards.approve_plan_last", "plan.approved", _("Approve")),
    Step("return_leader", (PlanStatus.WAITS_LEADER,), PlanStatus.RETURNED, "hazards.approve_plan", "plan.returned", _("Return"), needs_note=True),
    Step("return_head", (PlanStatus.WAITS_HEAD,), PlanStatus.RETURNED, "hazards.approve_plan_last", "plan.returned", _("Return"), needs_note=True),
)  # fmt: skip


POINTS = ("situation", "gravity", "goal", "methods", "funds", "people", "schedule", "emergency")


class PlanQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Whoever sees the hazard reads its plan."""
        return self.filter(hazard__in=Hazard.objects.visible_to(user))


class RectificationPlan(models.Model):
    """治理方案 of a major hazard: what the report must say, and the six fields that the law asks for."""

    hazard = models.ForeignKey(Hazard, models.CASCADE, related_name="plans")
    status = models.CharField(max_length=14, choices=PlanStatus.choices, default=PlanStatus.WAITS_LEADER)
    situation = models.TextField(_("how it stands, and why"))
    gravity = models.TextField(_("what it can do, and how hard it is to fix"))
    goal = models.TextField(_("goal and tasks"))
    methods = models.TextField(_("methods and measures"))
    funds = models.TextField(_("money and material"))
    people = models.TextField(_("who does it"))
    schedule = models.TextField(_("time limits"))
    emergency = models.TextField(_("safety measures and emergency plan"))
    due_at = models.DateTimeField(_("to be fixed by"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    leader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    leader_at = models.DateTimeField(null=True)
    head = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    head_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["hazard"], condition=~Q(status=PlanStatus.RETURNED), name="rectification_plan_one_running"
            ),
        ]

    @property
    def department_id(self):
        return self.hazard.department_id

    @property
    def points(self) -> list[tuple[str, str]]:
        """Each text with what it is about, in the order of the report."""
        return [(capfirst(label_of(name)), getattr(self, name)) for name in POINTS]

    @property
    def number(self) -> str:
        return self.hazard.number

    @property
    def title(self) -> str:
        return self.hazard.title


def label_of(point: str) -> str:
    """What this text of a plan is about."""
    return str(RectificationPlan._meta.get_field(point).verbose_name)  # type: ignore[union-attr]
