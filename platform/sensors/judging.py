"""Whether a limit is broken: pure functions over a series of values, oldest first.

What counts is the order of the devices' times, never that of arrival. Readings that come late are stored and drawn, and
the series is judged anew with them in their place; an alarm that they would have opened and that newer readings have
ended is not opened any more. What is newer than everything before is judged value by value, so that a peak within one
batch is an alarm even though the batch ends well.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sensors.models import Direction, Threshold


@dataclass(frozen=True)
class Verdict:
    """opened: which value opens an alarm that is not on record yet; is_open: whether it stands at the end."""

    opened: int | None
    is_open: bool


def judge(values: Sequence[float], fresh: int, limit: Threshold, *, begins: bool, stands: bool) -> Verdict:
    """fresh: from which value on all are newer than what was judged before.

    begins: whether the alarm stood before the first value; stands: whether it stands on record.
    """
    state, opened = begins, None
    for number, is_open in enumerate(_states(values, limit, begins)):
        if is_open and not state and number >= fresh and opened is None:
            opened = number
        state = is_open
    if stands:
        return Verdict(None, state)
    if state and opened is None:
        opened = len(values) - 1
    return Verdict(opened, state)


def _states(values: Sequence[float], limit: Threshold, is_open: bool) -> Iterator[bool]:
    broken = well = 0
    for value in values:
        broken = broken + 1 if breaks(value, limit) else 0
        well = well + 1 if is_well(value, limit) else 0
        is_open = well < limit.clear_after if is_open else broken >= limit.consecutive
        yield is_open


def breaks(value: float, limit: Threshold) -> bool:
    return _excess(value, limit) > 0 or (limit.direction == Direction.REACHES and value == limit.high)


def is_well(value: float, limit: Threshold) -> bool:
    """Safely within the limits: by the margin, a share of each limit."""
    share = limit.margin_percent / 100
    is_low_enough = limit.high is None or value < limit.high - abs(limit.high) * share
    is_high_enough = limit.low is None or value > limit.low + abs(limit.low) * share
    return is_low_enough and is_high_enough


def worst(values: Sequence[float], limit: Threshold) -> float:
    """The one that is farthest over the limit, or nearest to it."""
    return max(values, key=lambda value: _excess(value, limit))


def _excess(value: float, limit: Threshold) -> float:
    """How far beyond the limit; below zero: how far within."""
    over = [value - limit.high] if limit.high is not None else []
    under = [limit.low - value] if limit.low is not None else []
    return max(over + under)
