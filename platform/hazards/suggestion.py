"""Which level a hazard should get, and why: the first rule that fits (domain rules B1). The officer decides."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.words import say
from hazards.lec import SERIOUS_INJURY, SERIOUS_SCORE
from hazards.models import Category, Level


@dataclass(frozen=True)
class Suggestion:
    level: str
    reasons: list[str]


def suggest_level(
    category: Category,
    *,
    clause: str = "",
    is_red_line: bool = False,
    lec: dict[str, Any] | None = None,
    must_stop: bool = False,
    needs_outsider: bool = False,
    may_maim: bool = False,
) -> Suggestion:
    """clause: its number; lec: as hazards.lec.rate gives it; must_stop: the machine has to stand still."""
    major = _reasons_for_major(clause, is_red_line)
    if major:
        return Suggestion(Level.MAJOR, major)
    serious = _reasons_for_serious(lec or {}, must_stop, needs_outsider, may_maim)
    if serious and category.level != Level.MAJOR:
        return Suggestion(Level.SERIOUS, serious)
    words = {"category": say(category.name), "level": Level(category.level).label}
    return Suggestion(category.level, [_("“%(category)s” is %(level)s by default.") % words])


def _reasons_for_major(clause: str, is_red_line: bool) -> list[str]:
    reasons = []
    if clause:
        reasons.append(_("It meets clause %(number)s of the official list.") % {"number": clause})
    if is_red_line:
        reasons.append(_("It crosses a red line of the company."))
    return reasons


def _reasons_for_serious(lec: dict[str, Any], must_stop: bool, needs_outsider: bool, may_maim: bool) -> list[str]:
    score = lec.get("score", 0)
    found = [
        (score >= SERIOUS_SCORE, _("The risk score D is %(score)s; from %(limit)s on it is serious.") % {"score": score, "limit": SERIOUS_SCORE}),
        (must_stop, _("A machine must stop.")),
        (needs_outsider, _("Somebody from outside must come.")),
        (may_maim or lec.get("consequence", 0) >= SERIOUS_INJURY, _("Somebody could be seriously injured.")),
    ]  # fmt: skip
    return [reason for is_so, reason in found if is_so]
