"""How often an inspection is expected to find something, and how likely more than that is by chance."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from insight.patterns.cells import Factor, Family

MIN_COUNT = 5  # fewer may be one bad day
# Kinds that belong to places (static to paint) are no pattern: from this association on (Cramér's V) each area has its
# own mixture of kinds, and only what deviates from that is one.
_OWN_MIXTURE, _SURE = 0.3, 1e-6
_SHRINKAGE = 5.0  # findings of the factory's mixture that are added to an area's own
_ROUNDS = 30

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Facts:
    """One entry per inspection, and one per kind of hazard that an inspection found (`found_by` its inspection).

    source: by whom it was written down; one may find more than the other, and that is no pattern.
    """

    factors: list[Factor]
    failed: Mask
    found_by: NDArray[np.int64]
    found_kind: NDArray[np.int64]
    kinds: list[str]
    source: NDArray[np.int64]

    @property
    def runs(self) -> int:
        return len(self.failed)

    def of_kind(self, kind: int | None) -> Mask:
        """The inspections that found it; None for any."""
        if kind is None:
            return self.failed
        found = np.zeros(self.runs, bool)
        found[self.found_by[self.found_kind == kind]] = True
        return found

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
    inside: Mask = field(repr=False)
    plain_ratio: float = field(repr=False)
    ci: tuple[float, float]
    rate_ratio: float = 0.0


@dataclass
class _Part:
    """Inspections that find more or less than others by a factor that is fitted: those of a pattern, or those of which
    its factors are known."""

    inside: Mask
    columns: list[list[int]]
    found: Found | None = None
    groups: Mask = field(default_factory=lambda: np.zeros(0, bool))


class Expectation:
    """How often an inspection is expected to find something: by groups of inspections that are alike in that."""

    def __init__(self, facts: Facts) -> None:
        self.facts, self.parts = facts, list[_Part]()
        self.totals = np.array([facts.failed.sum(), *np.bincount(facts.found_kind, minlength=len(facts.kinds))], float)
        self.group: NDArray[Any] = facts.source
        self.sizes = np.bincount(facts.source).astype(float)
        self._counted: dict[tuple[str, ...], tuple[Family, Floats]] = {}
        rates = np.bincount(facts.source, facts.failed, len(self.sizes)) / np.maximum(self.sizes, 1)
        kinds = self.totals[1:] / max(self.totals[0], 1)
        self.base: Floats = rates[:, None] * np.concatenate([[1.0], kinds])
        area = facts.factor("area") or facts.factor("workshop")
        if area is not None and len(facts.kinds) > 1:
            self._mix(area, rates)
        self.base = self.rates = self._scaled(self.base)
        self._counts = self._count()

    def _mix(self, area: Factor, rates: Floats) -> None:
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
        self.group = self.facts.source * len(table) + codes
        self.sizes = np.bincount(self.group, minlength=len(rates) * len(table)).astype(float)
        mixture = np.column_stack([np.ones(len(table)), share])
        self.base = np.concatenate([rate * mixture for rate in rates])

    def _scaled(self, rates: Floats) -> Floats:
        """So that as many are expected in all as there are."""
        expected = (self.sizes[:, None] * rates).sum(0)
        return rates * (self.totals / np.maximum(expected, 1e-12))

    def of(self, family: Family, known: Floats) -> tuple[Floats, Floats]:
        """Expected counts by column and cell, and the inspections in each cell.

        known: of each column what was found where the family's factors are known; as much is expected there.
        """
        counts = self._counts_of(family)
        expected = np.tensordot(self.rates.T, counts, 1)
        if family.known is not None:
            there = expected.reshape(len(expected), -1).sum(1)
            scale = known / np.maximum(there, 1e-12)
            expected *= scale.reshape(-1, *(1 for _axis in family.shape))
        return family.lifted(expected), family.lifted(counts.sum(0))

    def take_out(self, found: Found, known: Mask | None) -> None:
        """From now on what was found is expected; all that was found before is fitted anew together with it."""
        kinds = list(range(1, len(self.totals)))
        if known is not None:
            self._split(_Part(known, [[0], kinds]))
        self._split(_Part(found.inside, [[0], kinds] if found.kind is None else [[0], [found.kind + 1]], found))
        self._counts = self._count()
        self.fit()

    def drop(self, found: Sequence[Found]) -> None:
        """What was found is not expected any more."""
        self.parts = self._parts_without(found)

    def _parts_without(self, found: Sequence[Found]) -> list[_Part]:
        return [part for part in self.parts if all(part.found is not one for one in found)]

    def fit(self, without: Sequence[Found] = ()) -> None:
        """Iterative proportional fitting: the maximum likelihood of a model in which each part multiplies the rate."""
        parts, sizes, counts = self._parts_without(without), self.sizes, self._counts
        members = [np.nonzero(part.groups)[0] for part in parts]
        rates, ratios = self.base.copy(), [np.ones(len(part.columns)) for part in parts]
        for _round in range(_ROUNDS):
            rates = self._scaled(rates)
            for part, member, ratio in zip(parts, members, ratios, strict=True):
                for at, columns in enumerate(part.columns):
                    where = np.ix_(member, np.array(columns))
                    step = counts[where].sum() / max((sizes[member][:, None] * rates[where]).sum(), 1e-12)
                    rates[where] *= step
                    ratio[at] *= step
        self.rates = rates
        for part, ratio in zip(parts, ratios, strict=True):
            if part.found:
                part.found.rate_ratio = float(ratio[0] if part.found.kind is None else ratio[1])

    def _split(self, part: _Part) -> None:
        """Each group into those of its inspections that lie inside and those that do not.

        What was counted is not counted anew: of the fewer ones it is, and the others are the rest.
        """
        fewer = bool(part.inside.sum() * 2 <= len(part.inside))
        at = np.nonzero(part.inside == fewer)[0]
        halves = self.group * 2 + part.inside
        sizes = np.bincount(halves, minlength=len(self.base) * 2)
        groups = np.nonzero(sizes)[0]
        for names, (family, whole) in self._counted.items():
            some = family.counts(self.group[at], len(self.base), at)
            inside, outside = (some, whole - some) if fewer else (whole - some, some)
            self._counted[names] = family, np.stack([outside, inside], 1).reshape(-1, *family.shape)[groups]
        number = np.zeros(len(sizes), np.int64)
        number[groups] = np.arange(len(groups))
        self.group, self.sizes = number[halves], sizes[groups].astype(float)
        self.base = self.base[groups // 2]
        for earlier in self.parts:
            earlier.groups = earlier.groups[groups // 2]
        part.groups = groups % 2 == 1
        self.parts.append(part)

    def _counts_of(self, family: Family) -> Floats:
        """Inspections by group and level; counted once, and split with the groups."""
        if family.names not in self._counted:
            self._counted[family.names] = family, family.counts(self.group, len(self.rates))
        return self._counted[family.names][1]

    def _count(self) -> Floats:
        """What was found, by group and column."""
        counts = np.zeros((len(self.base), len(self.totals)))
        np.add.at(counts[:, 0], self.group[self.facts.failed], 1)
        np.add.at(counts, (self.group[self.facts.found_by], self.facts.found_kind + 1), 1)
        return counts


def chances(counts: Floats, expected: Floats, totals: Floats) -> Floats:
    """Of as many or more of all that was found, if only chance were at work.

    1 for what lies less than a standard deviation above what is expected: that is no pattern, whatever else is looked at.
    """
    likely = np.ones(counts.shape)
    more = (counts >= MIN_COUNT) & (counts > expected + np.sqrt(expected))
    n, of = counts[more], totals[more]
    likely[more] = special.betainc(n, np.maximum(of - n + 1, 1), np.minimum(expected[more] / of, 1.0))  # binomial tail
    return likely


def ratio(n: int, runs: int, total: int, all_runs: int) -> tuple[float, tuple[float, float]]:
    """To the rate of all other inspections, with its 95 % interval."""
    plain = stats.contingency.relative_risk(n, runs, total - n, all_runs - runs)
    low, high = plain.confidence_interval(0.95)
    return float(plain.relative_risk), (float(low), float(high))


def adjust(found: Found) -> None:
    """The interval moves along to the ratio that was fitted together with the other patterns."""
    if np.isfinite(found.plain_ratio):
        low, high = found.ci
        scale = found.rate_ratio / found.plain_ratio
        found.ci = low * scale, high * scale
