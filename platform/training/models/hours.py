"""How many hours of safety training somebody has to have; what the law says stands in content/hours.yaml."""

from django.conf import settings
from django.db import models


class HourRule(models.Model):
    """The factory's own numbers from a day on, never below those of the law; a change is a further row."""

    code = models.CharField(max_length=20)
    valid_from = models.DateField()
    first_hours = models.IntegerField(help_text="Before, or soon after, somebody begins.")
    yearly_hours = models.IntegerField(null=True, help_text="Empty: none are asked for every year.")
    company = models.IntegerField(default=0)
    workshop = models.IntegerField(default=0)
    team = models.IntegerField(default=0)
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["code", "-valid_from", "-id"]
