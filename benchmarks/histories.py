"""Histories of a plant that never was, with patterns at places that are known: for tests and for benchmarks.

Exposure is uneven over hours, areas and people. Nothing here knows how patterns are looked for.
"""

import csv
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

WORKSHOPS = ("冲压车间", "机加车间", "焊接车间", "喷涂车间", "装配车间")
KINDS = (
    "防护缺失",
    "电气",
    "消防通道",
    "消防器材",
    "起重叉车",
    "气瓶",
    "危化品",
    "粉尘",
    "静电",
    "未戴防护",
    "违章操作",
    "地面油污",
)
BEGIN, DAYS = date(2024, 9, 2), 720
AREAS, MACHINES, PEOPLE = 10, 28, 80
HEADINGS = (
    "at", "workshop", "area", "equipment", "inspector_no", "inspector_hired_on", "checklist", "seconds", "result",
    "category", "temperature_c", "humidity_pct",
)  # fmt: skip
# By chance one of these; a pair is a place and a time.
_PLANS = (
    ("weekday", "hour"), ("weekday", "hours"), ("area", "month"), ("area", "months"), ("tenure_week",), ("equipment",),
    ("temperature_c",), ("humidity_pct",), ("hours",),
)  # fmt: skip
_LEAST, _MOST = 30, 0.35
# Three together hold few inspections, so that only what happens far more often there can show.
_PLANS_OF_THREE = (
    ("weekday", "hours", "area"), ("weekday", "hour", "equipment"), ("area", "months", "hours"),
    ("equipment", "months", "weekday"), ("area", "hours", "temperature_c"), ("area", "weekday", "humidity_pct"),
    ("equipment", "hours", "humidity_pct"),
)  # fmt: skip
_MOST_OF_THREE = 0.05

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Plant:
    """factors: by name a value or (from, to); kind: −1 for all of them; so many times as often as elsewhere."""

    factors: dict[str, Any]
    kind: int
    times: float


@dataclass
class History:
    """columns: by factor, one entry per inspection; found: the kind that it found, −1 for none."""

    moments: list[datetime]
    columns: dict[str, NDArray[Any]]
    people: NDArray[np.int64]
    hired: NDArray[np.int64]
    found: NDArray[np.int64]
    planted: list[Plant] = field(default_factory=list)

    def inside(self, factors: dict[str, Any]) -> Mask:
        mask = np.ones(len(self.found), bool)
        for name, value in factors.items():
            column = self.columns[name]
            mask &= (column >= value[0]) & (column < value[1]) if isinstance(value, tuple | list) else column == value
        return mask

    def with_found(self, found: NDArray[np.int64]) -> "History":
        return replace(self, found=found)

    def part(self, mask: Mask) -> "History":
        """Of these inspections only."""
        columns = {name: column[mask] for name, column in self.columns.items()}
        moments = [moment for moment, is_in in zip(self.moments, mask, strict=True) if is_in]
        return replace(self, moments=moments, columns=columns, people=self.people[mask], found=self.found[mask])

    def moved(self, by: timedelta) -> "History":
        return replace(self, moments=[moment + by for moment in self.moments])

    def write_runs(self, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADINGS)
            for at, moment in enumerate(self.moments):
                area = int(self.columns["area"][at])
                kind = int(self.found[at])
                writer.writerow([
                    f"{moment:%Y-%m-%d %H:%M}", WORKSHOPS[area % 5], f"{area}号区", f"M{self.columns['equipment'][at]:03}",
                    int(self.people[at]), BEGIN + timedelta(days=int(self.hired[self.people[at]])), "班前检查", 80,
                    "fail" if kind >= 0 else "pass", KINDS[kind] if kind >= 0 else "",
                    self.columns["temperature_c"][at], self.columns["humidity_pct"][at],
                ])  # fmt: skip


def history(
    seed: int, *, runs: int = 12_000, found: int = 867, planted: list[Plant] | None = None, of_three: bool = False
) -> History:
    """About as many findings; one to four patterns by chance where none are named, or up to three of three factors."""
    rng = np.random.default_rng(seed)
    past = _exposure(rng, runs)
    if planted is not None:
        past.planted = planted
    elif of_three:
        past.planted = [_plant_of_three(rng, past) for _one in range(rng.integers(1, 4))]
    else:
        past.planted = [_plant(rng, past) for _one in range(rng.integers(1, 5))]
    rates = np.tile(rng.dirichlet(np.full(len(KINDS), 4.0)), (runs, 1))
    for plant in past.planted:
        kinds = slice(None) if plant.kind < 0 else slice(plant.kind, plant.kind + 1)
        rates[past.inside(plant.factors), kinds] *= plant.times
    whole = rates.sum(1)
    has_found = rng.random(runs) < np.minimum(whole * found / whole.sum(), 0.95)
    steps = (rates / whole[:, None]).cumsum(1)
    kinds_found = np.minimum((rng.random(runs)[:, None] > steps).sum(1), len(KINDS) - 1)
    past.found = np.where(has_found, kinds_found, -1)
    return past


def shuffled(past: History, seed: int) -> History:
    """What was found lies anywhere: there is nothing to be found out."""
    found = np.random.default_rng(seed).permutation(past.found)
    return past.with_found(found)


def _exposure(rng: np.random.Generator, runs: int) -> History:
    by_day = rng.gamma(5, 1, 7) * [1, 1, 1, 1, 1, 0.5, 0.4]
    by_hour = np.full(24, 0.15)
    by_hour[6:22] = rng.gamma(2, 1, 16)
    by_hour[[7, 8, 14]] *= 3
    weekdays = np.arange(DAYS) % 7
    day = np.sort(rng.choice(DAYS, runs, p=by_day[weekdays] / by_day[weekdays].sum()))
    hour = rng.choice(24, runs, p=by_hour / by_hour.sum())
    machine_area = np.concatenate([np.arange(AREAS), rng.integers(0, AREAS, MACHINES - AREAS)])
    by_machine = rng.gamma(1.5, 1, MACHINES)
    machine = rng.choice(MACHINES, runs, p=by_machine / by_machine.sum())
    hired = np.where(rng.random(PEOPLE) < 0.6, rng.integers(0, DAYS - 60, PEOPLE), -rng.integers(30, 3000, PEOPLE))
    by_person = rng.gamma(1.5, 1, PEOPLE)
    people = np.empty(runs, np.int64)
    for one in np.unique(day):
        there = by_person * (hired <= one)
        people[day == one] = rng.choice(PEOPLE, int((day == one).sum()), p=there / there.sum())
    moments = [
        datetime.combine(BEGIN, time()) + timedelta(days=int(d), hours=int(h), minutes=int(m))
        for d, h, m in zip(day, hour, rng.integers(0, 60, runs), strict=True)
    ]
    season = np.array([moment.timetuple().tm_yday for moment in moments]) / 365 * 2 * np.pi
    temperature = 17 + 12 * np.sin(season - 1.9) + 3 * np.sin((hour - 9) / 24 * 2 * np.pi) + rng.normal(0, 3, runs)
    humidity = np.clip(62 + 12 * np.sin(season - 2.2) + rng.normal(0, 13, runs), 15, 98)
    columns = {
        "weekday": weekdays[day] + 1,
        "hour": hour,
        "month": np.array([moment.month for moment in moments]),
        "area": machine_area[machine],
        "equipment": machine,
        "tenure_week": (day - hired[people]) // 7 + 1,
        "temperature_c": np.round(temperature, 1),
        "humidity_pct": np.round(humidity, 1),
    }
    return History(moments, columns, people, hired, np.full(runs, -1))


def _plant(rng: np.random.Generator, past: History) -> Plant:
    """At a place that is inspected often enough to show it, and is not half of the plant."""
    while True:
        names = _PLANS[rng.integers(len(_PLANS))]
        factors = dict(_value(rng, past, name) for name in names)
        part = past.inside(factors)
        if part.sum() >= _LEAST and part.mean() <= _MOST:
            kind = int(rng.integers(len(KINDS))) if rng.random() < 0.5 else -1
            return Plant(factors, kind, float(rng.uniform(2, 4)))


def _plant_of_three(rng: np.random.Generator, past: History) -> Plant:
    while True:
        factors = dict(_value(rng, past, name) for name in _PLANS_OF_THREE[rng.integers(len(_PLANS_OF_THREE))])
        part = past.inside(factors)
        if part.sum() >= _LEAST and part.mean() <= _MOST_OF_THREE:
            if rng.random() < 0.4:
                return Plant(factors, int(rng.integers(len(KINDS))), float(rng.uniform(8, 25)))
            return Plant(factors, -1, float(rng.uniform(3, 9)))


def _value(rng: np.random.Generator, past: History, name: str) -> tuple[str, Any]:
    if name in ("hours", "months"):
        name = name[:-1]
        first = int(rng.integers(*(6, 19) if name == "hour" else (1, 10)))
        return name, (first, first + int(rng.integers(2, 4)))
    if name == "tenure_week":
        return name, int(rng.integers(1, 13))
    if name == "temperature_c":
        low = int(rng.integers(0, 30))
        return name, (low, low + int(rng.integers(3, 8)))
    if name == "humidity_pct":
        low = int(rng.integers(25, 80))
        return name, (low, low + int(rng.integers(8, 20)))
    if name == "weekday":
        return name, int(rng.integers(1, 6))
    return name, int(rng.choice(np.unique(past.columns[name])))
