"""What reached whom: one row per person and event, numbered per person so that a gap can be seen and filled."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Feed(models.Model):
    """The last number given out in a person's feed; its row is the lock that keeps the numbers in order."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    seq = models.BigIntegerField(default=0)


class NotificationQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user=user)


class Notification(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    seq = models.BigIntegerField()
    event_id = models.UUIDField()
    line = models.CharField(max_length=300)
    url = models.CharField(max_length=200)
    is_urgent = models.BooleanField(default=False)
    alert_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["user", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["user", "seq"], name="notification_seq_once"),
            models.UniqueConstraint(fields=["user", "event_id"], name="notification_event_once"),
        ]


class Message(models.Model):
    """A text that leaves the product for a phone; in demo mode it is kept to be read instead of sent."""

    class Channel(models.TextChoices):
        SMS = "sms", _("SMS")

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        KEPT = "kept", _("Kept for reading (demo)")
        FAILED = "failed", _("Failed")

    channel = models.CharField(max_length=6, choices=Channel.choices)
    address = models.CharField(max_length=60)
    text = models.TextField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WAITING)
    reason = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
