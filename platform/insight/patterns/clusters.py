"""Patterns of three factors: too many cells to look at one by one, so that what was found is clustered first.

A sample proposes and all other inspections judge: where findings of the sample lie close together in three factors
(complete linkage: no cluster reaches further than a cell may), the cluster's box is a place to look at, and those that
look strongest are tested with what the sample did not see (Cox 1975, data splitting; Bonferroni).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage

from insight.patterns.cells import Factor, are_apart
from insight.patterns.expectation import MIN_COUNT, Expectation, Facts, Floats, Found, Mask, chances, ratio

TESTS = 10
_SAMPLE_SHARE, _SAMPLE_FOUND = 0.5, 400
_SAME_BOX = 0.5
_ANY_SIGN = 0.2  # of more than expected in what a box leaves over, and the box does not explain it
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


def find_clusters(
    facts: Facts, expectation: Expectation, found: list[Found], *, share: float, alpha: float, most: int
) -> list[Found]:
    """All that was found, clusters last, the strongest first; each is taken out of what is expected.

    share: of the doubt; of histories without any pattern at most share × alpha show one. What was found before is left
    out where a cluster explains it.
    """
    sample = _sample(facts)
    boxes = [_whole(facts, spans, column) for spans, column in _proposed(facts, expectation, found, sample)]
    court = _Court(facts, expectation, ~sample)
    while boxes and len(found) < most:
        trials = [court.trial(box, found) for box in boxes]
        best = min(range(len(trials)), key=lambda at: trials[at].p)
        trial, box = trials[best], boxes.pop(best)
        q = trial.p * TESTS / share
        if q >= alpha:
            break
        expectation.drop(trial.shadows)
        found = [one for one in found if all(one is not shadow for shadow in trial.shadows)]
        found.append(_as_found(facts, box, trial.p, q))
        expectation.take_out(found[-1], None if box.known.all() else box.known)
    return found


@dataclass(frozen=True)
class _Trial:
    """shadows: what was found before and is nothing without the box."""

    p: float
    shadows: list[Found]


@dataclass(frozen=True)
class _Court:
    facts: Facts
    expectation: Expectation
    judges: Mask

    def trial(self, box: _Box, found: Sequence[Found]) -> _Trial:
        """Whether it shows beside all that was found; where not, whether it shows in place of what it lies in."""
        beside = _Trial(self._chance(box), [])
        around = [one for one in found if _lies_in(box, one)]
        if not around:
            return beside
        self.expectation.fit(without=around)
        in_place = _Trial(self._chance(box), around)
        rests = [replace(box, inside=one.inside & ~box.inside) for one in around]
        is_needed = any(self._chance(rest) < _ANY_SIGN for rest in rests)
        self.expectation.fit()
        return beside if is_needed else min(beside, in_place, key=lambda trial: trial.p)

    def _chance(self, box: _Box) -> float:
        of_kind = self.facts.of_kind(box.column - 1 if box.column else None)
        inside, known = self.judges & box.inside, self.judges & box.known
        n, total = float((of_kind & inside).sum()), float((of_kind & known).sum())
        expected = self._expected(inside, box.column) * total / max(self._expected(known, box.column), 1e-12)
        return float(chances(np.array([n]), np.array([expected]), np.array([total]))[0])

    def _expected(self, where: Mask, column: int) -> float:
        rates = self.expectation.rates[:, column]
        return float(np.bincount(self.expectation.group[where], minlength=len(rates)) @ rates)


def _lies_in(box: _Box, found: Found) -> bool:
    return bool(_shared(box.inside, found.inside) > _SAME_BOX and box.inside.sum() < found.exposure)


def _sample(facts: Facts) -> Mask:
    """By chance, but the same one each time."""
    share = min(_SAMPLE_SHARE, _SAMPLE_FOUND / facts.failed.sum())
    return np.random.default_rng(0).random(facts.runs) < share


def _proposed(facts: Facts, expectation: Expectation, found: Sequence[Found], sample: Mask) -> list[tuple[Spans, int]]:
    """First some that may stand in place of what was found: it would hide them; then those that stand beside it."""
    at = np.nonzero(sample)[0]
    group, counts = expectation.group[at], _found_by(facts, at)
    factors = [factor.part(at) for factor in facts.factors if factor.levels > 1]
    within = np.array([one.inside[at] for one in found], float).reshape(-1, len(at))
    in_place, beside = list[_Scored](), list[_Scored]()
    for spans, inside, known in _boxes(factors, np.nonzero(counts[:, 0])[0]):
        lies_in = ((inside @ within.T) > _SAME_BOX * inside.sum(1, keepdims=True)).any(1)
        for scored, rates in ((in_place, expectation.base), (beside, expectation.rates)):
            likely = _likely(inside, known, counts, rates[group])
            scored.extend(
                _Scored(float(likely[row].min()), spans[row], int(likely[row].argmin()), inside[row] > 0)
                for row in range(len(spans))
                if scored is beside or lies_in[row]
            )
    first = [_grown(one, counts, expectation.base[group]) for one in _strongest(in_place, TESTS // 2)]
    chosen = _strongest(beside, TESTS, first)
    rest = [_grown(one, counts, expectation.rates[group]) for one in chosen[len(first) :]]
    return [(one.spans, one.column) for one in first + rest]


def _grown(box: "_Scored", counts: Floats, rates: Floats) -> "_Scored":
    """As wide as makes it most unlikely: a cluster reaches only as far as its own findings."""
    known = _known([factor for factor, _span in box.spans]).astype(float)
    while True:
        wider = [
            (*box.spans[:at], (factor, span), *box.spans[at + 1 :])
            for at, (factor, narrow) in enumerate(box.spans)
            for span in factor.wider(narrow)
        ]
        if not wider:
            return box
        inside = np.array([_inside(spans) for spans in wider])
        likely = _likely(inside.astype(float), known, counts, rates)[:, box.column]
        best = int(likely.argmin())
        if likely[best] >= box.likely:
            return box
        box = _Scored(float(likely[best]), wider[best], box.column, inside[best])


def _likely(inside: Floats, known: Floats, counts: Floats, rates: Floats) -> Floats:
    """By box and column; that it may be any of the kinds is counted in."""
    totals = known @ counts
    n, expected = inside @ counts, inside @ rates * (totals / np.maximum(known @ rates, 1e-12))
    likely = chances(n, expected, np.broadcast_to(totals, n.shape))
    likely[:, 1:] *= counts.shape[1] - 1
    return likely


class _Scored(NamedTuple):
    likely: float
    spans: Spans
    column: int
    inside: Mask


def _strongest(scored: list[_Scored], most: int, first: Sequence[_Scored] = ()) -> list[_Scored]:
    """One of those that hold mostly the same inspections; none that holds mostly what the first ones hold."""
    chosen = list(first)
    for one in sorted(scored, key=lambda one: one.likely):
        if len(chosen) == most or one.likely == 1:
            break
        if all(_shared(one.inside, other.inside) <= _SAME_BOX for other in chosen):
            chosen.append(one)
    return chosen


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


def _as_found(facts: Facts, box: _Box, p: float, q: float) -> Found:
    kind = box.column - 1 if box.column else None
    found = facts.of_kind(kind)
    n, runs = int((found & box.inside).sum()), int(box.inside.sum())
    plain, ci = ratio(n, runs, int((found & box.known).sum()), int(box.known.sum()))
    return Found(list(box.spans), kind, n, runs, p, q, box.inside, plain, ci)
