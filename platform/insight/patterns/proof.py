"""Did a countermeasure do anything: the share of inspections that find something, before and after, here and elsewhere.

What changes everywhere is no effect, so the change here is divided by the change where nothing was done. The interval is
that of a ratio of four Poisson rates on the logarithm, each count with half a finding added (Haldane 1956), so that a
zero has one too; it is as wide as four looks need to be wrong in one of twenty together (Bonferroni).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, log, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from insight.models import LOOKS, Verdict
from insight.patterns.facts import History

BEFORE = timedelta(weeks=52)
ALPHA = 0.05
# An effect that the interval does not exclude is not denied: findings halved would be worth the work.
WORTH_SEEING = 0.5
_ENOUGH = 20  # findings at comparable places; fewer, and all other inspections are compared with
_PLACES = {"area", "equipment", "workshop"}

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Count:
    """found: how many of the runs found what the pattern is about."""

    found: int
    runs: int


@dataclass(frozen=True)
class Comparison:
    """ratio: below 1, fewer than the change elsewhere lets expect; None where there was nothing to compare."""

    here_before: Count
    here_after: Count
    there_before: Count
    there_after: Count
    ratio: float | None
    ci: tuple[float, float] | None
    verdict: str


def compare(
    history: History, factors: dict[str, Any], category: str, *, taken_at: datetime, leave_out: set[int]
) -> Comparison:
    """taken_at: on the factory's clock.

    leave_out: own inspections that exist because of the countermeasure; they would thin out what they look for.
    """
    inside = _inside(history, factors)
    alike = _inside(history, {name: value for name, value in factors.items() if name not in _PLACES})
    counts = ~np.isin(history.ids, sorted(leave_out)) | (np.arange(len(history.ids)) < history.past)
    taken = np.datetime64(taken_at.replace(tzinfo=None), "m").astype(np.int64)
    is_after = history.minutes >= taken
    is_before = ~is_after & (history.minutes >= taken - BEFORE // timedelta(minutes=1))
    found = _found(history, category)

    def count(where: Mask) -> Count:
        where = where & counts
        return Count(int((found & where).sum()), int(where.sum()))

    here = count(inside & is_before), count(inside & is_after)
    there = count(alike & ~inside & is_before), count(alike & ~inside & is_after)
    if there[0].found + there[1].found < _ENOUGH or not there[1].runs:
        there = count(~inside & is_before), count(~inside & is_after)
    return _judged(*here, *there)


def _inside(history: History, factors: dict[str, Any]) -> Mask:
    """Nothing where a name is not known any more."""
    inside = np.ones(len(history.ids), bool)
    for name, value in factors.items():
        if name in history.measured:
            inside &= (history.measured[name] >= value[0]) & (history.measured[name] < value[1])
            continue
        factor = next((one for one in history.facts.factors if one.name == name), None)
        values = list(factor.values) if factor else []
        first = value[0] if isinstance(value, list) else value
        if factor is None or first not in values:
            return np.zeros(len(history.ids), bool)
        steps = value[1] - value[0] if isinstance(value, list) else 1
        inside &= factor.holds((values.index(first), values.index(first) + steps))
    return inside


def _found(history: History, category: str) -> Mask:
    if not category:
        return history.facts.failed
    if category not in history.facts.kinds:
        return np.zeros(len(history.ids), bool)
    return history.facts.of_kind(history.facts.kinds.index(category))


def _judged(here_before: Count, here_after: Count, there_before: Count, there_after: Count) -> Comparison:
    counts = here_before, here_after, there_before, there_after
    if not all(count.runs for count in counts):
        return Comparison(*counts, ratio=None, ci=None, verdict=Verdict.UNCLEAR)
    rates = [log((count.found + 0.5) / count.runs) for count in counts]
    change = (rates[1] - rates[0]) - (rates[3] - rates[2])
    spread = sqrt(sum(1 / (count.found + 0.5) for count in counts))
    width = float(stats.norm.isf(ALPHA / len(LOOKS) / 2)) * spread
    low, high = exp(change - width), exp(change + width)
    if high < 1:
        verdict = Verdict.BETTER
    elif low > 1:
        verdict = Verdict.WORSE
    else:
        verdict = Verdict.NONE if low > WORTH_SEEING else Verdict.UNCLEAR
    return Comparison(*counts, ratio=exp(change), ci=(low, high), verdict=verdict)
