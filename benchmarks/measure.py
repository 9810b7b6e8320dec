"""Ours and the reference side by side in one run: interleaved, warmed up, compared by their medians."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Result:
    """ours and reference: medians in the unit; ratio = ours / reference; goal: the highest ratio that is good, if there is one."""

    name: str
    ours: float
    reference: float
    ratio: float
    goal: float | None
    met: bool | None
    unit: str = "s"

    def as_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True)
class Count:
    """So many of so many, against a goal: at least it where is_floor, at most it otherwise."""

    name: str
    found: int
    of: int
    goal: int
    is_floor: bool = False

    @property
    def met(self) -> bool:
        return self.found >= self.goal if self.is_floor else self.found <= self.goal

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "met": self.met}


def compare(name: str, ours: Callable[[], None], reference: Callable[[], None], *, goal: float, rounds: int) -> Result:
    """One round of each for warming up, then alternating; shared machines are noisy, so only the ratio counts."""
    _seconds(ours), _seconds(reference)
    pairs = [(_seconds(ours), _seconds(reference)) for _round in range(rounds)]
    return result(name, statistics.median(a for a, _b in pairs), statistics.median(b for _a, b in pairs), goal)


def result(name: str, ours: float, reference: float, goal: float | None, unit: str = "s") -> Result:
    ratio = ours / reference
    return Result(
        name, round(ours, 6), round(reference, 6), round(ratio, 4), goal, None if goal is None else ratio <= goal, unit
    )


def _seconds(work: Callable[[], None]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def table(results: list[Result]) -> str:
    rows = [("name", "ours", "reference", "ratio", "goal", "met")]
    for row in results:
        figures = (_with_unit(row.ours, row.unit), _with_unit(row.reference, row.unit))
        goal = ("–", "–") if row.goal is None else (f"≤ {row.goal:g}", "yes" if row.met else "NO")
        rows.append((row.name, *figures, f"{row.ratio:.3f}", *goal))
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in rows)


def _with_unit(value: float, unit: str) -> str:
    return f"{value * 1000:.1f} ms" if unit == "s" else f"{value:.1f} {unit}"


def counts(rows: list[Count]) -> str:
    width = max(len(row.name) for row in rows)
    return "\n".join(
        f"{row.name.ljust(width)}  {row.found:>6} of {row.of:<6} {row.found / max(row.of, 1):8.2%}"
        f"  goal {'≥' if row.is_floor else '≤'} {row.goal:<5} {'yes' if row.met else 'NO'}"
        for row in rows
    )
