"""Emergency drills: what was assumed, how it went, and what has to be better. Who was there is kept by its session."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facilities.models import Area
from hazards.models import Hazard
from training.models import TrainingSession


class ForWhoSeesDrills(models.QuerySet):
    def visible_to(self, user):
        return self if user.can("drills.view") else self.none()


class DrillQuerySet(ForWhoSeesDrills):
    def held(self):
        return self.filter(session__status=TrainingSession.Status.CLOSED)


class Drill(models.Model):
    """应急演练. evaluated_at: when its sheet was filled in; until then it is held, and nothing more."""

    class Kind(models.TextChoices):
        COMPREHENSIVE = "comprehensive", _("Comprehensive drill")
        SPECIAL = "special", _("Special drill")
        SITE = "site", _("Drill of an on-site plan")

    class Form(models.TextChoices):
        LIVE = "live", _("Live")
        TABLETOP = "tabletop", _("At the table")

    session = models.OneToOneField(TrainingSession, models.PROTECT, related_name="drill")
    kind = models.CharField(_("kind of drill"), max_length=13, choices=Kind.choices)
    form = models.CharField(_("how it is held"), max_length=8, choices=Form.choices, default=Form.LIVE)
    scenario = models.TextField(_("what is assumed"))
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="+")
    comment = models.TextField(_("comment on the spot"), blank=True)
    self_review = models.TextField(_("what those taking part say themselves"), blank=True)
    evaluated_at = models.DateTimeField(null=True)
    evaluated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = DrillQuerySet.as_manager()

    class Meta:
        ordering = ["-session__starts_at", "-id"]

    def __str__(self) -> str:
        return self.session.title

    @property
    def is_held(self) -> bool:
        return self.session.status == TrainingSession.Status.CLOSED


class DrillCheck(models.Model):
    """One question of the sheet. is_met=None: it did not come up. What was not met says what the problem is."""

    drill = models.ForeignKey(Drill, models.CASCADE, related_name="checks")
    code = models.CharField(max_length=20)
    is_met = models.BooleanField(null=True)
    problem = models.CharField(max_length=200, blank=True)
    hazard = models.OneToOneField(Hazard, models.PROTECT, null=True, related_name="drill_check")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["drill", "code"], name="drill_check_once"),
            models.CheckConstraint(
                condition=Q(is_met=True) | Q(is_met=None) | ~Q(problem=""), name="drill_problem_said"
            ),
        ]


class DrillDuty(models.Model):
    """One rule of how often drills are due, by its code: what is told of it stands in the ledger under this row."""

    code = models.CharField(max_length=20, unique=True)

    objects = ForWhoSeesDrills.as_manager()


class DrillFeedback(models.Model):
    """What somebody who was there says of it."""

    drill = models.ForeignKey(Drill, models.CASCADE, related_name="feedback")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    stars = models.IntegerField()
    words = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["drill", "person"], name="drill_feedback_once"),
            models.CheckConstraint(condition=Q(stars__range=(1, 5)), name="drill_stars"),
        ]
