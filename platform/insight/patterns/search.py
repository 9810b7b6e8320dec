"""Where things go wrong more often than inspections alone explain.

What is counted is inspections that found something, against all inspections: a place that is inspected more often is
not riskier by that. Of all that was found a cell has its share by chance, binomially, as large as what is expected of
its inspections; over all cells the false discovery rate is held (Benjamini and Hochberg 1995), weighted, so that pairs
of factors that hardly ever matter do not drown those that do (Genovese, Roeder and Wasserman 2006). The strongest
pattern is taken out of what is expected before the next one is looked for, so that no finding is another one's shadow.
Cells are of one factor or of two; what three of them have together is left to clusters.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from insight.patterns.cells import MAIN, MAIN_SHARE, Family, families
from insight.patterns.clusters import find_clusters
from insight.patterns.expectation import MIN_COUNT, Expectation, Facts, Floats, Found, Mask, adjust, chances, ratio

MIN_EXPECTED = 1.0
MIN_RUNS = 5
ALPHA = 0.05
CELLS_SHARE = 0.8  # of the doubt; the rest is for clusters
WHOLE_SHARE = 0.4  # of the doubt, for cells of all kinds together; the rest is for the kinds one by one
MOST = 10

Observed = tuple[Floats, Floats]


def find(facts: Facts) -> list[Found]:
    """Strongest first; empty where chance explains all of it."""
    if facts.failed.sum() < MIN_COUNT:
        return []
    wanted = list(families(facts.factors))
    observed = [_observed(family, facts) for family in wanted]
    expectation, found = Expectation(facts), list[Found]()
    for _one in range(MOST):
        best = _strongest(facts, wanted, observed, expectation)
        if best is None:
            break
        expectation.take_out(*best)
        found.append(best[0])
    found = find_clusters(facts, expectation, found, share=1 - CELLS_SHARE, alpha=ALPHA, most=MOST)
    for one in found:
        adjust(one)
    return [one for one in found if not _is_shadow(one)]


def _is_shadow(found: Found) -> bool:
    """What was found after it explains all of it. (No limit is known where nothing was found elsewhere.)"""
    return found.ci[0] <= 1


def _observed(family: Family, facts: Facts) -> Observed:
    """By column and cell, and by column where the factors are known. Column 0 is any hazard, then comes each kind."""
    failed = np.nonzero(facts.failed)[0]
    whole = family.counts(np.zeros(len(failed), np.int64), 1, failed)
    kinds = family.counts(facts.found_kind, len(facts.kinds), facts.found_by)
    counts = np.concatenate([whole, kinds])
    return family.lifted(counts), counts.reshape(len(counts), -1).sum(1)


def _strongest(
    facts: Facts, wanted: list[Family], observed: list[Observed], expectation: Expectation
) -> tuple[Found, Mask | None] | None:
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
    plain, ci = ratio(n, runs, int(known[column]), all_runs)
    kind = column - 1 if column else None
    return Found(spans, kind, n, runs, float(p[best]), float(q[best]), inside, plain, ci), family.known


@dataclass(frozen=True)
class _Look:
    """A family's cells that are looked at (column and place), how likely each is, and for how many each counts."""

    cells: tuple[NDArray[np.intp], ...]
    chances: Floats
    apart: Floats


def _look(facts: Facts, family: Family, observed: Observed, expectation: Expectation) -> _Look:
    counts, known = observed
    expected, runs = expectation.of(family, known)
    # Whether a cell is looked at must not depend on what was found in it.
    cells = np.nonzero((expected >= MIN_EXPECTED) & (runs >= MIN_RUNS) & (runs <= facts.runs / 2))
    likely = chances(counts[cells], expected[cells], known[cells[0]])
    return _Look(cells, likely, np.broadcast_to(family.apart, counts.shape)[cells])


def _weights(wanted: list[Family], looks: list[_Look]) -> Floats:
    """How the doubt is shared that clusters leave: among families, within each among its cells."""
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
        CELLS_SHARE
        * shares[topic]
        * np.where(
            look.cells[0] == 0,
            WHOLE_SHARE / max(sizes[topic, True], 1.0),
            (1 - WHOLE_SHARE) / max(sizes[topic, False], 1.0),
        )
        for topic, look in zip(topics, looks, strict=True)
    ])  # fmt: skip
