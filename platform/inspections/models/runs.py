"""The runs that people do at the machine, and their answers."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.lookups import GreaterThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.events import history
from core.models import Attachment
from facilities.models import Area, Department, Equipment, QRPoint, Shift
from hazards.models import Hazard, StopUse
from inspections.models.checklists import Checklist, Item
from inspections.models.plans import Pause, Plan
from people.models import Team, User
from people.permissions import PERMISSIONS, Role

# From here down somebody is asked to talk about a check; weak signs alone do not reach it.
DOUBTFUL = 75


class ExWay(models.TextChoices):
    """How photos are taken where explosions threaten: an ordinary phone never goes in."""

    OUTSIDE = "outside", _("From outside the boundary")
    EX_PHONE = "ex_phone", _("With an Ex phone")


class RunQuerySet(models.QuerySet):
    def due_now(self):
        now = timezone.now()
        return self.filter(status__in=(Run.Status.DUE, Run.Status.DOING), opens_at__lte=now)

    def counted(self):
        """What completion is counted of."""
        return self.filter(COUNTED)

    def not_open_yet(self, now):
        return self.filter(status__in=(Run.Status.DUE, Run.Status.EXCUSED), opens_at__gt=now)

    def of_the_day(self):
        """What may be done within the next day, and what may still be handed in late."""
        now, day = timezone.now(), timedelta(days=1)
        coming = Q(status__in=(Run.Status.DUE, Run.Status.DOING), opens_at__lte=now + day)
        return self.filter(coming | Q(status=Run.Status.MISSED, closes_at__gt=now - day))

    def assigned_to(self, user):
        return self.filter(_tasks_of(user))

    def visible_to(self, user):
        departments = user.departments_with("inspections.view")
        if departments is None:
            return self
        return self.filter(_tasks_of(user) | Q(inspector=user) | Q(department_id__in=departments))

    def doubted_before(self, user):
        """Done by the reader's own team; of people without a leader who could ask, the safety officer's.

        Private: neither the one who did it nor any other role may see what this opens.
        """
        if not user.can("inspections.see_doubts"):
            return self.none()
        theirs = Q(inspector__team__leader=user)
        departments = user.departments_with("inspections.see_doubts_of_leaderless")
        if departments is None or departments:
            where = Q() if departments is None else Q(inspector__department_id__in=departments)
            theirs |= where & _leaderless()
        return self.filter(theirs, status=Run.Status.DONE).exclude(inspector=user)

    def doubtful_to(self, user, *, is_settled: bool = False):
        """Those the reader is asked to talk about, or has talked about already."""
        runs, settled = (
            self.doubted_before(user).filter(score__lt=DOUBTFUL),
            {"doubts__contains": [{"code": "settled"}]},
        )
        return runs.filter(**settled) if is_settled else runs.exclude(**settled)


def _leaderless():
    """Nobody leads the one who did it, or it is the leader, or the leader may not see doubts."""
    asking = User.objects.filter(is_active=True, grants__role__in=PERMISSIONS["inspections.see_doubts"])
    return ~Q(inspector__team__leader__in=asking) | Q(inspector__team__leader=F("inspector"))


def _tasks_of(user):
    """The one rule of whose task a run is: a person's, a team's, a role's, or its stand-in's. See also Run.doers."""
    own = Q(assignee=user) | Q(assignee=None, team_id=user.team_id, team__isnull=False)
    for grant in user.roles:
        where = Q(department_id__in=grant.department.subtree) if grant.department else Q()
        own |= Q(where, assignee=None, team=None, role=grant.role)
    return own | Q(_stands_in(timezone.now()), fallback=user)


def _stands_in(now):
    """When the fallback may do a run: nobody else can, they began it, or half of its window passed without anybody."""
    passed = Value(now, models.DateTimeField()) - F("opens_at")
    is_half_over = GreaterThanOrEqual(passed, F("closes_at") - Value(now, models.DateTimeField()))
    return Q(assignee__is_active=False) | Q(inspector=F("fallback")) | Q(Q(is_half_over), started_at=None)


class Run(models.Model):
    """巡检任务: one inspection, from the moment it is due to its sealed record."""

    class Status(models.TextChoices):
        DUE = "due", _("To do")
        DOING = "doing", _("Started")
        DONE = "done", _("Done")
        MISSED = "missed", _("Missed")
        EXCUSED = "excused", _("Excused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Result(models.TextChoices):
        PASS = "pass", _("All in order")
        FAIL = "fail", _("Problems found")

    client_id = models.UUIDField(unique=True, default=uuid.uuid4)
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, related_name="runs")
    stop = models.IntegerField(default=1, help_text="Its place on the plan's route.")
    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="runs")
    equipment = models.ForeignKey(Equipment, models.PROTECT, null=True, related_name="runs")
    area = models.ForeignKey(Area, models.PROTECT, related_name="runs")
    department = models.ForeignKey(Department, models.PROTECT, related_name="runs")
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=24, choices=Role.choices, blank=True)
    fallback = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    shift = models.ForeignKey(Shift, models.PROTECT, null=True, related_name="runs")
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.DUE)
    inspector = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="runs")
    started_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    is_late = models.BooleanField(default=False)
    result = models.CharField(max_length=4, choices=Result.choices, blank=True)
    seconds = models.IntegerField(null=True)
    pause = models.ForeignKey(Pause, models.PROTECT, null=True, related_name="runs", help_text="Why it is excused.")
    stop_use = models.ForeignKey(
        StopUse, models.PROTECT, null=True, related_name="+", help_text="Handed in although the machine was locked."
    )
    nudged_at = models.DateTimeField(null=True)
    scanned = models.ForeignKey(
        QRPoint, models.PROTECT, null=True, related_name="+", help_text="Label of its place: somebody stood there."
    )
    other_label = models.ForeignKey(
        QRPoint, models.PROTECT, null=True, related_name="+", help_text="Label of another place scanned during it."
    )
    submission_id = models.UUIDField(unique=True, null=True, help_text="Made by the phone; applied once.")
    content_sha256 = models.CharField(max_length=64, blank=True, help_text="Of what the phone handed in.")
    phone_started_at = models.DateTimeField(null=True, help_text="As the phone says; not trusted.")
    phone_submitted_at = models.DateTimeField(null=True, help_text="As the phone says; not trusted.")
    skew_seconds = models.IntegerField(null=True, help_text="The phone's clock minus ours.")
    conflicts_with = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="conflicts",
        help_text="Somebody else's record of the same task.",
    )
    score = models.IntegerField(null=True, help_text="Authenticity, 0 to 100; for the team leader only.")
    doubts = models.JSONField(default=list, help_text="Why the score is below 100.")

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["opens_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "opens_at", "equipment", "area"],
                condition=~Q(status="withdrawn") & Q(conflicts_with=None),
                name="run_once_per_occurrence",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(fields=["status", "opens_at"], name="run_status_opens"),
            models.Index(fields=["inspector", "-submitted_at"], name="run_by_inspector"),
            models.Index(fields=["-submitted_at", "-id"], name="run_newest"),
            models.Index(fields=["-opens_at", "-id"], name="run_archive"),
        ]

    @property
    def place(self) -> Equipment | Area:
        return self.equipment or self.area

    @property
    def twins(self) -> "RunQuerySet":
        """Other records of the same task: several people did it without knowing of each other."""
        first = self.conflicts_with_id or self.pk
        same = Run.objects.filter(Q(pk=first) | Q(conflicts_with=first)).exclude(pk=self.pk)
        return same.select_related("inspector").prefetch_related("answers").order_by("submitted_at")

    @property
    def ex(self) -> str:
        """How photos are taken where explosions threaten, as the inspector said at the beginning; empty before that."""
        started = (event.data for event in history(self) if event.name == "run.started") if self.area.is_ex else ()
        return next((data.get("ex", "") for data in started), "")

    def lines(self) -> "list[tuple[Item, Answer | None]]":
        """Every item with its answer, or with none where its condition was not met; empty before it is handed in."""
        answers = self.answers.select_related("item", "hazard", "voice__by").prefetch_related("photos__by")
        by_item = {answer.item_id: answer for answer in answers}
        return [(item, by_item.get(item.pk)) for item in self.checklist.items.all()] if by_item else []

    @property
    def doers(self) -> list[User]:
        """Those to whom it falls when it opens; the same rule as assigned_to."""
        if self.assignee:
            return [person for person in (self.assignee, self.fallback) if person and person.is_active][:1]
        if self.team:
            return list(self.team.members.filter(is_active=True))
        return list(User.objects.holding(self.role, self.department_id)) if self.role else []


# What completion is counted of: planned, and neither excused nor withdrawn.
COUNTED = Q(plan__isnull=False) & ~Q(status__in=(Run.Status.EXCUSED, Run.Status.WITHDRAWN))


class Answer(models.Model):
    class Value(models.TextChoices):
        PASS = "pass", _("In order")
        FAIL = "fail", _("Problem")
        NOT_IN_USE = "not_in_use", _("Not running today")

    run = models.ForeignKey(Run, models.CASCADE, related_name="answers")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    value = models.CharField(max_length=10, choices=Value.choices)
    number = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    text = models.TextField(blank=True)
    answered_at = models.DateTimeField()
    hazard = models.ForeignKey(Hazard, models.PROTECT, null=True, related_name="+")
    voice = models.ForeignKey(Attachment, models.PROTECT, null=True, related_name="+")
    photos = models.ManyToManyField(Attachment, related_name="+")

    class Meta:
        ordering = ["item__position"]
        constraints = [models.UniqueConstraint(fields=["run", "item"], name="answer_once_per_item")]
