"""三级安全教育卡: one page that says what somebody was taught at each level, signed by the records."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from core.pdf import render_pdf
from people.models import User
from tenants.current import current_factory
from training.hours import Hours, Line, Part

TEMPLATE, SHEET = "pdf/card.html", "card.css"
# So many of a level fit on the page; of more the last ones, and the rest as a number.
LINES = 7


@dataclass(frozen=True)
class Block:
    part: Part
    lines: list[Line]
    earlier: int


def blocks_of(hours: Hours) -> list[Block]:
    found = []
    for part in hours.parts:
        lines = [line for line in hours.lines if line.level == part.level]
        found.append(Block(part, lines[-LINES:], max(0, len(lines) - LINES)))
    return found


def print_card(person: User, hours: Hours) -> bytes:
    context: dict[str, Any] = {
        "person": person,
        "factory": current_factory(),
        "hours": hours,
        "blocks": blocks_of(hours),
        "at": timezone.now(),
    }
    return render_pdf(TEMPLATE, SHEET, context)
