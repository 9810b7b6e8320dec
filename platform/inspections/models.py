"""Checklists, the plans that make tasks of them, and the runs that people do at the machine."""

import uuid
from datetime import time

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.events import register
from core.models import Attachment
from facilities.models import Area, Department, Equipment, EquipmentType, QRPoint, Shift
from hazards.models import Category, Hazard
from people.models import Team
from people.permissions import Role

register(
    {
        "checklist.installed": _("Checklist installed"),
        "plan.created": _("Plan made"),
        "plan.stopped": _("Plan stopped"),
        "run.planned": _("Planned"),
        "run.started": _("Check started"),
        "run.submitted": _("Check done"),
        "run.missed": _("Missed"),
    }
)


class Frequency(models.TextChoices):
    PRESHIFT = "preshift", _("Pre-shift check")
    WEEKLY = "weekly", _("Weekly special check")
    MONTHLY = "monthly", _("Monthly comprehensive check")


class ChecklistQuerySet(models.QuerySet):
    def current(self):
        return self.filter(status=Checklist.Status.CURRENT)


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

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["checklist", "position"], name="item_position_once")]


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

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [models.Index(fields=["equipment", "status"], name="pause_of_machine")]

    @property
    def department_id(self) -> int:
        return self.equipment.department_id


class RunQuerySet(models.QuerySet):
    def due_now(self):
        now = timezone.now()
        return self.filter(status__in=(Run.Status.DUE, Run.Status.DOING), opens_at__lte=now)

    def assigned_to(self, user):
        return self.filter(Q(assignee=user) | Q(assignee=None, team_id=user.team_id, team__isnull=False))

    def visible_to(self, user):
        own = Q(assignee=user) | Q(inspector=user) | Q(assignee=None, team_id=user.team_id, team__isnull=False)
        departments = user.departments_with("inspections.view")
        return self if departments is None else self.filter(own | Q(department_id__in=departments))


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
                condition=~Q(status="withdrawn"),
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
