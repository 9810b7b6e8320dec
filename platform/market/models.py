"""What a factory took over from an industry pack, part by part."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PartKind(models.TextChoices):
    """In the order in which they are taken over: what others refer to comes first."""

    AREA = "area", _("Areas")
    EQUIPMENT_TYPE = "equipment_type", _("Kinds of machines")
    CATEGORY = "category", _("Kinds of hazards")
    JOB_ROLE = "job_role", _("Posts")
    CHECKLIST = "checklist", _("Checklists")
    QUESTIONNAIRE = "questionnaire", _("Questionnaire for suppliers")
    BRIEFING = "briefing", _("Site briefing")
    RISK = "risk", _("Risk points")


LISTS = (PartKind.CHECKLIST, PartKind.QUESTIONNAIRE)


class PackPart(models.Model):
    """One part of a pack as it was written when the factory last took it over, or was shown it and kept its own.

    What the factory has now is compared with it to learn what was changed here, the release to learn what is new.
    """

    pack = models.CharField(max_length=40)
    kind = models.CharField(max_length=16, choices=PartKind.choices)
    code = models.CharField(max_length=40)
    content = models.JSONField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="pack_part_once")]
