"""What is hung up: notice cards 告知卡 on A4, the board 公告栏 and the four-colour plan on A3 or A4 across."""

from itertools import groupby
from pathlib import Path
from typing import Any

from django.utils import timezone

from core.attachments import picture
from core.pdf import render_pdf
from facilities.models import Department, RiskColour
from risks.maps import shapes_of, size_of
from risks.models import Control, FloorPlan, Risk
from tenants.current import current_factory

SIZES = ("a3", "a4")
# Fill and what stands on it, by rank. A drawing on paper hears of no style sheet.
PAINT = {
    0: ("#8a958f", "#ffffff"),
    1: ("#c4201c", "#ffffff"),
    2: ("#f27a1a", "#2b1200"),
    3: ("#f5c400", "#2b2300"),
    4: ("#1f6bd0", "#ffffff"),
}


def write_cards(path: Path, risks: list[Risk]) -> int:
    path.write_bytes(render_pdf("pdf/risk_cards.html", "risks.css", _about() | {"cards": [_card(r) for r in risks]}))
    return len(risks)


def write_board(path: Path, risks: list[Risk], department: Department | None) -> int:
    """Area by area, the one with the worst risk first."""
    areas: dict[int, list[Risk]] = {}
    for risk in risks:
        areas.setdefault(risk.area_id, []).append(risk)
    groups = [(found[0].area, [_card(risk) for risk in found]) for found in areas.values()]
    counts = [(colour, sum(risk.colour == colour for risk in risks)) for colour in RiskColour]
    context = _about() | {"groups": groups, "department": department, "counts": counts, "count": len(risks)}
    path.write_bytes(render_pdf("pdf/risk_board.html", "risks.css", context))
    return len(risks)


def write_plan(path: Path, plan: FloorPlan, size: str) -> int:
    shapes, (width, height) = shapes_of(plan), size_of(plan)
    legend = [(colour, list(found)) for colour, found in groupby(shapes, key=lambda shape: shape.colour)]
    painted = [(shape, *PAINT[shape.rank]) for shape in shapes]
    facts: dict[str, Any] = {"plan": plan, "painted": painted, "legend": legend, "size": size}
    facts |= {"width": width, "height": height}
    # The badges are drawn for a picture 800 wide.
    facts |= {"mark": max(width, height) / 800, "line": max(width, height) / 500}
    facts["missing"] = [colour for colour in RiskColour if colour not in {shape.colour for shape in shapes}]
    context = _about() | facts | {"picture": picture(plan.picture)["url"]}
    path.write_bytes(render_pdf("pdf/risk_plan.html", "risks.css", context))
    return 1


def _about() -> dict[str, Any]:
    return {"factory": current_factory().name, "at": timezone.now()}


def _card(risk: Risk) -> dict[str, Any]:
    """The emergency measures stand by themselves, the others under their kind."""
    measures = [row for row in risk.measures if row[0] != Control.EMERGENCY]
    emergency = risk.controls.get(Control.EMERGENCY.value, [])
    return {"risk": risk, "measures": measures, "emergency": emergency, "rank": RiskColour(risk.colour).level}
