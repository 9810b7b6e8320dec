"""What the law asks of an accident: severity by lost days, its grade, the hour in which it is reported, later changes."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

import yaml
from django.conf import settings
from django.utils.translation import gettext as _

from core.accidents import Severity
from core.errors import DomainError

DEATH = 6000  # lost days that a death counts as
SERIOUS_FROM = 105
_DAYS = {
    Severity.FIRST_AID: (0, 0),
    Severity.MINOR: (1, SERIOUS_FROM - 1),
    Severity.SERIOUS: (SERIOUS_FROM, DEATH - 1),
    Severity.FATAL: (DEATH, DEATH),
}


@cache
def rules() -> dict[str, Any]:
    path = settings.CONTENT_ROOT / "rules" / "reporting.yaml"
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def refuse_contradiction(severity: str, lost_days: int | None) -> None:
    """None: not known yet, as long as somebody is still off work."""
    least, most = _DAYS[Severity(severity)]
    if lost_days is not None and not least <= lost_days <= most:
        raise DomainError(
            _("%(days)d lost days are %(right)s, not %(wrong)s. Change one of the two.")
            % {"days": lost_days, "right": severity_of(lost_days).label, "wrong": Severity(severity).label}
        )


def severity_of(lost_days: int) -> Severity:
    return next((kind for kind, (least, most) in _DAYS.items() if least <= lost_days <= most), Severity.FATAL)


def grade_of(deaths: int, serious: int, loss_fen: int) -> dict[str, str] | None:
    """事故等级 (§3): the worst of the three counts; None where nobody died or was badly hurt and nothing was lost."""
    if not (deaths or serious or loss_fen):
        return None
    last = rules()["grades"][-1]["name"]
    fits = (
        row["name"]
        for row in rules()["grades"][:-1]
        if deaths >= row["deaths"] or serious >= row["serious"] or loss_fen >= row["loss_fen"]
    )
    return next(fits, last)


def supplement_until(happened_on: date, accident: str) -> date:
    """补报 (§13): up to which day changed casualties are reported."""
    code = accident.rpartition(":")[2]
    days = rules()["supplement_days_of"].get(code, rules()["supplement_days"])
    return happened_on + timedelta(days=days)


@dataclass(frozen=True)
class Item:
    """One of the six items of the report (§12)."""

    name: dict[str, str]
    text: str
