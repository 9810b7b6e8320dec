"""The four-colour plan: each drawn area with the highest of its risks, for the page, the phone and paper."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from core.words import say
from facilities.models import Area, RiskColour
from risks.colours import worst
from risks.models import FloorPlan, Risk, Zone


@dataclass(frozen=True)
class Shape:
    """rank: of the colour, 0 where no risk is written down; points, x and y: in the picture's pixels."""

    zone: Zone
    area: Area
    number: int
    colour: str
    rank: int
    points: str
    x: float
    y: float
    risks: list[Risk]

    @property
    def title(self) -> str:
        return say(self.area.name)


def risks_by_area(areas: Iterable[int]) -> dict[int, list[Risk]]:
    """Those in force, the worst first."""
    found: dict[int, list[Risk]] = defaultdict(list)
    rows = Risk.objects.in_force().filter(area__in=list(areas)).select_related("equipment", "owner")
    for risk in rows.worst_first():
        found[risk.area_id].append(risk)
    return found


def shapes_of(plan: FloorPlan) -> list[Shape]:
    """Numbered as they stand in the list beside the plan: the worst first."""
    zones = list(plan.zones.select_related("area__department"))
    risks = risks_by_area(zone.area_id for zone in zones)
    drawn = [(zone, worst([risk.colour for risk in risks[zone.area_id]])) for zone in zones]
    drawn.sort(key=lambda each: (rank_of(each[1]) or 9, each[0].pk))
    return [_shape(plan, zone, number, colour, risks[zone.area_id]) for number, (zone, colour) in enumerate(drawn, 1)]


def rank_of(colour: str) -> int:
    return RiskColour(colour).level if colour else 0


def _shape(plan: FloorPlan, zone: Zone, number: int, colour: str, risks: list[Risk]) -> Shape:
    width, height = size_of(plan)
    corners = [(x * width / 100, y * height / 100) for x, y in zone.points]
    x, y = _middle(corners)
    points = " ".join(f"{px:.0f},{py:.0f}" for px, py in corners)
    return Shape(zone, zone.area, number, colour, rank_of(colour), points, round(x), round(y), risks)


def size_of(plan: FloorPlan) -> tuple[int, int]:
    return plan.picture.width or 1600, plan.picture.height or 1000


def _middle(corners: list[tuple[float, float]]) -> tuple[float, float]:
    """The centre of gravity of the outline."""
    doubled = x = y = 0.0
    for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True):
        part = ax * by - bx * ay
        doubled, x, y = doubled + part, x + (ax + bx) * part, y + (ay + by) * part
    return x / (3 * doubled), y / (3 * doubled)
