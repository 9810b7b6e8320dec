"""Checklists, the plans that make tasks of them, and the runs that people do at the machine."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.events import register
from core.models import Attachment
from facilities.models import Area, Department, Equipment, EquipmentType
from hazards.models import Category, Hazard
from people.models import Team

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


class Checklist(models.Model):
    """A versioned list of questions; a run keeps the version it was made with."""

    code = models.CharField(max_length=40)
    version = models.IntegerField(default=1)
    title = models.JSONField()
    frequency = models.CharField(max_length=10, choices=Frequency.choices)
    target_type = models.ForeignKey(EquipmentType, models.PROTECT, null=True, related_name="checklists")
    target_area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="checklists")
    seconds = models.IntegerField(help_text="Planned time for all items.")
    is_current = models.BooleanField(default=True)

    class Meta:
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="checklist_version_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(is_current=True), name="checklist_one_current"),
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

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["checklist", "position"], name="item_position_once")]


class Plan(models.Model):
    """Makes a run for its machine or area at each occurrence of its rule (RFC 5545), for a window of minutes."""

    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="plans")
    equipment = models.ForeignKey(Equipment, models.PROTECT, null=True, related_name="plans")
    area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="plans")
    rule = models.CharField(max_length=120, default="FREQ=DAILY")
    starts_on = models.DateField()
    opens_at = models.TimeField(help_text="Local time of the factory.")
    window_minutes = models.IntegerField()
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    planned_until = models.DateTimeField(null=True, help_text="Occurrences up to here have their runs.")
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(equipment__isnull=False, area__isnull=True) | Q(equipment__isnull=True, area__isnull=False),
                name="plan_has_one_target",
            ),
        ]

    @property
    def place(self) -> Equipment | Area:
        return self.equipment or self.area  # type: ignore[return-value]  # a constraint sees to it


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

    class Result(models.TextChoices):
        PASS = "pass", _("All in order")
        FAIL = "fail", _("Problems found")

    client_id = models.UUIDField(unique=True, default=uuid.uuid4)
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, related_name="runs")
    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="runs")
    equipment = models.ForeignKey(Equipment, models.PROTECT, null=True, related_name="runs")
    area = models.ForeignKey(Area, models.PROTECT, related_name="runs")
    department = models.ForeignKey(Department, models.PROTECT, related_name="runs")
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=6, choices=Status.choices, default=Status.DUE)
    inspector = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="runs")
    started_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    is_late = models.BooleanField(default=False)
    result = models.CharField(max_length=4, choices=Result.choices, blank=True)
    seconds = models.IntegerField(null=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["opens_at", "id"]
        constraints = [models.UniqueConstraint(fields=["plan", "opens_at"], name="run_once_per_occurrence")]
        indexes = [
            models.Index(fields=["status", "opens_at"], name="run_status_opens"),
            models.Index(fields=["inspector", "-submitted_at"], name="run_by_inspector"),
            models.Index(fields=["-submitted_at", "-id"], name="run_newest"),
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
    photos = models.ManyToManyField(Attachment, related_name="+")

    class Meta:
        ordering = ["item__position"]
        constraints = [models.UniqueConstraint(fields=["run", "item"], name="answer_once_per_item")]
