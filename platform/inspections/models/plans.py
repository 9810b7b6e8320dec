"""Plans, what they check where and with which lists, and the pauses of machines that stand still."""

from datetime import time

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.workflow import Step, Workflow
from facilities.models import Area, Equipment, Shift
from hazards.models import StopUse
from inspections.models.checklists import Checklist
from people.models import Team
from people.permissions import Role


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


def _may_end(user, pause) -> bool:
    """One that follows from a lock ends with the lock, and by nobody's hand."""
    return pause.stop_use_id is None and user.can("inspections.pause", pause)


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
    stop_use = models.ForeignKey(
        StopUse, models.PROTECT, null=True, related_name="pauses", help_text="Not asked for: the machine is locked."
    )

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
    Step("end", (Pause.Status.APPROVED,), Pause.Status.ENDED, "inspections.pause", "pause.ended", _("The machine runs again"), only=_may_end),
)  # fmt: skip
