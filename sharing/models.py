"""What factories share with all others: checklists without a word of whose they are. Public schema only."""

import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.current import current_factory
from tenants.models import Factory


class TemplateQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "TemplateQuerySet":
        """Of the own factory; what stands in the market is read by asking for it, see sharing.actions."""
        return self.filter(origin=current_factory()) if user.can("market.manage") else self.none()


class Template(models.Model):
    """Texts of checklists, in the shape of a pack's. Seen by others once an operator has read it.

    origin: only its own factory asks for it, to see what became of it; no page shows it.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waits to be looked at")
        APPROVED = "approved", _("In the market")
        RETURNED = "returned", _("Sent back")
        WITHDRAWN = "withdrawn", _("Taken out of the market")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    origin = models.ForeignKey(Factory, models.SET_NULL, null=True, related_name="+")
    content = models.JSONField()
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.WAITING)
    reason = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["status", "-decided_at"], name="template_status")]


class Rating(models.Model):
    """Stars of one factory for a pack or a template that it installed. Only sums are shown."""

    subject = models.CharField(max_length=60, help_text="“pack:” with its code, or “template:” with its id.")
    factory = models.ForeignKey(Factory, models.CASCADE, related_name="+")
    stars = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "factory"], name="rating_once"),
            models.CheckConstraint(condition=models.Q(stars__range=(1, 5)), name="rating_of_one_to_five"),
        ]


class Measure(models.Model):
    """What one factory, which nobody can name, measured with one checklist of a pack; shown together with others only.

    mark: a keyed hash, so that the same factory's next numbers take the place of these.
    """

    checklist = models.CharField(max_length=40, db_index=True)
    mark = models.CharField(max_length=64, unique=True)
    runs = models.IntegerField()
    seconds = models.IntegerField(help_text="The median of its runs.")
    hazards = models.IntegerField()
    day = models.DateField()
