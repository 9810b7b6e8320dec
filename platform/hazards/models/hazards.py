"""A hazard, from the report to its closure, and the one table of the steps between them."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.workflow import Step, Workflow
from facilities.models import Area, Department, Equipment
from hazards.clauses import clause_of
from hazards.models.levels import Category, Level, LevelPolicy
from people.models import Team


class Status(models.TextChoices):
    REPORTED = "reported", _("Reported")
    CONFIRMED = "confirmed", _("Level confirmed")
    ASSIGNED = "assigned", _("Assigned")
    RECTIFYING = "rectifying", _("Being fixed")
    FIRST_REVIEW = "first_review", _("Waits for the team leader")
    SECOND_REVIEW = "second_review", _("Waits for the safety officer")
    FINAL_REVIEW = "final_review", _("Waits for the leader in charge")
    HEAD_REVIEW = "head_review", _("Waits for the head of the factory")
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
    Status.HEAD_REVIEW,
)
# It is with the one who fixes it.
TO_FIX = (Status.ASSIGNED, Status.RECTIFYING)
_BEFORE_WORK = (Status.REPORTED, Status.CONFIRMED, Status.ASSIGNED)


def _is_owner(user, hazard) -> bool:
    return hazard.owner_id == user.pk


_deciders: list[Callable[[Any, Any], bool]] = []


def decides_from_outside(function: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Registers a room's answer to "may this person decide which of the own people fixes it"."""
    _deciders.append(function)
    return function


def _may_hand_over(user, hazard) -> bool:
    """At a supplier's site also whoever of the supplier decides that."""
    if _is_owner(user, hazard):
        return True
    return hazard.source == Hazard.Source.SUPPLIER and any(decides(user, hazard) for decides in _deciders)


def _may_begin(hazard) -> bool:
    return not hazard.policy.needs_plan or hazard.plans.filter(status="approved").exists()


def _asks_team_leader(hazard) -> bool:
    return "first" in hazard.policy.stages


def _skips_team_leader(hazard) -> bool:
    return "first" not in hazard.policy.stages


def _asks_leader(hazard) -> bool:
    return "final" in hazard.policy.stages


def _skips_leader_not_head(hazard) -> bool:
    return "final" not in hazard.policy.stages and hazard.policy.needs_release


def _skips_leader_and_head(hazard) -> bool:
    return "final" not in hazard.policy.stages and not hazard.policy.needs_release


def _asks_head(hazard) -> bool:
    return hazard.policy.needs_release


def _skips_head(hazard) -> bool:
    return not hazard.policy.needs_release


_PROOF = _("a photo from before, a new one of the fixed place, what was done, and a test that passed")
_OTHERS = _("somebody who neither fixed it nor reviewed this fix before")

WORKFLOW = Workflow(
    Step("confirm", (Status.REPORTED,), Status.CONFIRMED, "hazards.confirm", "hazard.confirmed", _("Confirm the level")),
    Step("assign", (Status.CONFIRMED,), Status.ASSIGNED, "hazards.assign", "hazard.assigned", _("Assign")),
    Step("reassign", (Status.ASSIGNED, Status.RECTIFYING), Status.ASSIGNED, "hazards.assign", "hazard.assigned", _("Give it to somebody else"), is_turn=False, holds=("owner_id",)),
    Step("hand_over", (Status.ASSIGNED, Status.RECTIFYING), Status.ASSIGNED, "hazards.rectify", "hazard.handed_over", _("Hand over"), needs_note=True, only=_may_hand_over, is_turn=False, holds=("owner_id",)),
    Step("take_back", (Status.ASSIGNED, Status.RECTIFYING), Status.CONFIRMED, "", "hazard.taken_back", _("Take back"), is_turn=False, condition=_("who was to fix it is from outside and has no access any more")),
    Step("start", (Status.ASSIGNED,), Status.RECTIFYING, "hazards.rectify", "hazard.started", _("Start fixing"), only=_is_owner, when=_may_begin, condition=_("the plan is approved, where the level asks for one")),
    Step("submit", (Status.RECTIFYING,), Status.FIRST_REVIEW, "hazards.rectify", "hazard.submitted", _("Submit for acceptance"), only=_is_owner, when=_asks_team_leader, condition=_("the level asks the team leader"), needs=_PROOF),
    Step("submit", (Status.RECTIFYING,), Status.SECOND_REVIEW, "hazards.rectify", "hazard.submitted", _("Submit for acceptance"), only=_is_owner, when=_skips_team_leader, condition=_("the level skips the team leader"), needs=_PROOF),
    Step("pass_first", (Status.FIRST_REVIEW,), Status.SECOND_REVIEW, "hazards.review_first", "hazard.reviewed", _("Pass"), needs=_OTHERS),
    Step("pass_second", (Status.SECOND_REVIEW,), Status.FINAL_REVIEW, "hazards.review_second", "hazard.reviewed", _("Pass"), when=_asks_leader, condition=_("the level asks the leader in charge"), needs=_OTHERS),
    Step("pass_second", (Status.SECOND_REVIEW,), Status.CLOSED, "hazards.review_second", "hazard.closed", _("Pass and close"), when=_skips_leader_and_head, condition=_("the level skips the leader in charge and needs no release"), needs=_OTHERS),
    Step("pass_second", (Status.SECOND_REVIEW,), Status.HEAD_REVIEW, "hazards.review_second", "hazard.reviewed", _("Pass"), when=_skips_leader_not_head, condition=_("the level skips the leader in charge and needs the head's release"), needs=_OTHERS),
    Step("pass_final", (Status.FINAL_REVIEW,), Status.CLOSED, "hazards.review_final", "hazard.closed", _("Pass and close"), when=_skips_head, condition=_("the level needs no release"), needs=_OTHERS),
    Step("pass_final", (Status.FINAL_REVIEW,), Status.HEAD_REVIEW, "hazards.review_final", "hazard.reviewed", _("Pass"), when=_asks_head, condition=_("the level needs the head's release"), needs=_OTHERS),
    Step("pass_head", (Status.HEAD_REVIEW,), Status.CLOSED, "hazards.review_head", "hazard.closed", _("Release and close"), needs=_OTHERS),
    Step("return_first", (Status.FIRST_REVIEW,), Status.RECTIFYING, "hazards.review_first", "hazard.returned", _("Return"), needs_note=True),
    Step("return_second", (Status.SECOND_REVIEW,), Status.RECTIFYING, "hazards.review_second", "hazard.returned", _("Return"), needs_note=True),
    Step("return_final", (Status.FINAL_REVIEW,), Status.RECTIFYING, "hazards.review_final", "hazard.returned", _("Return"), needs_note=True),
    Step("return_head", (Status.HEAD_REVIEW,), Status.RECTIFYING, "hazards.review_head", "hazard.returned", _("Return"), needs_note=True),
    Step("merge", _BEFORE_WORK, Status.MERGED, "hazards.dismiss", "hazard.merged", _("Merge as duplicate"), needs_note=True, is_turn=False),
    Step("reject", _BEFORE_WORK, Status.REJECTED, "hazards.dismiss", "hazard.rejected", _("Not a hazard"), needs_note=True, is_turn=False),
    Step("void", OPEN, Status.VOIDED, "hazards.dismiss", "hazard.voided", _("Void"), needs_note=True, is_turn=False),
)  # fmt: skip


# Its level asks for a plan, and it is not approved: work waits.
_LACKS_PLAN = Q(policy__needs_plan=True, status__in=(Status.CONFIRMED, Status.ASSIGNED)) & (
    Q(plan_status=None) | ~Q(plan_status="approved")
)


def _related(model: str):
    return apps.get_model("hazards", model)._default_manager.filter(hazard=models.OuterRef("pk"))


def _with(user, permission: str) -> Q:
    """Hazards in whose departments the person holds this."""
    departments = user.departments_with(permission)
    return Q(pk__isnull=False) if departments is None else Q(department_id__in=departments)


class HazardQuerySet(models.QuerySet):
    def open(self):
        return self.filter(status__in=OPEN)

    def overdue(self):
        return self.open().filter(due_at__lt=timezone.now())

    def proven(self):
        """Without what was read in as closed: nothing here proves how."""
        return self.exclude(source=Hazard.Source.IMPORT, status=Status.CLOSED)

    def waiting_for(self, user):
        """Open ones whose next step is this person's to take; of reviews, those that this person may still decide."""
        mine = Q(pk__in=[])
        for step in WORKFLOW.steps:
            if not step.is_turn:
                continue
            waits = Q(status__in=step.source)
            departments = user.departments_with(step.permission)
            if step.only is _is_owner:
                if user.can(step.permission):
                    mine |= waits & Q(owner=user)
            elif departments is None:
                mine |= waits & ~Q(owner=user)
            else:
                mine |= waits & ~Q(owner=user) & Q(department_id__in=departments)
        reviews = apps.get_model("hazards", "Review")._default_manager
        decided = reviews.filter(reviewer=user, hazard=models.OuterRef("pk"), round=models.OuterRef("round"))
        turns = mine & ~models.Exists(decided) & ~(_LACKS_PLAN & Q(status=Status.ASSIGNED))
        return self.with_papers().open().filter(turns | self._papers_for(user))

    def with_papers(self):
        """What stands between confirmation and work: plan_status of the newest plan, and lowering of a level that waits."""
        plans = _related("RectificationPlan").order_by("-id")
        asked = _related("LevelChange").filter(is_approved=None)
        return self.annotate(
            plan_status=models.Subquery(plans.values("status")[:1]),
            lowering_by=models.Subquery(asked.values("asked_by")[:1]),
        )

    def _papers_for(self, user):
        """Plans to write and to approve, lower levels to agree to; nobody decides on what they wrote or asked for."""
        plans = _related("RectificationPlan")
        mine = _with(user, "hazards.write_plan") & _LACKS_PLAN & (Q(plan_status=None) | Q(plan_status="returned"))
        for permission, status in (
            ("hazards.approve_plan", "waits_leader"),
            ("hazards.approve_plan_last", "waits_head"),
        ):
            own = plans.filter(Q(author=user) | Q(leader=user), status=status)
            mine |= Q(_with(user, permission), _LACKS_PLAN, ~models.Exists(own), plan_status=status)
        return mine | _with(user, "hazards.lower_major") & Q(lowering_by__isnull=False) & ~Q(lowering_by=user.pk)

    def visible_to(self, user):
        """Everybody sees what they reported or must fix; the rest is seen by duty, for the departments they answer for."""
        own = (
            Q(reporter=user) | Q(owner=user) | Q(pk__in=user.joint_groups.filter(left_at=None).values("group__hazard"))
        )
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
        TIP = "tip", _("Reported without a name")
        SPECIAL = "special", _("Special check")
        EXTERNAL = "external", _("Outside check")
        SENSOR = "sensor", _("Sensor")
        SUPPLIER = "supplier", _("Supplier")
        INCIDENT = "incident", _("After an incident")
        DRILL = "drill", _("After a drill")
        IMPORT = "import", _("Read in from a list")

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
    # Legally major only with a clause of the official list; being urgent is the factory's own red line.
    is_legal_major = models.BooleanField(_("legally major"), default=False)
    clause = models.CharField(_("clause"), max_length=12, blank=True)
    clause_text = models.TextField(blank=True, help_text="As it read when it was chosen.")
    lec = models.JSONField(null=True, help_text='{"likelihood", "exposure", "consequence", "score"}')
    policy = models.ForeignKey(LevelPolicy, models.PROTECT, null=True, related_name="+")
    # Nobody where it was reported without a name.
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="reported_hazards")
    reported_at = models.DateTimeField()
    phone_reported_at = models.DateTimeField(null=True, help_text="As the phone says; not trusted.")
    skew_seconds = models.IntegerField(null=True, help_text="The phone's clock minus ours.")
    confirmed_at = models.DateTimeField(null=True)
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="owned_hazards")
    assigned_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    first_due_at = models.DateTimeField(null=True, help_text="The limit as it was first given.")
    controlled_at = models.DateTimeField(null=True)
    control = models.TextField(_("temporary control"), blank=True)
    started_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    cause = models.TextField(_("cause"), blank=True)
    measure = models.TextField(_("what was done"), blank=True)
    cost = models.BigIntegerField(_("cost"), null=True, help_text="Minor units of the factory's currency.")
    tests = models.JSONField(default=list, help_text='[{"name", "required", "result", "is_passed"}]')
    round = models.IntegerField(default=1, help_text="Counts up each time the fix is returned.")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    published_on = models.DateField(_("made known on"), null=True)
    published_where = models.CharField(_("made known where"), max_length=80, blank=True)
    repeat_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="repeats")

    objects = HazardQuerySet.as_manager()

    class Meta:
        ordering = ["-reported_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["reporter", "client_id"], name="hazard_once_per_form", nulls_distinct=False)
        ]
        indexes = [
            models.Index(fields=["-reported_at", "-id"], name="hazard_newest"),
            models.Index(fields=["status", "due_at"], name="hazard_status_due"),
            models.Index(fields=["equipment", "category", "reported_at"], name="hazard_repeats"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def found_by(self) -> str:
        """The reporter's name, or in words where it came from; what was reported without a name stays so."""
        if self.reporter:
            return self.reporter.name
        return str(_("Anonymous") if self.source == self.Source.TIP else self.get_source_display())

    @property
    def is_history(self) -> bool:
        """Read in as closed long ago: nothing here proves how it was fixed, and no figure of proof counts it."""
        return self.source == self.Source.IMPORT and self.status == Status.CLOSED

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
    def is_clause_checked(self) -> bool:
        """Whether the words of its clause were compared with the official text."""
        clause = clause_of(self.clause, timezone.localdate(self.confirmed_at or self.reported_at))
        return clause is not None and clause.is_checked

    @property
    def stamp(self) -> str:
        """What kind of major it is: by the official list, or only by the factory's own rules."""
        if self.level != Level.MAJOR or self.policy_id is None:
            return ""
        if self.is_legal_major:
            return gettext("Legally major, clause %(number)s") % {"number": self.clause}
        return gettext("Major for the company, not by law")
