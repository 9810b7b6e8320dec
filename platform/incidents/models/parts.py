"""What hangs on an incident: who was hurt, what is done, and what the authority was told."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.accidents import Severity
from facilities.models import Equipment
from hazards.models import OPEN, Hazard
from incidents.models.incidents import Incident
from people.models import User


class InjuryQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Personal and partly medical: only who answers for safety reads it, for the own departments."""
        departments = user.departments_with("incidents.see_injured")
        return self if departments is None else self.filter(incident__department_id__in=departments)


class Injury(models.Model):
    """受伤人员: one person who was hurt. Health details only as far as the report and the lost days need them."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="injuries")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("name"), max_length=60, blank=True, help_text="Of somebody without an account.")
    severity = models.CharField(_("how badly"), max_length=9, choices=Severity.choices)
    lost_days = models.IntegerField(_("lost days"), null=True, help_text="Not known as long as somebody is off work.")
    body_part = models.CharField(_("part of the body"), max_length=60, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)

    objects = InjuryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(severity=Severity.NEAR_MISS), name="injury_hurts"),
            models.CheckConstraint(condition=Q(lost_days=None) | Q(lost_days__range=(0, 6000)), name="injury_days"),
        ]

    @property
    def who(self) -> str:
        return self.person.name if self.person else self.name


class Remedy(models.Model):
    """措施: what was done at once, or a corrective action, which is a hazard of the ordinary kind with its proof and reviews."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="remedies")
    text = models.CharField(_("measure"), max_length=120)
    hazard = models.OneToOneField(Hazard, models.PROTECT, null=True, related_name="remedy")
    twin = models.ForeignKey(
        Equipment, models.PROTECT, null=True, related_name="+", help_text="举一反三: the other machine."
    )
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["incident", "text", "twin"], name="remedy_twin_once")]

    @property
    def is_open(self) -> bool:
        """Of a merged one counts what it was merged into."""
        hazard = self.hazard and (self.hazard.merged_into or self.hazard)
        return bool(hazard and hazard.status in OPEN)


class AuthorityReport(models.Model):
    """上报记录: to whom an accident was reported, when and by whom. The system reports nothing by itself."""

    class Kind(models.TextChoices):
        FIRST = "first", _("First report")
        SUPPLEMENT = "supplement", _("Later change")

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="reports")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    to = models.CharField(_("to whom"), max_length=120)
    at = models.DateTimeField()
    is_late = models.BooleanField(default=False)
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "id"]
