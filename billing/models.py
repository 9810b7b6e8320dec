"""What a factory has agreed to pay for: public schema only."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.models import Factory


class Subscription(models.Model):
    class Plan(models.TextChoices):
        TRIAL = "trial", _("Free trial")

    factory = models.OneToOneField(Factory, models.CASCADE, related_name="subscription")
    plan = models.CharField(max_length=10, choices=Plan.choices, default=Plan.TRIAL)
    ends_at = models.DateTimeField()

    @property
    def days_left(self) -> int:
        return max(0, (self.ends_at - timezone.now()).days)
