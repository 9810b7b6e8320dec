"""A small line of values, drawn by the server: no script, printable, in the page's own colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

WIDTH, HEIGHT, EDGE = 120, 30, 3


@dataclass(frozen=True)
class Spark:
    """lines: points of each stretch without a gap; dots: stretches of one value; mark: how high the target lies."""

    lines: list[str]
    dots: list[tuple[float, float]]
    end: tuple[float, float] | None
    top: float
    width: int = WIDTH
    height: int = HEIGHT
    mark: float | None = None


def spark(values: Sequence[float | None], target: float | None = None) -> Spark:
    """From zero to the greatest value; where there is no value there is a gap, not a zero."""
    top = max((value for value in (*values, target) if value is not None), default=0) or 1
    step = (WIDTH - 2 * EDGE) / max(len(values) - 1, 1)
    places = [
        None
        if value is None
        else (round(EDGE + at * step, 1), round(HEIGHT - EDGE - value / top * (HEIGHT - 2 * EDGE), 1))
        for at, value in enumerate(values)
    ]
    stretches = _stretches(places)
    lines = [" ".join(f"{x},{y}" for x, y in points) for points in stretches if len(points) > 1]
    dots = [points[0] for points in stretches if len(points) == 1]
    mark = None if target is None else round(HEIGHT - EDGE - target / top * (HEIGHT - 2 * EDGE), 1)
    return Spark(lines, dots, stretches[-1][-1] if stretches else None, top, mark=mark)


def _stretches(places: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    found: list[list[tuple[float, float]]] = []
    for before, place in pairwise([None, *places]):
        if place is None:
            continue
        if before is None:
            found.append([])
        found[-1].append(place)
    return found
