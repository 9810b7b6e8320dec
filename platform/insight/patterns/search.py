"""Where things go wrong more often than inspections alone explain.

What is counted is inspections that found something, against all inspections: a place that is inspected more often is
not riskier by that. Of all that was found a cell has its share by chance, binomially, as large as what is expected of
its inspections; over all cells the false discovery rate is held (Benjamini and Hochberg 1995), weighted, so that pairs
of factors that hardly ever matter do not drown those that do (Genovese, Roeder and Wasserman 2006). The strongest
pattern is taken out of what is expected before the next one is looked for, so that no finding is another one's shadow.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from insight.patterns.cells import MAIN, MAIN_SHARE, Factor, Family, families

MIN_COUNT = 5  # fewer may be one bad day
MIN_EXPECTED = 1.0
MIN_RUNS = 5
ALPHA = 0.05
WHOLE_SHARE = 0.4  # of the doubt, for cells of all kinds together; the rest is for the kinds one by one
MOST = 10
# Kinds that belong to places (static to paint) are no pattern: from this association on (Cramér's V) each area has its
# own mixture of kinds, and only what deviates from that is one.
_OWN_MIXTURE, _SURE = 0.3, 1e-6
_SHRINKAGE = 5.0  # findings of the factory's mixture that are added to an area's own
_ROUNDS = 30
_TINY = 1e-300

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Facts:
    """One entry per inspection, and one per kind of hazard that an inspection found (`found_by` its inspection)."""

    factors: list[Factor]
    failed: NDArray[np.bool_]
    found_by: NDArray[np.int64]
    found_kind: NDArray[np.int64]
    kinds: list[str]

    @property
    def runs(self) -> int:
        return len(self.failed)

    def factor(self, name: str) -> Factor | None:
        return next((factor for factor in self.factors if factor.name == name and factor.levels > 1), None)


@dataclass
class Found:
    """kind: the number of a kind of hazard, None for all of them. n of exposure inspections found it."""

    spans: list[tuple[Factor, tuple[int, int]]]
    kind: int | None
    n: int
    exposure: int
    p: float
    q: float
    inside: NDArray[np.bool_] = field(repr=False)
    rate_ratio: float = 0.0
    ci: tuple[float, float] = (0.0, 0.0)

    @property
    def columns(self) -> list[int]:
        """Of the expectation: 0 is any hazard, then one for each kind."""
        return [0] if self.kind is None else [0, self.kind + 1]


class _Expectation:
    """How often an inspection is expected to find something: by groups of inspections that are alike in that."""

    def __init__(self, facts: Facts) -> None:
        self.facts, self.found = facts, list[Found]()
        self.totals = np.array([facts.failed.sum(), *np.bincount(facts.found_kind, minlength=len(facts.kinds))], float)
        self.group: NDArray[Any] = np.zeros(facts.runs, np.int64)
        rate = self.totals / max(facts.runs, 1)
        self.base: Floats = rate[None, :]
        area = facts.factor("area") or facts.factor("workshop")
        if area is not None and len(facts.kinds) > 1:
            self._mix(area)
        self.base = self.rates = self._scaled(self.base)

    def _mix(self, area: Factor) -> None:
        codes = np.where(area.codes >= 0, area.codes, area.levels)
        table = np.zeros((area.levels + 1, len(self.facts.kinds)), int)
        np.add.at(table, (codes[self.facts.found_by], self.facts.found_kind), 1)
        filled = table[table.sum(1) > 0][:, table.sum(0) > 0]
        if min(filled.shape) < 2 or stats.chi2_contingency(filled).pvalue > _SURE:
            return
        if stats.contingency.association(filled, "cramer") < _OWN_MIXTURE:
            return
        whole = table.sum(0) / table.sum()
        share = (table + _SHRINKAGE * whole) / (table.sum(1, keepdims=True) + _SHRINKAGE)
        self.group = codes.astype(np.int64)
        rate = self.totals[0] / self.facts.runs
        self.base = np.column_stack([np.full(len(table), rate), share * rate])

    @property
    def groups(self) -> int:
        return len(self.rates)

    def _sizes(self) -> Floats:
        return np.bincount(self.group, minlength=len(self.base)).astype(float)

    def _scaled(self, rates: Floats) -> Floats:
        """So that as many are expected in all as there are."""
        expected = (self._sizes()[:, None] * rates).sum(0)
        return rates * (self.totals / np.maximum(expected, 1e-12))

    def of(self, family: Family) -> tuple[Floats, Floats]:
        """Expected counts by column and cell, and the inspections in each cell."""
        counts = family.counts(self.group, self.groups)
        return family.lifted(np.tensordot(self.rates.T, counts, 1)), family.lifted(counts.sum(0))

    def take_out(self, found: Found) -> None:
        """From now on what was found is expected; all that was found before is fitted anew together with it.

        Iterative proportional fitting: the maximum likelihood of a model in which each pattern multiplies the rate.
        """
        self.found.append(found)
        groups, self.group = np.unique(self.group * 2 + found.inside, return_inverse=True)
        self.base = self.base[groups // 2]
        sizes, counts = self._sizes(), self._counts()
        members = [np.bincount(self.group, one.inside, len(groups)) > 0 for one in self.found]
        ratios = [1.0] * len(self.found)
        rates = self.base.copy()
        for _round in range(_ROUNDS):
            rates = self._scaled(rates)
            for at, (one, member) in enumerate(zip(self.found, members, strict=True)):
                parts = [[0], list(range(1, counts.shape[1]))] if one.kind is None else [[0], [one.kind + 1]]
                for columns in parts:
                    where = np.ix_(np.nonzero(member)[0], np.array(columns))
                    ratio = counts[where].sum() / max((sizes[member][:, None] * rates[where]).sum(), 1e-12)
                    rates[where] *= ratio
                    if columns[-1] == one.columns[-1]:
                        ratios[at] *= ratio
        self.rates = rates
        for one, ratio in zip(self.found, ratios, strict=True):
            one.rate_ratio = ratio

    def _counts(self) -> Floats:
        """What was found, by group and column."""
        counts = np.zeros((len(self.base), len(self.totals)))
        np.add.at(counts[:, 0], self.group[self.facts.failed], 1)
        np.add.at(counts, (self.group[self.facts.found_by], self.facts.found_kind + 1), 1)
        return counts


def find(facts: Facts) -> list[Found]:
    """Strongest first; empty where chance explains all of it."""
    if facts.failed.sum() < MIN_COUNT:
        return []
    wanted = list(families(facts.factors))
    observed = [_observed(family, facts) for family in wanted]
    expectation = _Expectation(facts)
    for _one in range(MOST):
        best = _strongest(facts, wanted, observed, expectation)
        if best is None:
            break
        expectation.take_out(best)
    for one in expectation.found:
        one.ci = _interval(one, int(expectation.totals[one.columns[-1]]), facts.runs)
    return expectation.found


def _observed(family: Family, facts: Facts) -> Floats:
    """By column and cell."""
    failed = np.nonzero(facts.failed)[0]
    whole = family.counts(np.zeros(len(failed), np.int64), 1, failed)
    kinds = family.counts(facts.found_kind, len(facts.kinds), facts.found_by)
    return family.lifted(np.concatenate([whole, kinds]))


def _strongest(facts: Facts, wanted: list[Family], observed: list[Floats], expectation: _Expectation) -> Found | None:
    chances, weights, cells = [], [], []
    main = sum(family.names in MAIN for family in wanted)
    for family, counts in zip(wanted, observed, strict=True):
        expected, runs = expectation.of(family)
        # Whether a cell is looked at must not depend on what was found in it.
        looked_at = np.nonzero((expected >= MIN_EXPECTED) & (runs >= MIN_RUNS) & (runs <= facts.runs / 2))
        chance = _chances(counts[looked_at], expected[looked_at], expectation.totals[looked_at[0]])
        share = MAIN_SHARE / main if family.names in MAIN else (1 - MAIN_SHARE) / (len(wanted) - main)
        apart, is_whole = np.broadcast_to(family.apart, counts.shape)[looked_at], looked_at[0] == 0
        chances.append(chance)
        weights.append(
            np.where(
                is_whole,
                WHOLE_SHARE / max(apart[is_whole].sum(), 1),
                (1 - WHOLE_SHARE) / max(apart[~is_whole].sum(), 1),
            )
            * share
        )
        cells.append(looked_at)
    p, weight = np.concatenate(chances), np.concatenate(weights)
    if not len(p):
        return None
    weighted = np.minimum(p / (weight * len(p)), 1.0)
    q = stats.false_discovery_control(weighted)
    if q.min() >= ALPHA:
        return None
    # Of those that are no chance the least likely one is where the pattern lies; of the same inspections in other words
    # the first.
    best = int(np.argmin(np.where(q < ALPHA, np.maximum(p, _TINY), 1.0)))
    ends = np.cumsum([len(chance) for chance in chances])
    number = int(np.searchsorted(ends, best, side="right"))
    column, *place = (int(axis[best - ends[number] + len(chances[number])]) for axis in cells[number])
    spans = wanted[number].spans(place)
    inside = np.logical_and.reduce([factor.holds(span) for factor, span in spans])
    n = int(observed[number][(column, *place)])
    return Found(spans, column - 1 if column else None, n, int(inside.sum()), float(p[best]), float(q[best]), inside)


def _chances(counts: Floats, expected: Floats, totals: Floats) -> Floats:
    """Of as many or more of all that was found, if only chance were at work; 1 for what is not more than expected."""
    share = np.minimum(expected / totals, 1.0)
    chance = special.betainc(np.maximum(counts, 1), np.maximum(totals - counts + 1, 1), share)  # the binomial's tail
    return np.where((counts >= MIN_COUNT) & (counts > expected), chance, 1.0)


def _interval(found: Found, total: int, runs: int) -> tuple[float, float]:
    """95 %; of the ratio to all other inspections, moved to the ratio to what was expected of these."""
    plain = stats.contingency.relative_risk(found.n, found.exposure, total - found.n, runs - found.exposure)
    if not plain.relative_risk or not np.isfinite(plain.relative_risk):
        return found.rate_ratio, float("inf")
    low, high = plain.confidence_interval(0.95)
    scale = found.rate_ratio / plain.relative_risk
    return float(low * scale), float(high * scale)
