"""Kinds and levels of hazards, their limits and ways of approval, and where each kind goes."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facilities.models import Area
from people.models import Team
from people.permissions import Role

# Every factory has this kind: for what fits no other one, or what nobody has named yet.
OTHER = "other"


class Level(models.TextChoices):
    """Three levels inside; the law knows two, so government figures count serious as general."""

    GENERAL = "general", _("General")
    SERIOUS = "serious", _("Serious")
    MAJOR = "major", _("Major")

    @property
    def rank(self) -> int:
        """Number of the risk shape: 1 major, 2 serious, 3 general."""
        return 3 - list(Level).index(self)


def all_stages() -> list[str]:
    return ["first", "second", "final"]


def full_chain() -> list[str]:
    """Who hears of it, one level further each time: before the limit, at the limit, then at each repeat."""
    return [Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.SAFETY_OFFICER, Role.LEADER, Role.HEAD]


class LevelPolicy(models.Model):
    """Limits and way of approval of a level. A new version holds for new hazards; running ones keep theirs."""

    class Clock(models.TextChoices):
        CALENDAR = "calendar", _("calendar hours")
        WORKDAYS = "workdays", _("days that the factory works")

    level = models.CharField(max_length=8, choices=Level.choices)
    version = models.IntegerField()
    acknowledge_minutes = models.IntegerField(_("minutes to begin"))
    control_minutes = models.IntegerField(_("minutes to a temporary control"), null=True, blank=True)
    rectify_hours = models.IntegerField(_("hours to fix it"))
    rework_hours = models.IntegerField(_("hours after a return"), default=24)
    clock = models.CharField(_("counted in"), max_length=8, choices=Clock.choices, default=Clock.CALENDAR)
    escalate_before_hours = models.IntegerField(_("hours before the limit"), default=12)
    repeat_hours = models.IntegerField(_("hours between later levels"), default=24)
    chain = models.JSONField(_("who is told"), default=full_chain, help_text="Roles in their order.")
    stages = models.JSONField(_("who reviews"), default=all_stages, help_text="Some of first, second, final.")
    needs_plan = models.BooleanField(_("a plan is approved before work"), default=False)
    needs_release = models.BooleanField(_("the head of the factory releases it"), default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "version"], name="policy_version_once")]


class CategoryQuerySet(models.QuerySet):
    def listed(self):
        """As people choose from them: what fits nothing else comes last."""
        return self.order_by(models.Case(models.When(code=OTHER, then=1), default=0), "id")


class Category(models.Model):
    code = models.CharField(max_length=40, unique=True)
    name = models.JSONField()
    gbt13861 = models.IntegerField(
        help_text="Top class of GB/T 13861: 1 people, 2 things, 3 surroundings, 4 management."
    )
    level = models.CharField(max_length=8, choices=Level.choices)
    urgent_when = models.JSONField(null=True)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]


class Maintainer(models.Model):
    """外部维保: a company from outside that fixes things without an account of its own."""

    company = models.CharField(_("company"), max_length=80, unique=True)
    person = models.CharField(_("contact"), max_length=60)
    phone = models.CharField(_("phone"), max_length=20)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["company"]


class Route(models.Model):
    """Where a kind of hazard goes, everywhere or in one area: to a team, or to a maintainer whom the team looks after."""

    category = models.ForeignKey(Category, models.CASCADE, related_name="routes")
    area = models.ForeignKey(Area, models.CASCADE, null=True, related_name="+")
    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    maintainer = models.ForeignKey(Maintainer, models.PROTECT, null=True, related_name="routes")

    class Meta:
        ordering = ["category", "area"]
        constraints = [
            models.UniqueConstraint(fields=["category", "area"], name="route_once", nulls_distinct=False),
        ]


class LevelChange(models.Model):
    """A level raised or lowered, with its reason; lowering from major waits for a second person."""

    hazard = models.ForeignKey("hazards.Hazard", models.CASCADE, related_name="level_changes")
    from_level = models.CharField(max_length=8, choices=Level.choices)
    to_level = models.CharField(max_length=8, choices=Level.choices)
    reason = models.TextField(_("reason"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    is_approved = models.BooleanField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["hazard"], condition=Q(is_approved=None), name="level_change_one_open"),
        ]
