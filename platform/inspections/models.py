"""Checklists, the plans that make tasks of them, and the runs that people do at the machine."""

import uuid
from datetime import time, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.lookups import GreaterThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.events import history, register
from core.models import Attachment
from core.words import wordings
from core.workflow import Step, Workflow
from facilities.models import Area, Department, Equipment, EquipmentType, QRPoint, Shift
from hazards.models import Category, Hazard
from people.models import Team, User
from people.permissions import Role

# From here down the team leader is asked to talk about a check; weak signs alone do not reach it.
DOUBTFUL = 75

register(
    {
        "checklist.installed": _("Checklist installed"),
        "checklist.created": _("Checklist begun"),
        "checklist.drafted": _("New draft begun"),
        "checklist.changed": _("Draft changed"),
        "checklist.item_added": _("Item added"),
        "checklist.item_changed": _("Item changed"),
        "checklist.item_moved": _("Item moved"),
        "checklist.item_removed": _("Item removed"),
        "checklist.published": _("Checklist published"),
        "checklist.discarded": _("Draft discarded"),
        "checklist.retired": _("Checklist taken out of use"),
        "pause.asked": _("Pause asked for"),
        "pause.approved": _("Pause approved"),
        "pause.refused": _("Pause refused"),
        "pause.ended": _("Machine runs again"),
        "plan.changed": _("Plan changed"),
        "plan.created": _("Plan made"),
        "plan.stopped": _("Plan stopped"),
        "run.excused": _("Excused: the machine stands still"),
        "run.freed": _("To be done again: the machine runs"),
        "run.leader_told": _("Missed: team leader told"),
        "run.officer_told": _("Still not done: safety officer told"),
        "run.opened": _("Opened"),
        "run.planned": _("Planned"),
        "run.started": _("Check started"),
        "run.submitted": _("Check done"),
        "run.missed": _("Missed"),
        "run.withdrawn": _("Withdrawn: the plan changed"),
        "run.nudged": _("Reminded"),
        "run.doubt_settled": _("Talked about a check"),
        "run.conflicted": _("Two records of one check"),
    }
)


class Frequency(models.TextChoices):
    PRESHIFT = "preshift", _("Pre-shift check")
    WEEKLY = "weekly", _("Weekly special check")
    MONTHLY = "monthly", _("Monthly comprehensive check")


class ExWay(models.TextChoices):
    """How photos are taken where explosions threaten: an ordinary phone never goes in."""

    OUTSIDE = "outside", _("From outside the boundary")
    EX_PHONE = "ex_phone", _("With an Ex phone")


class ChecklistQuerySet(models.QuerySet):
    def current(self):
        return self.filter(status=Checklist.Status.CURRENT)

    def heads(self):
        """One version of each list: the one in use, else its first draft, else the last that was in use."""
        order = Case(
            When(status=Checklist.Status.CURRENT, then=0), When(status=Checklist.Status.DRAFT, then=1), default=2
        )
        newest = Checklist.objects.order_by("code", order, "-version").distinct("code")
        return self.filter(pk__in=newest.values("pk"))


class Checklist(models.Model):
    """A versioned list of questions; a run keeps the version it was made with. A published version never changes."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CURRENT = "current", _("In use")
        RETIRED = "retired", _("Replaced")

    code = models.CharField(max_length=40)
    version = models.IntegerField(default=1)
    title = models.JSONField()
    frequency = models.CharField(max_length=10, choices=Frequency.choices)
    target_type = models.ForeignKey(EquipmentType, models.PROTECT, null=True, related_name="checklists")
    target_area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="checklists")
    seconds = models.IntegerField(help_text="Planned time for all items.")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.CURRENT)
    published_at = models.DateTimeField(null=True)

    objects = ChecklistQuerySet.as_manager()

    class Meta:
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="checklist_version_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(status="current"), name="checklist_one_current"),
            models.UniqueConstraint(fields=["code"], condition=Q(status="draft"), name="checklist_one_draft"),
        ]


class Item(models.Model):
    class Kind(models.TextChoices):
        PASS_FAIL = "pass_fail", _("OK / problem")
        NUMBER = "number", _("Number")
        CHOICE = "choice", _("Choice")
        TEXT = "text", _("Text")
        PHOTO = "photo", _("Photo only")

    class PhotoRule(models.TextChoices):
        ALWAYS = "always", _("Always")
        ON_FAIL = "on_fail", _("When there is a problem")
        NEVER = "never", _("Never")

    checklist = models.ForeignKey(Checklist, models.CASCADE, related_name="items")
    position = models.IntegerField()
    text = models.JSONField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PASS_FAIL)
    accept = models.JSONField(default=dict)
    unit = models.CharField(max_length=20, blank=True)
    minimum = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    maximum = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    choices = models.JSONField(default=list)
    photo = models.CharField(max_length=8, choices=PhotoRule.choices, default=PhotoRule.ON_FAIL)
    shot = models.JSONField(null=True)
    category = models.ForeignKey(Category, models.PROTECT, related_name="+")
    is_urgent = models.BooleanField(default=False)
    basis = models.JSONField(default=dict)
    may_skip = models.BooleanField(default=True, help_text="“Not running today” may be answered.")
    only_if_position = models.IntegerField(null=True, help_text="Asked only where the item of this number…")
    only_if_value = models.CharField(max_length=40, blank=True, help_text="… was answered so.")
    origin = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="The item of the former version that this one was.",
    )

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["checklist", "position"], name="item_position_once")]

    def choice_of(self, text: str) -> dict:
        """The choice that somebody took, in whichever language it was read; empty where there is none of these words."""
        return next((choice for choice in self.choices if text in wordings(choice)), {})


class Plan(models.Model):
    """Makes runs at each occurrence of its rule (RFC 5545), one for each stop of its route, for a window of minutes."""

    class Days(models.TextChoices):
        ALL = "all", _("every day of the rule")
        WORKDAYS = "workdays", _("workdays of the factory's calendar only")
        FREE_DAYS = "free_days", _("days off only")

    name = models.CharField(max_length=80)
    rule = models.CharField(max_length=200, default="FREQ=DAILY")
    days = models.CharField(max_length=10, choices=Days.choices, default=Days.ALL)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    shift = models.ForeignKey(Shift, models.PROTECT, null=True, related_name="plans")
    opens_at = models.TimeField(null=True, help_text="Local time of the factory; where it follows a shift, none.")
    window_minutes = models.IntegerField()
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=24, choices=Role.choices, blank=True)
    fallback = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    remind_minutes = models.IntegerField(default=15, help_text="From missed to the safety officer being told.")
    planned_until = models.DateTimeField(null=True, help_text="Occurrences up to here have their runs.")
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(shift__isnull=False, opens_at__isnull=True) | Q(shift__isnull=True, opens_at__isnull=False),
                name="plan_has_one_opening",
            ),
        ]

    @property
    def opening_time(self) -> time:
        return self.shift.starts_at if self.shift else self.opens_at  # type: ignore[return-value]  # a constraint


class Theme(models.Model):
    """A checklist of a plan; several take turns, one for each occurrence of the rule."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="themes")
    position = models.IntegerField()
    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="themes")

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["plan", "position"], name="theme_position_once")]


class Stop(models.Model):
    """A machine or area on a plan's route; a plan for one place has one stop."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="stops")
    position = models.IntegerField()
    equipment = models.ForeignKey(Equipment, models.PROTECT, null=True, related_name="stops")
    area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="stops")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="stop_position_once"),
            models.CheckConstraint(
                condition=Q(equipment__isnull=False, area__isnull=True) | Q(equipment__isnull=True, area__isnull=False),
                name="stop_is_one_place",
            ),
        ]

    @property
    def place(self) -> Equipment | Area:
        return self.equipment or self.area  # type: ignore[return-value]  # a constraint sees to it


def _is_somebody_else(user, pause) -> bool:
    """Who asked for it does not approve it."""
    return pause.asked_by_id != user.pk and user.can("inspections.approve_pause", pause)


class PauseQuerySet(models.QuerySet):
    def running(self):
        """Those that stand in a machine's way: asked for, or approved and not over."""
        return self.filter(status__in=(Pause.Status.ASKED, Pause.Status.APPROVED))

    def covering(self, closes_at):
        """Approved ones in whose time a window ends: the machine stood still when the check had to be done."""
        is_within = Q(until_at=None) | Q(until_at__gte=closes_at)
        return self.filter(is_within, status=Pause.Status.APPROVED, from_at__lt=closes_at)

    def visible_to(self, user):
        departments = user.departments_with("inspections.view")
        if departments is None:
            return self
        return self.filter(Q(asked_by=user) | Q(equipment__area__department_id__in=departments))


class Pause(models.Model):
    """停机免检: a machine stands still for a reason; once approved, checks that fall due meanwhile are excused."""

    class Status(models.TextChoices):
        ASKED = "asked", _("Asked for")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        ENDED = "ended", _("Ended")

    equipment = models.ForeignKey(Equipment, models.PROTECT, related_name="pauses")
    reason = models.CharField(max_length=500)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, help_text="Open end where nobody knows yet.")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)
    ended_at = models.DateTimeField(null=True)

    objects = PauseQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [models.Index(fields=["equipment", "status"], name="pause_of_machine")]

    @property
    def department_id(self) -> int:
        return self.equipment.department_id

    def covers(self, closes_at) -> bool:
        """As PauseQuerySet.covering."""
        return self.from_at < closes_at and (self.until_at is None or closes_at <= self.until_at)


PAUSE_WORKFLOW = Workflow(
    Step("approve", (Pause.Status.ASKED,), Pause.Status.APPROVED, "inspections.approve_pause", "pause.approved", _("Approve"), only=_is_somebody_else),
    Step("refuse", (Pause.Status.ASKED,), Pause.Status.REFUSED, "inspections.approve_pause", "pause.refused", _("Do not approve"), needs_note=True, only=_is_somebody_else),
    Step("end", (Pause.Status.APPROVED,), Pause.Status.ENDED, "inspections.pause", "pause.ended", _("The machine runs again")),
)  # fmt: skip


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
        """Done by people whose team leader the reader is: of a led team, or as the only leader of their department.

        Private: neither the one who did it nor any other role may see what this opens.
        """
        if not user.can("inspections.see_doubts"):
            return self.none()
        theirs = Q(inspector__team__leader=user)
        if not User.objects.holding(Role.TEAM_LEADER, user.department_id).exclude(pk=user.pk).exists():
            leaderless = Q(inspector__team=None) | Q(inspector__team__leader=None)
            theirs |= leaderless & Q(inspector__department_id=user.department_id, inspector__department__isnull=False)
        return self.filter(theirs, status=Run.Status.DONE).exclude(inspector=user)

    def doubtful_to(self, user, *, is_settled: bool = False):
        """Those the reader is asked to talk about, or has talked about already."""
        runs, settled = (
            self.doubted_before(user).filter(score__lt=DOUBTFUL),
            {"doubts__contains": [{"code": "settled"}]},
        )
        return runs.filter(**settled) if is_settled else runs.exclude(**settled)


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
    nudged_at = models.DateTimeField(null=True)
    scanned = models.ForeignKey(QRPoint, models.PROTECT, null=True, related_name="+", help_text="Label it began from.")
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
