"""历史数据: what a factory wrote down before it came here. It is counted with, and never taken for evidence.

What is recorded here is sealed as it happens; these rows are believed as they were handed in, so they stand in tables of
their own, by the file that they came with, and go with it.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.accidents import Severity
from core.events import register
from hazards.models import Level

register({"past.read_in": _("Past records read in"), "past.removed": _("Past records removed")})


class PastKind(models.TextChoices):
    RUNS = "runs", _("Past inspections")
    HAZARDS = "hazards", _("Past hazards")
    DRILLS = "drills", _("Past drills")
    INCIDENTS = "incidents", _("Past incidents")


class BatchQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.can("past.view") else self.none()


class Batch(models.Model):
    """One file of past records. Removed, its rows are gone, and that it was here stays."""

    kind = models.CharField(max_length=9, choices=PastKind.choices)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, help_text="Of its rows, so that none is read in twice.")
    rows = models.IntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "sha256"], condition=Q(removed_at=None), name="batch_once"),
        ]


class PastPlace(models.Model):
    """Where something was, in the file's own words."""

    workshop = models.CharField(max_length=120, blank=True)
    area = models.CharField(max_length=120, blank=True)
    equipment = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workshop", "area", "equipment"], name="past_place_once")]


class PastRecord(models.Model):
    """notes: the file's further columns, by their heading."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+")
    notes = models.JSONField(default=dict)

    class Meta:
        abstract = True


class PastRun(PastRecord):
    at = models.DateTimeField()
    place = models.ForeignKey(PastPlace, models.PROTECT, related_name="+")
    inspector_no = models.CharField(max_length=40, blank=True)
    inspector_hired_on = models.DateField(null=True)
    checklist = models.CharField(max_length=120, blank=True)
    seconds = models.IntegerField(null=True)
    has_failed = models.BooleanField()
    category = models.CharField(max_length=60, blank=True)
    temperature_c = models.FloatField(null=True)
    humidity_pct = models.FloatField(null=True)

    class Meta:
        indexes = [models.Index(fields=["at"], name="past_run_at")]


class PastHazard(PastRecord):
    reported_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    place = models.ForeignKey(PastPlace, models.PROTECT, related_name="+")
    category = models.CharField(max_length=60, blank=True)
    level = models.CharField(max_length=8, choices=Level.choices)
    reporter_no = models.CharField(max_length=40, blank=True)
    reporter_hired_on = models.DateField(null=True)
    source = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [models.Index(fields=["reported_at"], name="past_hazard_at")]


class PastDrill(PastRecord):
    at = models.DateTimeField()
    kind = models.CharField(max_length=120)
    place = models.ForeignKey(PastPlace, models.PROTECT, related_name="+")
    score = models.FloatField(null=True)
    issues = models.TextField(blank=True)


class PastIncident(PastRecord):
    at = models.DateTimeField()
    place = models.ForeignKey(PastPlace, models.PROTECT, related_name="+")
    category = models.CharField(max_length=60, blank=True)
    severity = models.CharField(max_length=9, choices=Severity.choices)
    person_no = models.CharField(max_length=40, blank=True)
    person_hired_on = models.DateField(null=True)
    lost_days = models.IntegerField(null=True)
