"""From D to one of the four colours 四色, and what follows from a colour: who controls it, how often it is looked at anew.

The edges are those of the method; whether an edge itself belongs to the higher colour differs between provinces, so
each factory says it (domain rules B6). The cycles are the product's own.
"""

from datetime import date

from dateutil.relativedelta import relativedelta
from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from facilities.models import RiskColour

EDGES = ((320, RiskColour.RED), (160, RiskColour.ORANGE), (70, RiskColour.YELLOW))
MONTHS = {RiskColour.RED: 1, RiskColour.ORANGE: 3, RiskColour.YELLOW: 6, RiskColour.BLUE: 12}
CYCLES: dict[str, str | Promise] = {
    RiskColour.RED: _("every month"),
    RiskColour.ORANGE: _("every three months"),
    RiskColour.YELLOW: _("every half year"),
    RiskColour.BLUE: _("every year"),
}
# What a level above controls, all below it control too.
LEVELS: dict[str, str | Promise] = {
    RiskColour.RED: _("company, with the head of the factory; department, workshop and team too"),
    RiskColour.ORANGE: _("department, with the leader in charge; workshop and team too"),
    RiskColour.YELLOW: _("workshop, and the team too"),
    RiskColour.BLUE: _("team and post"),
}


class DirectRed(TextChoices):
    """直接判红: red whatever D says."""

    MAJOR_SOURCE = "major_source", _("a registered major hazard installation")
    PAST_DEATH = "past_death", _("somebody died of it before, and it was not put right")


def colour_of(score: float, *, is_edge_higher: bool) -> RiskColour:
    """is_edge_higher: 320 itself is red already (≥), else only what is above it (>)."""
    for edge, colour in EDGES:
        if score > edge or (is_edge_higher and score == edge):
            return colour
    return RiskColour.BLUE


def next_review(colour: str, day: date) -> date:
    return day + relativedelta(months=MONTHS[RiskColour(colour)])


def worst(colours: list[str]) -> str:
    """The highest of them; empty where there is none."""
    return min(colours, key=lambda colour: RiskColour(colour).level, default="")
