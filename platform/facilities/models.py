"""Where: departments and workshops, areas, equipment, and the QR points that lead to them."""

from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _


class Department(models.Model):
    """A workshop or an office; the tree that roles are granted on."""

    class Kind(models.TextChoices):
        WORKSHOP = "workshop", _("Workshop")
        OFFICE = "office", _("Office")

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.JSONField(_("name"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.WORKSHOP)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")

    class Meta:
        ordering = ["code"]

    @cached_property
    def subtree(self) -> frozenset[int]:
        """Ids of this department and of all below it."""
        below, found = [self.pk], {self.pk}
        while below:
            below = list(Department.objects.filter(parent__in=below).exclude(pk__in=found).values_list("pk", flat=True))
            found.update(below)
        return frozenset(found)


class RiskColour(models.TextChoices):
    """Four-colour risk scale of areas and equipment; not the three levels of hazards."""

    RED = "red", _("Critical risk")
    ORANGE = "orange", _("Major risk")
    YELLOW = "yellow", _("Ordinary risk")
    BLUE = "blue", _("Low risk")

    @property
    def level(self) -> int:
        return list(RiskColour).index(self) + 1


class Area(models.Model):
    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.JSONField(_("name"))
    department = models.ForeignKey(Department, models.PROTECT, related_name="areas")
    colour = models.CharField(_("risk"), max_length=8, choices=RiskColour.choices, default=RiskColour.BLUE)
    is_ex = models.BooleanField(_("explosion-hazard area"), default=False)

    class Meta:
        ordering = ["code"]


class EquipmentType(models.Model):
    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.JSONField(_("name"))
    statutory_inspection = models.JSONField(null=True)

    class Meta:
        ordering = ["code"]


class EquipmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The plant is known to everybody who works in it; partners see none of it."""
        return self if user.is_staff_member else self.none()


class Equipment(models.Model):
    class Status(models.TextChoices):
        IN_SERVICE = "in_service", _("In service")
        OUT_OF_SERVICE = "out_of_service", _("Out of service")

    code = models.CharField(_("number"), max_length=40, unique=True)
    name = models.JSONField(_("name"))
    type = models.ForeignKey(EquipmentType, models.PROTECT, related_name="equipment")
    area = models.ForeignKey(Area, models.PROTECT, related_name="equipment")
    model = models.CharField(_("model"), max_length=80, blank=True)
    colour = models.CharField(_("risk"), max_length=8, choices=RiskColour.choices, default=RiskColour.YELLOW)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.IN_SERVICE)

    objects = EquipmentQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    @property
    def department_id(self):
        return self.area.department_id


class Shift(models.Model):
    """班次: from when to when people work; one that ends before it starts ends on the next day."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.JSONField(_("name"))
    starts_at = models.TimeField(_("starts at"))
    ends_at = models.TimeField(_("ends at"))

    class Meta:
        ordering = ["starts_at", "code"]


class CalendarDay(models.Model):
    """A day that the factory itself has declared a workday or a day off; all others follow the official calendar."""

    day = models.DateField(_("day"), unique=True)
    is_workday = models.BooleanField(_("workday"))
    name = models.CharField(_("reason"), max_length=60, blank=True)

    class Meta:
        ordering = ["day"]


class QRPoint(models.Model):
    """A sticker: it leads to one machine or one area until it is revoked; a new one takes its place."""

    code = models.CharField(max_length=16, unique=True)
    equipment = models.ForeignKey(Equipment, models.PROTECT, null=True, related_name="qr_points")
    area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="qr_points")
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(equipment__isnull=False, area__isnull=True) | Q(equipment__isnull=True, area__isnull=False),
                name="qr_leads_to_one_place",
            ),
            models.UniqueConstraint(
                fields=["equipment"], condition=Q(revoked_at=None), name="qr_one_live_per_equipment"
            ),
            models.UniqueConstraint(fields=["area"], condition=Q(revoked_at=None), name="qr_one_live_per_area"),
        ]

    @property
    def place(self) -> "Equipment | Area":
        return self.equipment or self.area  # type: ignore[return-value]
