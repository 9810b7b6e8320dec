"""Where a pattern may lie: the factors of an inspection, and the cells that they cut the history into."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int32]
# Cells of factors that say the same in other words hold nothing new.
_SAME = {
    frozenset(pair)
    for pair in (
        ("hour", "shift"),
        ("area", "workshop"),
        ("area", "equipment"),
        ("workshop", "equipment"),
        ("month", "temperature_c"),
        ("temperature_c", "humidity_pct"),
    )
}
# What accidents are known to follow, and people can do something about; the other pairs share what doubt is left.
MAIN = {
    *((name,) for name in ("weekday", "hour", "month", "area", "equipment", "tenure_week", "shift")),
    ("temperature_c",),
    ("humidity_pct",),
    ("weekday", "hour"),
    ("month", "area"),
}
MAIN_SHARE = 0.85
# A cell that is shifted by less than this part of its width says nothing new: 1 / 2.5, tried on histories without any
# pattern, of which fewer than one in twenty may show one.
_APART = 2.5


@dataclass(frozen=True)
class Factor:
    """codes: of each inspection, from 0, −1 where it is not known; edges: of a measured factor, one more than levels.

    widths: how many levels in a row make a cell, and of a cell with a second factor; a single level where the order
    means nothing. is_round: after the last level comes the first. has_rest: the last level is what is left over, and no
    place for a pattern.
    """

    name: str
    codes: Codes
    values: Sequence[Any]
    widths: tuple[int, ...] = (1,)
    pair_widths: tuple[int, ...] = (1,)
    is_round: bool = False
    has_rest: bool = False
    edges: Sequence[float] = ()

    @property
    def levels(self) -> int:
        return len(self.values)

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        return self._spans(self.widths)

    @cached_property
    def pair_spans(self) -> list[tuple[int, int]]:
        return self._spans(self.pair_widths)

    def _spans(self, widths: tuple[int, ...]) -> list[tuple[int, int]]:
        """From level to level, the end excluded."""
        levels = self.levels - self.has_rest
        return [
            (first, first + width)
            for width in widths
            if width < self.levels
            for first in range(levels if self.is_round else levels - width + 1)
        ]

    @cached_property
    def lift(self) -> NDArray[np.float64]:
        return self._lift(self.spans)

    @cached_property
    def pair_lift(self) -> NDArray[np.float64]:
        return self._lift(self.pair_spans)

    def _lift(self, spans: list[tuple[int, int]]) -> NDArray[np.float64]:
        """Counts of levels, multiplied by it, are counts of spans."""
        lift = np.zeros((len(spans), self.levels))
        for row, (first, end) in enumerate(spans):
            lift[row, np.arange(first, end) % self.levels] = 1
        return lift

    def holds(self, span: tuple[int, int]) -> NDArray[np.bool_]:
        first, end = span
        if end <= self.levels:
            return (self.codes >= first) & (self.codes < end)
        return (self.codes >= first) | (self.codes >= 0) & (self.codes < end - self.levels)

    def wider(self, span: tuple[int, int]) -> list[tuple[int, int]]:
        """One level more on either side; none where the order means nothing."""
        (first, end), levels = span, self.levels - self.has_rest
        if max(self.widths) == 1 or end - first + 1 >= levels:
            return []
        if self.is_round:
            return [((first - 1) % levels, (first - 1) % levels + end - first + 1), (first, end + 1)]
        return [(low, high) for low, high in ((first - 1, end), (first, end + 1)) if low >= 0 and high <= levels]

    def part(self, at: NDArray[np.intp]) -> "Factor":
        """Of these inspections only."""
        return replace(self, codes=self.codes[at])

    def said(self, span: tuple[int, int]) -> Any:
        """One value, or [from, to) where it is a row of them."""
        first, end = span
        if self.edges:
            return [self.edges[first], self.edges[end]]
        if end - first == 1:
            return self.values[first]
        last = self.values[(end - 1) % self.levels]
        return [self.values[first], last + 1]


@dataclass(frozen=True)
class Family:
    """Cells of one factor or of two: all of them are looked at together."""

    factors: tuple[Factor, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(factor.name for factor in self.factors)

    @property
    def topic(self) -> tuple[str, ...]:
        """Families of one topic share its doubt: an area and its workshop are asked the same thing."""
        return tuple("area" if name == "workshop" else name for name in self.names)

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(factor.levels for factor in self.factors)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape))

    @cached_property
    def codes(self) -> Codes:
        """Of each inspection its place among all levels; one more stands for those of which a factor is not known."""
        first, *rest = self.factors
        codes, is_known = first.codes.copy(), first.codes >= 0
        for factor in rest:
            codes = codes * factor.levels + factor.codes
            is_known &= factor.codes >= 0
        codes[~is_known] = self.size
        return codes

    @cached_property
    def known(self) -> NDArray[np.bool_] | None:
        """Inspections of which every factor is known; None where that is all of them."""
        known = self.codes < self.size
        return None if known.all() else known

    def counts(self, layer: NDArray[Any], layers: int, at: NDArray[Any] | None = None) -> NDArray[np.float64]:
        """How many lie at each level, for each layer: of all inspections or of those at the places named."""
        codes = self.codes if at is None else self.codes[at]
        wide = self.size + 1
        flat = np.bincount(layer * wide + codes, minlength=layers * wide)
        return flat.reshape(layers, wide)[:, :-1].reshape(layers, *self.shape).astype(float)

    def lifted(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """From levels to cells."""
        if len(self.factors) == 1:
            return counts @ self.factors[0].lift.T
        first, second = self.factors
        return first.pair_lift @ counts @ second.pair_lift.T

    @property
    def apart(self) -> NDArray[np.float64]:
        """For how many cells each one counts: those that overlap say much the same."""
        lists = [factor.spans if len(self.factors) == 1 else factor.pair_spans for factor in self.factors]
        parts = [np.array([min(1.0, _APART / (end - first)) for first, end in spans]) for spans in lists]
        return parts[0] if len(parts) == 1 else np.outer(*parts)

    def spans(self, place: Sequence[int]) -> list[tuple[Factor, tuple[int, int]]]:
        lists = [factor.spans if len(self.factors) == 1 else factor.pair_spans for factor in self.factors]
        return [(factor, spans[at]) for factor, spans, at in zip(self.factors, lists, place, strict=True)]


def are_apart(factors: Sequence[Factor]) -> bool:
    """No two of them say the same in other words."""
    return not any(frozenset((one.name, other.name)) in _SAME for one, other in combinations(factors, 2))


def families(factors: Sequence[Factor]) -> Iterator[Family]:
    wanted = [factor for factor in factors if factor.levels > 1]
    for factor in wanted:
        yield Family((factor,))
    for pair in combinations(wanted, 2):
        if are_apart(pair):
            yield Family(pair)
