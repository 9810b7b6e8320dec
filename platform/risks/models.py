"""风险分级管控: what may go wrong where, how bad it is, what is done about it, and the plan that shows it in four colours."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.accidents import accident_words
from core.events import register
from core.models import Attachment
from core.words import say
from facilities.calendar import today
from facilities.models import Area, Department, Equipment, RiskColour
from hazards.models import Category, Hazard
from inspections.models import Item
from risks.colours import CYCLES, LEVELS, DirectRed

register(
    {
        "risk.added": _("Risk point added"),
        "risk.changed": _("Risk point changed"),
        "risk.rated": _("Risk rated"),
        "risk.retired": _("Risk point taken out of the register"),
        "risk.restored": _("Risk point taken back into the register"),
        "risk.review_due": _("Risk to be looked at anew"),
        "risk.rating_proposed": _("New rating proposed"),
        "risk.proposal_dismissed": _("Proposal of a new rating set aside"),
        "risk.watched": _("Check item tied to a measure"),
        "risk.unwatched": _("Check item untied from a measure"),
        "risk.scale_changed": _("Edges of the four colours changed"),
        "floor_plan.added": _("Floor plan added"),
        "floor_plan.drawn": _("Area drawn on the floor plan"),
        "floor_plan.erased": _("Area taken off the floor plan"),
        "floor_plan.retired": _("Floor plan taken out of use"),
    }
)


class Control(models.TextChoices):
    """The five kinds of measures, the strongest first."""

    ENGINEERING = "engineering", _("Engineering")
    MANAGEMENT = "management", _("Management")
    TRAINING = "training", _("Training of people")
    PPE = "ppe", _("Personal protection")
    EMERGENCY = "emergency", _("Emergency")


class RiskQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Everybody who works here may know what is dangerous where; partners are told by their briefing."""
        return self if user.is_staff_member else self.none()

    def in_force(self):
        return self.filter(retired_at=None)

    def overdue(self):
        return self.in_force().filter(review_on__lt=today())

    def at(self, place: Area | Equipment):
        """Of a machine also what holds for its whole area."""
        if isinstance(place, Area):
            return self.filter(area=place)
        return self.filter(Q(equipment=place) | Q(equipment=None, area=place.area_id))

    def worst_first(self):
        order = models.Case(*(models.When(colour=colour, then=colour.level) for colour in RiskColour), default=9)
        return self.order_by(order, "-score", "number")


class Risk(models.Model):
    """风险点. Its rating stands here as it is now; how it came about stands in its ratings."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    code = models.CharField(max_length=40, unique=True, null=True, help_text="Of the pack's part that it came from.")
    name = models.JSONField(_("risk point"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="risks")
    equipment = models.ForeignKey(Equipment, models.PROTECT, null=True, blank=True, related_name="risks")
    factors = models.JSONField(_("what is dangerous"))
    accident = models.CharField(_("kind of accident"), max_length=60, help_text="As core.accidents names it.")
    controls = models.JSONField(default=dict, help_text="By the kind of measure, a list of measures.")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="risks")
    categories = models.ManyToManyField(Category, related_name="+", verbose_name=_("kinds of hazards"))
    likelihood = models.FloatField()
    exposure = models.FloatField()
    consequence = models.FloatField()
    score = models.FloatField(help_text="D = L × E × C")
    direct_red = models.CharField(max_length=12, choices=DirectRed.choices, blank=True)
    colour = models.CharField(max_length=8, choices=RiskColour.choices)
    rated_at = models.DateTimeField()
    review_on = models.DateField(_("to be looked at anew on"))
    added_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True)
    retired_reason = models.CharField(max_length=300, blank=True)

    objects = RiskQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        indexes = [models.Index(fields=["area", "colour"], name="risk_area_colour")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def title(self) -> str:
        return say(self.name)

    @property
    def department_id(self):
        return self.area.department_id

    @property
    def place(self) -> Equipment | Area:
        return self.equipment or self.area

    @property
    def accident_words(self) -> str:
        return accident_words(self.accident)

    @property
    def level_words(self) -> str:
        """Who controls it."""
        return str(LEVELS[self.colour])

    @property
    def cycle_words(self) -> str:
        return str(CYCLES[self.colour])

    @property
    def is_overdue(self) -> bool:
        return self.retired_at is None and self.review_on < today()

    @property
    def measures(self) -> list[tuple[str, str, list[str]]]:
        """Kind, its word, and what is done; kinds without a measure are left out."""
        return [(kind.value, str(kind.label), found) for kind in Control if (found := self.controls.get(kind.value))]


class Assessment(models.Model):
    """One assessment: written once, never changed. The one before it says what it was before."""

    risk = models.ForeignKey(Risk, models.CASCADE, related_name="assessments")
    likelihood = models.FloatField()
    exposure = models.FloatField()
    consequence = models.FloatField()
    score = models.FloatField()
    direct_red = models.CharField(max_length=12, choices=DirectRed.choices, blank=True)
    colour = models.CharField(max_length=8, choices=RiskColour.choices)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]


class Proposal(models.Model):
    """复评建议: why a risk should be rated anew; it stands until somebody does so, or says why not."""

    class Why(models.TextChoices):
        MAJOR = "major", _("a major hazard was found here")
        REPEATED = "repeated", _("the same kinds of hazards came three times within 90 days")
        INCIDENT = "incident", _("something happened here")
        PERSON = "person", _("somebody asks for it")

    class Decision(models.TextChoices):
        RATED = "rated", _("rated anew")
        DISMISSED = "dismissed", _("set aside")

    risk = models.ForeignKey(Risk, models.CASCADE, related_name="proposals")
    why = models.CharField(max_length=8, choices=Why.choices)
    note = models.CharField(max_length=300, blank=True)
    hazards = models.ManyToManyField(Hazard, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    decision = models.CharField(max_length=9, choices=Decision.choices, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["risk"], condition=Q(decided_at=None), name="proposal_one_open")]


class Watch(models.Model):
    """Which item of a checklist looks after a measure of a risk."""

    risk = models.ForeignKey(Risk, models.CASCADE, related_name="watches")
    item = models.ForeignKey(Item, models.CASCADE, related_name="+")
    measure = models.CharField(max_length=300, blank=True, help_text="As it reads; empty: the risk as a whole.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["risk", "item", "measure"], name="watch_once")]


class Scale(models.Model):
    """分级口径: whether the edges of the colours belong to the higher one. One row, or none where nobody changed it."""

    is_edge_higher = models.BooleanField(default=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(null=True)


class FloorPlanQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.is_staff_member else self.none()

    def in_use(self):
        return self.filter(retired_at=None)


class FloorPlan(models.Model):
    """四色图: a picture of the whole factory or of one workshop, on which areas are drawn."""

    name = models.CharField(_("name"), max_length=60)
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    picture = models.ForeignKey(Attachment, models.PROTECT, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True)

    objects = FloorPlanQuerySet.as_manager()

    class Meta:
        ordering = ["id"]


class Zone(models.Model):
    """Where an area lies on a plan: the corners of its outline, in percent of the picture's width and height."""

    plan = models.ForeignKey(FloorPlan, models.CASCADE, related_name="zones")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    points = models.JSONField(help_text="[[x, y], …]")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["plan", "area"], name="zone_area_once")]
