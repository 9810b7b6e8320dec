"""Checklists, in versions, and what they ask."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.versions import heads
from core.words import wordings
from facilities.models import Area, EquipmentType
from hazards.models import Category


class Frequency(models.TextChoices):
    PRESHIFT = "preshift", _("Pre-shift check")
    WEEKLY = "weekly", _("Weekly special check")
    MONTHLY = "monthly", _("Monthly comprehensive check")


class Audience(models.TextChoices):
    STAFF = "staff", _("Our own people")
    SUPPLIERS = "suppliers", _("Suppliers")


class ChecklistQuerySet(models.QuerySet):
    def current(self):
        return self.filter(status=Checklist.Status.CURRENT)

    def ours(self):
        """What our own people check; a supplier's questionnaire is filled in by the supplier."""
        return self.filter(audience=Audience.STAFF)

    def heads(self):
        return heads(self)


class Checklist(models.Model):
    """A versioned list of questions; a run keeps the version it was made with. A published version never changes."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CURRENT = "current", _("In use")
        RETIRED = "retired", _("Replaced")

    code = models.CharField(max_length=40)
    version = models.IntegerField(default=1)
    title = models.JSONField()
    audience = models.CharField(max_length=9, choices=Audience.choices, default=Audience.STAFF)
    frequency = models.CharField(max_length=10, choices=Frequency.choices)
    target_type = models.ForeignKey(EquipmentType, models.PROTECT, null=True, related_name="checklists")
    target_area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="checklists")
    seconds = models.IntegerField(help_text="Planned time for all items.")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.CURRENT)
    published_at = models.DateTimeField(null=True)

    objects = ChecklistQuerySet.as_manager()

    class Meta:
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="checklist_version_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(status="current"), name="checklist_one_current"),
            models.UniqueConstraint(fields=["code"], condition=Q(status="draft"), name="checklist_one_draft"),
        ]


class Item(models.Model):
    class Kind(models.TextChoices):
        PASS_FAIL = "pass_fail", _("OK / problem")
        NUMBER = "number", _("Number")
        CHOICE = "choice", _("Choice")
        TEXT = "text", _("Text")
        PHOTO = "photo", _("Photo only")

    class PhotoRule(models.TextChoices):
        ALWAYS = "always", _("Always")
        ON_FAIL = "on_fail", _("When there is a problem")
        NEVER = "never", _("Never")
        ON_PASS = "on_pass", _("When it is in order")

    checklist = models.ForeignKey(Checklist, models.CASCADE, related_name="items")
    position = models.IntegerField()
    text = models.JSONField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PASS_FAIL)
    accept = models.JSONField(default=dict)
    unit = models.CharField(max_length=20, blank=True)
    minimum = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    maximum = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    choices = models.JSONField(default=list)
    photo = models.CharField(max_length=8, choices=PhotoRule.choices, default=PhotoRule.ON_FAIL)
    shot = models.JSONField(null=True)
    category = models.ForeignKey(Category, models.PROTECT, related_name="+")
    is_urgent = models.BooleanField(default=False)
    basis = models.JSONField(default=dict)
    may_skip = models.BooleanField(default=True, help_text="“Not running today” may be answered.")
    # Of questionnaires only: the heading that begins with it, how many points it is worth, and whether last period's answer says nothing about this one.
    section = models.JSONField(_("section"), default=dict)
    weight = models.IntegerField(_("points"), default=0)
    is_fresh = models.BooleanField(_("asked anew each time"), default=False)
    only_if_position = models.IntegerField(null=True, help_text="Asked only where the item of this number…")
    only_if_value = models.CharField(max_length=40, blank=True, help_text="… was answered so.")
    origin = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="The item of the former version that this one was.",
    )

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["checklist", "position"], name="item_position_once")]

    def choice_of(self, text: str) -> dict:
        """The choice that somebody took, in whichever language it was read; empty where there is none of these words."""
        return next((choice for choice in self.choices if text in wordings(choice)), {})
