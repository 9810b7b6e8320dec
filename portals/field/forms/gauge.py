"""The drawing beside a number: the allowed range in green, a pointer where the reading stands."""

from dataclasses import dataclass
from decimal import Decimal

from inspections.models import Item

# In units of the drawing, which is 358 wide: the track, and where the range's two ends stand on it.
LEFT, RIGHT, LOW, HIGH = 4, 354, 112, 242


@dataclass(frozen=True)
class Gauge:
    """start, width: of the green part; origin stands at the drawing's `at`, one unit of the number is `per` wide."""

    start: int
    width: int
    at: int
    origin: Decimal
    per: str
    pointer: str


def gauge_of(item: Item, number: Decimal | None) -> Gauge | None:
    low, high = item.minimum, item.maximum
    if low is not None and high is not None:
        return _drawn(LOW, HIGH, LOW, low, (HIGH - LOW) / (float(high - low) or 1), number)
    if high is not None:
        return _drawn(LEFT, HIGH, HIGH, high, (HIGH - LEFT) / (abs(float(high)) or 1), number)
    if low is not None:
        return _drawn(LOW, RIGHT, LOW, low, (LOW - LEFT) / (abs(float(low)) or 1), number)
    return None


def _drawn(start: int, end: int, at: int, origin: Decimal, per: float, number: Decimal | None) -> Gauge:
    pointer = "" if number is None else f"{_kept_inside(at + float(number - origin) * per):.1f}"
    return Gauge(start, end - start, at, origin, f"{per:.6f}", pointer)


def _kept_inside(x: float) -> float:
    return max(LEFT + 8, min(RIGHT - 8, x))
