"""Calls for help: raised once, on every responsible person's screen until somebody takes them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.events import register
from people.permissions import Role

register(
    {
        "alert.raised": _("Alert raised"),
        "alert.acknowledged": _("Alert taken"),
        "alert.escalated": _("Alert went one level up"),
        "alert_policy.changed": _("Chain of alerts changed"),
    },
    urgent=("alert.raised", "alert.acknowledged", "alert.escalated"),
)


class AlertQuerySet(models.QuerySet):
    def open(self):
        return self.filter(acknowledged_at=None)

    def visible_to(self, user):
        """Those who may take an alert, each for the departments they answer for, and whoever was called for it."""
        departments = user.departments_with("alerts.acknowledge")
        if departments is None:
            return self
        called = Alert.called.through.objects.filter(user=user).values("alert")
        return self.filter(models.Q(department_id__in=departments) | models.Q(pk__in=called))


class Alert(models.Model):
    line = models.CharField(_("what is wrong"), max_length=200)
    department = models.ForeignKey("facilities.Department", models.PROTECT, null=True, related_name="+")
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    step = models.IntegerField(default=0, help_text="How far it went up the chain; the last step repeats.")
    policy = models.ForeignKey("alerts.AlertPolicy", models.PROTECT, null=True, related_name="+")
    called = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", help_text="Whom it was told to; each of them may take it."
    )

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_at"]
        indexes = [models.Index(fields=["raised_at"], name="alert_open", condition=models.Q(acknowledged_at=None))]

    @property
    def rules(self) -> "AlertPolicy":
        """What held when it was raised; the product's own where the factory had decided nothing yet."""
        return self.policy or AlertPolicy(version=0)


def full_chain() -> list[str]:
    """Who is called after the people on duty, one level further each time; the last one again and again."""
    return [Role.LEADER, Role.HEAD]


class AlertPolicy(models.Model):
    """How long an alert waits for somebody before it calls the next level. A new version holds for new alerts."""

    version = models.IntegerField(unique=True)
    minutes = models.IntegerField(_("minutes until the next level"), default=5)
    repeat_minutes = models.IntegerField(_("minutes between repeats at the last level"), default=10)
    chain = models.JSONField(_("who is called next"), default=full_chain, help_text="Roles in their order.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-version"]


class Screen(models.Model):
    """A screen on a workshop's wall: a link of its own shows it what happens there, until it is revoked."""

    name = models.CharField(_("where it hangs"), max_length=60)
    department = models.ForeignKey("facilities.Department", models.PROTECT, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True, help_text="When it last asked.")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["name", "id"]
