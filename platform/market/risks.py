"""The risk points of a pack: as it writes them, as a factory has them, and taking them over."""

import re
from typing import Any

from core.accidents import accident_named, accident_of
from facilities.calendar import today
from facilities.models import Area
from hazards.lec import plain
from hazards.models import Category
from risks.actions import change_risk, install_risk, rate_risk, restore_risk
from risks.models import Control, Risk

Content = dict[str, Any]
_LEC = {"L": "likelihood", "E": "exposure", "C": "consequence"}
_STOPS = re.compile(r"[；;]")


def written_risk(row: dict[str, Any]) -> Content:
    """Measures are written in one line, with stops between them."""
    controls = {
        kind: [part for text in _STOPS.split(row["controls"][kind]) if (part := text.strip())]
        for kind in Control.values
    }
    return _risk(
        row["point"], row["area"], row["factors"], accident_named(row["accident"], today()).key,
        {name: row[key] for key, name in _LEC.items()}, controls,
    )  # fmt: skip


def risk_here(risk: Risk, meant: dict[int, str]) -> Content:
    """meant: the pack's codes of areas, by the factory's areas."""
    values = {name: getattr(risk, name) for name in _LEC.values()}
    area = meant.get(risk.area_id, risk.area.code)
    return _risk(risk.name, area, risk.factors, risk.accident, values, risk.controls)


def _risk(name: Any, area: str, factors: Any, accident: str, values: dict[str, float], controls: Any) -> Content:
    rating = {key: plain(float(value)) for key, value in values.items()}
    return {
        "name": name, "area": area, "factors": factors, "accident": accident, "rating": rating, "controls": controls
    }  # fmt: skip


def install_risks(rows: list[dict[str, Any]], places: dict[str, int], *, by: Any) -> int:
    """Those whose code is new and whose area is here. places: areas by the pack's codes."""
    known = set(Risk.objects.exclude(code=None).values_list("code", flat=True))
    new = [row for row in rows if row["code"] not in known and row["area"] in places]
    for row in new:
        content = written_risk(row)
        facts = {name: content[name] for name in ("name", "factors", "accident", "controls")}
        facts["area"] = Area.objects.get(pk=places[row["area"]])
        categories = kinds_of_accident(content["accident"])
        install_risk(row["code"], by=by, facts=facts, categories=categories, **content["rating"])
    return len(new)


def kinds_of_accident(key: str) -> list[Category]:
    """The factory's kinds of hazards that usually lead to this accident."""
    accident = accident_of(key)
    return list(Category.objects.filter(code__in=accident.hazards)) if accident else []


def take_risk(risk: Risk, written: Content, places: dict[str, int], *, by: Any, reason: str) -> None:
    """What the pack says now takes the place of what stands here; another rating is a rating of its own."""
    restore_risk(risk, by=None)
    facts = {name: written[name] for name in ("name", "factors", "accident", "controls")}
    if written["area"] in places and places[written["area"]] != risk.area_id:
        facts |= {"area": Area.objects.get(pk=places[written["area"]]), "equipment": None}
    change_risk(risk, by=None, **facts)
    if any(getattr(risk, name) != value for name, value in written["rating"].items()):
        rate_risk(risk, by=None, reason=reason, **written["rating"])
