"""What reached whom: one row per person and event, numbered per person so that a gap can be seen and filled."""

from datetime import time

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


def usual_digests() -> list[str]:
    return ["07:45", "16:30"]


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
    event = models.CharField(max_length=60, blank=True, help_text="Its name, such as hazard.closed.")
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    line = models.CharField(max_length=300)
    url = models.CharField(max_length=200)
    is_urgent = models.BooleanField(default=False)
    alert_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True, help_text="When a page of the person said that it has it.")
    read_at = models.DateTimeField(null=True, help_text="Since when the bell no longer counts it.")
    opened_at = models.DateTimeField(
        null=True, help_text="When the person first saw what it is about; nothing where it was only marked as read."
    )

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["user", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["user", "seq"], name="notification_seq_once"),
            models.UniqueConstraint(fields=["user", "event_id"], name="notification_event_once"),
        ]
        indexes = [
            models.Index(fields=["user"], name="notification_unread", condition=models.Q(read_at=None)),
            models.Index(fields=["user", "seq"], name="notification_on_its_way", condition=models.Q(delivered_at=None)),
            models.Index(fields=["user", "url"], name="notification_unopened", condition=models.Q(opened_at=None)),
        ]


class Robot(models.Model):
    """群机器人 of a WeCom, DingTalk or Feishu group, or a webhook of the factory's own: a way out that no person owns."""

    class Kind(models.TextChoices):
        WECOM = "wecom", _("WeCom robot")
        DINGTALK = "dingtalk", _("DingTalk robot")
        FEISHU = "feishu", _("Feishu robot")
        WEBHOOK = "webhook", _("Webhook")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=60)
    address = models.TextField(_("address"), help_text="Encrypted: it carries the key.")
    secret = models.TextField(_("secret"), blank=True, help_text="Encrypted; signs what is sent.")
    department = models.ForeignKey(
        "facilities.Department", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("workshop")
    )
    is_active = models.BooleanField(default=True)
    tokens = models.FloatField(default=20, help_text="What its vendor's limit leaves at refilled_at.")
    refilled_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    worked_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True, help_text="Of the last try; empty where it worked.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]


class PushSubscription(models.Model):
    """One browser of a person that takes Web Push, until it says that it is gone."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="push_subscriptions")
    endpoint = models.TextField(unique=True)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=40)
    device = models.CharField(max_length=120, blank=True, help_text="What the browser calls itself.")
    created_at = models.DateTimeField(auto_now_add=True)
    worked_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)


class Message(models.Model):
    """What leaves the product by one channel: to a person, or to the group of a robot. Together they are the ledger of deliveries.

    What may follow what says states.py. Read and acknowledged stand at the notification and the alert that it belongs to.
    """

    class Channel(models.TextChoices):
        SMS = "sms", _("SMS")
        EMAIL = "email", _("E-mail")
        PUSH = "push", _("Web Push")
        WECOM = "wecom", _("WeCom robot")
        DINGTALK = "dingtalk", _("DingTalk robot")
        FEISHU = "feishu", _("Feishu robot")
        WEBHOOK = "webhook", _("Webhook")

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Handed on")
        DELIVERED = "delivered", _("Delivered")
        KEPT = "kept", _("Kept for reading (demo)")
        FAILED = "failed", _("Failed")
        STOPPED = "stopped", _("No longer needed")
        BUNDLED = "bundled", _("Part of a summary")

    channel = models.CharField(max_length=8, choices=Channel.choices)
    address = models.CharField(max_length=200, help_text="Phone, e-mail, or the name of the robot or browser.")
    text = models.TextField()
    url = models.CharField(max_length=300, blank=True)
    is_urgent = models.BooleanField(default=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    notification = models.ForeignKey(Notification, models.CASCADE, null=True, related_name="messages")
    robot = models.ForeignKey(Robot, models.PROTECT, null=True, related_name="messages")
    subscription = models.ForeignKey(PushSubscription, models.SET_NULL, null=True, related_name="+")
    alert_id = models.BigIntegerField(null=True)
    bundle = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="parts", help_text="The summary it is in."
    )
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.WAITING)
    reason = models.CharField(max_length=300, blank=True)
    attempts = models.IntegerField(default=0)
    provider_id = models.CharField(max_length=120, blank=True, help_text="What the gateway calls it.")
    key = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["alert_id"], name="message_of_alert", condition=models.Q(alert_id__isnull=False)),
            models.Index(fields=["robot", "id"], name="message_waits", condition=models.Q(status="waiting")),
        ]


class RuleChange(models.Model):
    """What the factory decided otherwise than the catalogue: by which channels an event is told, and whether in a digest."""

    event = models.CharField(max_length=60, unique=True)
    channels = models.JSONField(default=list)
    is_digest = models.BooleanField(default=False)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()


class QuietHours(models.Model):
    """When phones stay silent for all that is not urgent, and when the digests go; one row."""

    starts_at = models.TimeField(_("quiet from"), default=time(22))
    ends_at = models.TimeField(_("quiet until"), default=time(6))
    digests_at = models.JSONField(_("digests at"), default=usual_digests, help_text="Clock times, such as 07:45.")
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(null=True)


class Mute(models.Model):
    """A thread of which somebody wants no more notices, unless they are called by name or it is urgent."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mutes")
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "subject_type", "subject_id"], name="mute_once")]
