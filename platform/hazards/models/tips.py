"""A hazard reported without a name: the thread by which both sides go on talking."""

from django.conf import settings
from django.db import models

from core.models import Attachment
from hazards.models.hazards import Hazard


class TipQuerySet(models.QuerySet):
    def unread(self):
        """Something came in that nobody at the desk has dealt with."""
        newer = models.Q(at__gt=models.OuterRef("read_at")) | models.Q(tip__read_at=None)
        return self.filter(models.Exists(TipMessage.objects.filter(newer, tip=models.OuterRef("pk"), author=None)))


class Tip(models.Model):
    """Who reported keeps a receipt code; here stands only what the code can be checked against."""

    hazard = models.OneToOneField(Hazard, models.PROTECT, related_name="tip")
    code_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, help_text="When the thread was last opened with the code.")
    read_at = models.DateTimeField(null=True, help_text="Up to when the desk has dealt with what came in.")

    objects = TipQuerySet.as_manager()


class TipMessage(models.Model):
    """author: nobody where it comes from the one who reported."""

    tip = models.ForeignKey(Tip, models.PROTECT, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    text = models.TextField(blank=True)
    attachment = models.OneToOneField(Attachment, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
