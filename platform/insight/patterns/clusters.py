"""Patterns of three factors: too many cells to look at one by one, so that what was found is clustered first.

A sample proposes and all other inspections judge: where findings of the sample lie close together in three factors
(complete linkage: no cluster reaches further than a cell may), the cluster's box is a place to look at, and those that
look strongest are tested with what the sample did not see (Cox 1975, data splitting; Bonferroni).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage

from insight.patterns.cells import Factor, are_apart
from insight.patterns.expectation import MIN_COUNT, Expectation, Facts, Floats, Found, Mask, chances, ratio

TESTS = 10
_SAMPLE_SHARE, _SAMPLE_FOUND = 0.5, 400
_SAME_BOX = 0.5
_FAR = 2.0  # any more than the reach of a cluster, which is 1

Span = tuple[int, int]
Spans = tuple[tuple[Factor, Span], ...]


@dataclass(frozen=True)
class _Box:
    """column: 0 for any hazard, then comes each kind."""

    spans: Spans
    column: int
    inside: Mask
    known: Mask


def find_clusters(facts: Facts, expectation: Expectation, *, share: float, alpha: float, most: int) -> list[Found]:
    """Strongest first, each taken out of what is expected.

    share: of the doubt; of histories without any pattern at most share × alpha show one.
    """
    sample = _sample(facts)
    boxes = [_whole(facts, spans, column) for spans, column in _proposed(facts, expectation, sample)]
    found = list[Found]()
    while boxes and len(found) < most:
        likely = [_chance(facts, expectation, box, ~sample) for box in boxes]
        best = int(np.argmin(likely))
        q = likely[best] * TESTS / share
        if q >= alpha:
            break
        box = boxes.pop(best)
        found.append(_as_found(facts, box, likely[best], q))
        expectation.take_out(found[-1], None if box.known.all() else box.known)
    return found


def _sample(facts: Facts) -> Mask:
    """By chance, but the same one each time."""
    share = min(_SAMPLE_SHARE, _SAMPLE_FOUND / facts.failed.sum())
    return np.random.default_rng(0).random(facts.runs) < share


def _proposed(facts: Facts, expectation: Expectation, sample: Mask) -> list[tuple[Spans, int]]:
    at = np.nonzero(sample)[0]
    expected = expectation.rates[expectation.group[at]]
    counts = _found_by(facts, at)
    factors = [factor.part(at) for factor in facts.factors if factor.levels > 1]
    scored = list[tuple[float, Spans, int, Mask]]()
    for spans, inside, known in _boxes(factors, np.nonzero(counts[:, 0])[0]):
        n, there = inside @ counts, inside @ expected
        totals = known @ counts
        there *= totals / np.maximum(known @ expected, 1e-12)
        likely = chances(n, there, np.broadcast_to(totals, n.shape))
        likely[:, 1:] *= len(facts.kinds)
        scored.extend(
            (float(likely[row, column]), spans[row], int(column), inside[row] > 0)
            for row, column in enumerate(likely.argmin(1))
        )
    return _strongest(scored)


def _strongest(scored: list[tuple[float, Spans, int, Mask]]) -> list[tuple[Spans, int]]:
    """One of those that hold mostly the same inspections."""
    chosen = list[tuple[Spans, int, Mask]]()
    for likely, spans, column, inside in sorted(scored, key=lambda one: one[0]):
        if len(chosen) == TESTS or likely == 1:
            break
        if all(_shared(inside, other) <= _SAME_BOX for _spans, _column, other in chosen):
            chosen.append((spans, column, inside))
    return [(spans, column) for spans, column, _inside in chosen]


def _shared(one: Mask, other: Mask) -> float:
    return float((one & other).sum() / min(one.sum(), other.sum()))


def _boxes(factors: Sequence[Factor], failed: NDArray[np.intp]) -> Iterator[tuple[list[Spans], Floats, Floats]]:
    """For each three factors: the boxes of the clusters, what lies inside of each, and where the factors are known."""
    apart = {factor.name: _distances(factor, factor.codes[failed]) for factor in factors}
    for three in combinations(factors, 3):
        if not are_apart(three) or len(failed) < MIN_COUNT:
            continue
        tree = linkage(np.maximum.reduce([apart[factor.name] for factor in three]), "complete")
        numbers = fcluster(tree, 1, "distance")
        members = [failed[numbers == number] for number in np.nonzero(np.bincount(numbers) >= MIN_COUNT)[0]]
        spans = dict.fromkeys(tuple(_span(factor.codes[one], factor) for factor in three) for one in members)
        boxes = [tuple(zip(three, one, strict=True)) for one in spans]
        if boxes:
            yield boxes, np.array([_inside(box) for box in boxes], float), _known(three).astype(float)


def _distances(factor: Factor, codes: NDArray[np.int32]) -> Floats:
    """Of all pairs, in reaches of a cluster: what is further than one is never in the same box."""
    first, second = np.triu_indices(len(codes), 1)
    steps = np.abs(codes[first] - codes[second])
    if factor.is_round:
        steps = np.minimum(steps, factor.levels - steps)
    distances = np.where(steps < max(factor.pair_widths), steps / max(factor.pair_widths), _FAR)
    is_no_place = (codes < 0) | (codes >= factor.levels - factor.has_rest)
    distances[is_no_place[first] | is_no_place[second]] = _FAR
    return distances


def _span(codes: NDArray[np.int32], factor: Factor) -> Span:
    """The shortest that holds all of them."""
    levels = np.unique(codes)
    if not factor.is_round:
        return int(levels[0]), int(levels[-1]) + 1
    gaps = np.diff(levels, append=levels[0] + factor.levels)
    first = int(levels[(int(gaps.argmax()) + 1) % len(levels)])
    return first, first + factor.levels - int(gaps.max()) + 1


def _inside(spans: Spans) -> Mask:
    return np.logical_and.reduce([factor.holds(span) for factor, span in spans])


def _known(factors: Sequence[Factor]) -> Mask:
    return np.logical_and.reduce([factor.codes >= 0 for factor in factors])


def _whole(facts: Facts, spans: Spans, column: int) -> _Box:
    whole = tuple((_named(facts, factor.name), span) for factor, span in spans)
    return _Box(whole, column, _inside(whole), _known([factor for factor, _span in whole]))


def _named(facts: Facts, name: str) -> Factor:
    return next(factor for factor in facts.factors if factor.name == name)


def _found_by(facts: Facts, at: NDArray[np.intp]) -> Floats:
    """By inspection and column, whether it was found."""
    number = np.full(facts.runs, -1)
    number[at] = np.arange(len(at))
    counts = np.zeros((len(at), len(facts.kinds) + 1))
    counts[:, 0] = facts.failed[at]
    mine = number[facts.found_by] >= 0
    counts[number[facts.found_by[mine]], facts.found_kind[mine] + 1] = 1
    return counts


def _chance(facts: Facts, expectation: Expectation, box: _Box, judges: Mask) -> float:
    found = facts.of_kind(box.column - 1 if box.column else None)
    n, total = (float((found & judges & mask).sum()) for mask in (box.inside, box.known))
    there, known = (_expected(expectation, judges & mask, box.column) for mask in (box.inside, box.known))
    expected = there * total / np.maximum(known, 1e-12)
    return float(chances(np.array([n]), np.array([expected]), np.array([total]))[0])


def _expected(expectation: Expectation, where: Mask, column: int) -> float:
    sizes = np.bincount(expectation.group[where], minlength=len(expectation.rates))
    return float(sizes @ expectation.rates[:, column])


def _as_found(facts: Facts, box: _Box, p: float, q: float) -> Found:
    kind = box.column - 1 if box.column else None
    found = facts.of_kind(kind)
    n, runs = int((found & box.inside).sum()), int(box.inside.sum())
    plain, ci = ratio(n, runs, int((found & box.known).sum()), int(box.known.sum()))
    return Found(list(box.spans), kind, n, runs, p, q, box.inside, plain, ci)
