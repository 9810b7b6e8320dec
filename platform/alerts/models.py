"""Calls for help: raised once, on every responsible person's screen until somebody takes them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.events import register

register(
    {
        "alert.raised": _("Alert raised"),
        "alert.acknowledged": _("Alert taken"),
    }
)


class AlertQuerySet(models.QuerySet):
    def open(self):
        return self.filter(acknowledged_at=None)

    def visible_to(self, user):
        """Those who may take an alert, each for the departments they answer for."""
        departments = user.departments_with("alerts.acknowledge")
        return self if departments is None else self.filter(department_id__in=departments)


class Alert(models.Model):
    line = models.CharField(_("what is wrong"), max_length=200)
    department = models.ForeignKey("facilities.Department", models.PROTECT, null=True, related_name="+")
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_at"]
        indexes = [models.Index(fields=["raised_at"], name="alert_open", condition=models.Q(acknowledged_at=None))]
