"""What rates of injuries are counted by, and from which day on safe days are counted."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class WorkedHours(models.Model):
    """月度工时: headcount and hours of one month, as the factory says; without it they are estimated."""

    month = models.DateField(unique=True, help_text="Its first day.")
    headcount = models.IntegerField()
    hours = models.IntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-month"]
        constraints = [models.CheckConstraint(condition=Q(headcount__gte=0, hours__gte=0), name="hours_not_negative")]


class SafetyStart(models.Model):
    """安全天数起算: from which day on, and whether first aid ends a period. One row, or none where nobody said so."""

    starts_on = models.DateField(null=True)
    counts_first_aid = models.BooleanField(default=False)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(null=True)
