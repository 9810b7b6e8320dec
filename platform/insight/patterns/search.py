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

Floats = NDArray[np.float64]
Observed = tuple[Floats, Floats]


@dataclass(frozen=True)
class Facts:
    """One entry per inspection, and one per kind of hazard that an inspection found (`found_by` its inspection).

    source: by whom it was written down; one may find more than the other, and that is no pattern.
    """

    factors: list[Factor]
    failed: NDArray[np.bool_]
    found_by: NDArray[np.int64]
    found_kind: NDArray[np.int64]
    kinds: list[str]
    source: NDArray[np.int64]

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
    plain_ratio: float = field(repr=False)
    ci: tuple[float, float]
    rate_ratio: float = 0.0


@dataclass
class _Part:
    """Inspections that find more or less than others by a factor that is fitted: those of a pattern, or those of which
    its factors are known."""

    inside: NDArray[np.bool_]
    columns: list[list[int]]
    found: Found | None = None


class _Expectation:
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

    def take_out(self, found: Found, known: NDArray[np.bool_] | None) -> None:
        """From now on what was found is expected; all that was found before is fitted anew together with it.

        Iterative proportional fitting: the maximum likelihood of a model in which each part multiplies the rate.
        """
        kinds = list(range(1, len(self.totals)))
        if known is not None:
            self._split(_Part(known, [[0], kinds]))
        self._split(_Part(found.inside, [[0], kinds] if found.kind is None else [[0], [found.kind + 1]], found))
        sizes, counts = self.sizes, self._counts()
        members = [np.nonzero(np.bincount(self.group, part.inside, len(sizes)))[0] for part in self.parts]
        rates, ratios = self.base.copy(), [np.ones(len(part.columns)) for part in self.parts]
        for _round in range(_ROUNDS):
            rates = self._scaled(rates)
            for part, member, ratio in zip(self.parts, members, ratios, strict=True):
                for at, columns in enumerate(part.columns):
                    where = np.ix_(member, np.array(columns))
                    step = counts[where].sum() / max((sizes[member][:, None] * rates[where]).sum(), 1e-12)
                    rates[where] *= step
                    ratio[at] *= step
        self.rates = rates
        for part, ratio in zip(self.parts, ratios, strict=True):
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
        self.parts.append(part)

    def _counts_of(self, family: Family) -> Floats:
        """Inspections by group and level; counted once, and split with the groups."""
        if family.names not in self._counted:
            self._counted[family.names] = family, family.counts(self.group, len(self.rates))
        return self._counted[family.names][1]

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
    expectation, found = _Expectation(facts), list[Found]()
    for _one in range(MOST):
        best = _strongest(facts, wanted, observed, expectation)
        if best is None:
            break
        expectation.take_out(*best)
        found.append(best[0])
    for one in found:
        _adjust(one)
    return found


def _observed(family: Family, facts: Facts) -> Observed:
    """By column and cell, and by column where the factors are known. Column 0 is any hazard, then comes each kind."""
    failed = np.nonzero(facts.failed)[0]
    whole = family.counts(np.zeros(len(failed), np.int64), 1, failed)
    kinds = family.counts(facts.found_kind, len(facts.kinds), facts.found_by)
    counts = np.concatenate([whole, kinds])
    return family.lifted(counts), counts.reshape(len(counts), -1).sum(1)


def _strongest(
    facts: Facts, wanted: list[Family], observed: list[Observed], expectation: _Expectation
) -> tuple[Found, NDArray[np.bool_] | None] | None:
    """And the inspections of which its factors are known, where that is not all."""
    looks = [_look(facts, *each, expectation) for each in zip(wanted, observed, strict=True)]
    p, weight = np.concatenate([look.chances for look in looks]), _weights(wanted, looks)
    if not len(p):
        return None
    weighted = np.minimum(p / (weight * len(p)), 1.0)
    q = stats.false_discovery_control(weighted)
    if q.min() >= ALPHA:
        return None
    # The same inspections in other words are equally likely: of these the first.
    likeliest = int(np.argmin(weighted))
    best = int(np.nonzero((q < ALPHA) & np.isclose(p, p[likeliest], rtol=1e-9, atol=0))[0][0])
    ends = np.cumsum([len(look.chances) for look in looks])
    number = int(np.searchsorted(ends, best, side="right"))
    column, *place = (int(axis[best - ends[number]]) for axis in looks[number].cells)
    family, (counts, known) = wanted[number], observed[number]
    spans = family.spans(place)
    inside = np.logical_and.reduce([factor.holds(span) for factor, span in spans])
    n, runs = int(counts[(column, *place)]), int(inside.sum())
    all_runs = facts.runs if family.known is None else int(family.known.sum())
    plain, ci = _ratio(n, runs, int(known[column]), all_runs)
    kind = column - 1 if column else None
    return Found(spans, kind, n, runs, float(p[best]), float(q[best]), inside, plain, ci), family.known


@dataclass(frozen=True)
class _Look:
    """A family's cells that are looked at (column and place), how likely each is, and for how many each counts."""

    cells: tuple[NDArray[np.intp], ...]
    chances: Floats
    apart: Floats


def _look(facts: Facts, family: Family, observed: Observed, expectation: _Expectation) -> _Look:
    counts, known = observed
    expected, runs = expectation.of(family, known)
    # Whether a cell is looked at must not depend on what was found in it.
    cells = np.nonzero((expected >= MIN_EXPECTED) & (runs >= MIN_RUNS) & (runs <= facts.runs / 2))
    chances = _chances(counts[cells], expected[cells], known[cells[0]])
    return _Look(cells, chances, np.broadcast_to(family.apart, counts.shape)[cells])


def _weights(wanted: list[Family], looks: list[_Look]) -> Floats:
    """How the doubt is shared: among families, within each among its cells."""
    topics = [family.topic for family in wanted]
    main = len({topic for topic in topics if topic in MAIN})
    shares = {
        topic: MAIN_SHARE / main if topic in MAIN else (1 - MAIN_SHARE) / (len(set(topics)) - main) for topic in topics
    }
    sizes: dict[tuple[tuple[str, ...], bool], float] = {}
    for topic, look in zip(topics, looks, strict=True):
        for is_whole in (True, False):
            many = look.apart[(look.cells[0] == 0) == is_whole].sum()
            sizes[topic, is_whole] = sizes.get((topic, is_whole), 0.0) + many
    return np.concatenate([
        shares[topic]
        * np.where(
            look.cells[0] == 0,
            WHOLE_SHARE / max(sizes[topic, True], 1.0),
            (1 - WHOLE_SHARE) / max(sizes[topic, False], 1.0),
        )
        for topic, look in zip(topics, looks, strict=True)
    ])  # fmt: skip


def _chances(counts: Floats, expected: Floats, totals: Floats) -> Floats:
    """Of as many or more of all that was found, if only chance were at work; 1 for what is not more than expected."""
    chances = np.ones(len(counts))
    more = (counts >= MIN_COUNT) & (counts > expected)
    n, of = counts[more], totals[more]
    chances[more] = special.betainc(n, np.maximum(of - n + 1, 1), np.minimum(expected[more] / of, 1.0))  # binomial tail
    return chances


def _ratio(n: int, runs: int, total: int, all_runs: int) -> tuple[float, tuple[float, float]]:
    """To the rate of all other inspections, with its 95 % interval."""
    plain = stats.contingency.relative_risk(n, runs, total - n, all_runs - runs)
    low, high = plain.confidence_interval(0.95)
    return float(plain.relative_risk), (float(low), float(high))


def _adjust(found: Found) -> None:
    """The interval moves along to the ratio that was fitted together with the other patterns."""
    if np.isfinite(found.plain_ratio):
        low, high = found.ci
        scale = found.rate_ratio / found.plain_ratio
        found.ci = low * scale, high * scale
