"""The history as numbers: inspections that were done here, and those that a factory brought along.

It comes out of the database in PostgreSQL's binary form, every row equally long, so that a million rows are one array.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from core.words import wordings
from core.zone import zone
from facilities.models import Area, Department, Equipment, Shift
from hazards.models import Category
from insight.patterns.cells import Factor
from insight.patterns.expectation import Facts, Found
from past.models import PastPlace, PastRun

# Half a year after hiring nobody is new any more.
TENURE_WEEKS = 26
MEASURED = ("temperature_c", "humidity_pct")
MEASURED_LEVELS, MEASURED_WIDTHS, MEASURED_PAIR_WIDTHS = 32, (1, 2, 3, 4, 5, 6, 8, 10, 12, 16), (4, 8)
_UNKNOWN = -1
_HEADER, _TRAILER = 19, 2
_FIELDS = (
    ("run", ">i8"),
    ("minute", ">i4"),
    ("place", ">i4"),
    ("machine", ">i4"),
    ("tenure", ">i4"),
    ("kind", ">i4"),
    ("failed", ">i4"),
    ("temperature_c", ">f4"),
    ("humidity_pct", ">f4"),
)
# minute: on the factory's clock, since 1970; tenure: days since hiring, negative where it is not known.
RECORD = np.dtype([(name, kind.replace(">", "=")) for name, kind in _FIELDS])
# As PostgreSQL sends it: how many fields, and before each how long it is.
_SENT = np.dtype(
    [("count", ">i2"), *(part for name, kind in _FIELDS for part in ((f"{name}_size", ">i4"), (name, kind)))]
)
# kind: which one it found, from 1; of our own inspections, which may find several, it is asked for apart.
_PAST = """
SELECT id, (extract(epoch FROM at AT TIME ZONE %(zone)s) / 60)::int4, place_id::int4, 0::int4,
    coalesce((at AT TIME ZONE %(zone)s)::date - inspector_hired_on, -1)::int4,
    CASE WHEN has_failed THEN coalesce(array_position(%(kinds)s::text[], category::text), 0) ELSE 0 END::int4,
    has_failed::int4, coalesce(temperature_c, 'NaN')::float4, coalesce(humidity_pct, 'NaN')::float4
FROM past_pastrun
"""
_OWN = """
WITH climate AS (
    SELECT sensor.area_id, date_trunc('hour', reading.at) AS hour,
        avg(value) FILTER (WHERE kind = 'temperature') AS temperature, avg(value) FILTER (WHERE kind = 'humidity') AS humidity
    FROM sensors_sensorreading reading JOIN sensors_sensor sensor ON sensor.id = reading.sensor_id
    WHERE kind IN ('temperature', 'humidity') GROUP BY 1, 2
)
SELECT run.id, (extract(epoch FROM submitted_at AT TIME ZONE %(zone)s) / 60)::int4, run.area_id::int4,
    coalesce(run.equipment_id, 0)::int4,
    coalesce((submitted_at AT TIME ZONE %(zone)s)::date - person.hired_on, -1)::int4, 0::int4,
    (result = 'fail')::int4, coalesce(temperature, 'NaN')::float4, coalesce(humidity, 'NaN')::float4
FROM inspections_run run
LEFT JOIN people_user person ON person.id = run.inspector_id
LEFT JOIN climate ON climate.area_id = run.area_id AND climate.hour = date_trunc('hour', submitted_at)
WHERE run.status = 'done' AND run.conflicts_with_id IS NULL
"""
_FOUND = """
SELECT DISTINCT answer.run_id, hazard.category_id
FROM inspections_answer answer
JOIN hazards_hazard hazard ON hazard.id = answer.hazard_id
JOIN inspections_run run ON run.id = answer.run_id
WHERE answer.value = 'fail' AND run.status = 'done' AND run.conflicts_with_id IS NULL
ORDER BY 1
"""


class _Names:
    """One name for what is meant: code, Chinese or English; as the brought history calls it, where it does."""

    def __init__(self, things: Iterable[Any]) -> None:
        self.own = {thing.pk: (wordings(thing.name) or [thing.code])[0] for thing in things}
        self._known = {
            text.lower(): thing.pk for thing in things for text in (thing.code, *wordings(thing.name)) if text
        }

    def of_past(self, text: str) -> str:
        pk = self._known.get(text.strip().lower())
        if pk is not None:
            self.own[pk] = text
        return text

    def of_own(self, pk: int | None) -> str:
        return self.own.get(pk, "") if pk else ""


@dataclass(frozen=True)
class _Places:
    departments: _Names
    areas: _Names
    machines: _Names

    @property
    def all(self) -> tuple[_Names, _Names, _Names]:
        return self.departments, self.areas, self.machines


@dataclass(frozen=True)
class History:
    """ids: of each inspection in its table; the first `past` of them were brought along.

    minutes: on the factory's clock, since 1970; measured: by factor what was measured, NaN where it is not known.
    """

    facts: Facts
    ids: NDArray[np.int64]
    past: int
    minutes: NDArray[np.int64]
    measured: dict[str, NDArray[np.float32]]

    def behind(self, found: Found) -> tuple[list[int], list[int]]:
        """Ids of the inspections that make up a pattern's count: those brought along, and our own."""
        is_one = found.inside & self.facts.of_kind(found.kind)
        return self.ids[: self.past][is_one[: self.past]].tolist(), self.ids[self.past :][is_one[self.past :]].tolist()


def read_history() -> History:
    """Of this factory."""
    places = _Places(*(_Names(list(model.objects.all())) for model in (Department, Area, Equipment)))
    kinds = _Names(list(Category.objects.all()))
    named = PastRun.objects.exclude(category="").order_by("category")
    past_kinds = list(named.values_list("category", flat=True).distinct())
    past, own = _rows(_PAST, kinds=past_kinds), _rows(_OWN)
    found_by, names = _found(past, own, [kinds.of_past(name) for name in past_kinds], kinds)
    triples = [*_past_triples(past, places), *_own_triples(own, places)]
    rows = np.concatenate([past, own])
    facts = assemble(rows, triples, found_by, names, source=np.arange(len(rows)) >= len(past))
    measured = {name: rows[name] for name in MEASURED}
    return History(facts, rows["run"], len(past), rows["minute"].astype(np.int64), measured)


def assemble(
    rows: NDArray[Any],
    triples: Sequence[tuple[str, ...]],
    found_by: NDArray[np.int64],
    kinds: Sequence[str],
    source: NDArray[Any] | None = None,
) -> Facts:
    """rows: inspections in the form of RECORD; of each its workshop, area and machine; what was found, and by which."""
    labels = sorted(set(kinds))
    number = {name: at for at, name in enumerate(labels)}
    return Facts(
        factors=[*_calendar(rows), *_place_factors(triples), *_circumstances(rows)],
        failed=rows["failed"].astype(bool),
        found_by=found_by,
        found_kind=np.array([number[name] for name in kinds], np.int64),
        kinds=labels,
        source=np.zeros(len(rows), np.int64) if source is None else source.astype(np.int64),
    )


def _rows(query: str, **arguments: Any) -> NDArray[Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # the guard of schemas looks at what is executed, and a copy is not
        with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)", {"zone": str(zone()), **arguments}) as copy:
            content = b"".join(bytes(part) for part in copy)
    rows = np.frombuffer(content[_HEADER : len(content) - _TRAILER], _SENT)
    return np.rec.fromarrays([rows[name] for name in RECORD.names or ()], RECORD)


def _found(
    past: NDArray[Any], own: NDArray[Any], past_kinds: list[str], kinds: _Names
) -> tuple[NDArray[np.int64], list[str]]:
    """By which inspection, and which kind."""
    at = np.nonzero(past["kind"] > 0)[0]
    names = [past_kinds[kind - 1] for kind in past["kind"][at]]
    with connection.cursor() as cursor:
        cursor.execute(_FOUND)
        found = cursor.fetchall()
    order = np.argsort(own["run"])
    runs = np.array([run for run, _kind in found], np.int64)
    places = order[np.searchsorted(own["run"][order], runs)] if len(runs) else np.zeros(0, np.int64)
    return np.concatenate([at, places + len(past)]), names + [kinds.of_own(kind) for _run, kind in found]


def _past_triples(rows: NDArray[Any], places: _Places) -> Iterable[tuple[str, ...]]:
    known = {
        place.pk: tuple(
            names.of_past(text)
            for names, text in zip(places.all, (place.workshop, place.area, place.equipment), strict=True)
        )
        for place in PastPlace.objects.all()
    }
    return [known[place] for place in rows["place"].tolist()]


def _own_triples(rows: NDArray[Any], places: _Places) -> Iterable[tuple[str, ...]]:
    workshops = dict(Area.objects.values_list("pk", "department_id"))
    names = places
    return [
        (names.departments.of_own(workshops[area]), names.areas.of_own(area), names.machines.of_own(machine))
        for area, machine in zip(rows["place"].tolist(), rows["machine"].tolist(), strict=True)
    ]


def _calendar(rows: NDArray[Any]) -> list[Factor]:
    minutes = rows["minute"].astype("datetime64[m]")
    days = minutes.astype("datetime64[D]")
    weekday = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    month = minutes.astype("datetime64[M]").astype(np.int64) % 12
    of_day = (minutes - days).astype(np.int64)
    return [
        Factor("weekday", weekday.astype(np.int32), range(1, 8), widths=(1, 2)),
        Factor("hour", (of_day // 60).astype(np.int32), range(24), (1, 2, 3, 4, 6, 8), (1, 2, 3), is_round=True),
        Factor("month", month.astype(np.int32), range(1, 13), (1, 2, 3, 4, 5, 6), (1, 2, 3, 4), is_round=True),
        _shifts(of_day),
    ]


def _shifts(of_day: NDArray[np.int64]) -> Factor:
    """Of shifts that overlap the one that begins last."""
    names: list[str] = []
    codes = np.full(len(of_day), _UNKNOWN, np.int32)
    for shift in Shift.objects.order_by("starts_at"):
        begins, ends = (moment.hour * 60 + moment.minute for moment in (shift.starts_at, shift.ends_at))
        codes[(of_day - begins) % 1440 < ((ends - begins) % 1440 or 1440)] = len(names)
        names.append(wordings(shift.name)[0])
    return Factor("shift", codes, names)


def _place_factors(triples: Sequence[tuple[str, ...]]) -> list[Factor]:
    """Area first: where it holds the same inspections as a machine or a workshop, it is what people look for."""
    workshops, areas, machines = list(zip(*triples, strict=True)) or [(), (), ()]
    return [_named("area", areas), _named("equipment", machines), _named("workshop", workshops)]


def _named(name: str, texts: Sequence[str]) -> Factor:
    values = sorted({text for text in texts if text})
    number = {text: at for at, text in enumerate(values)}
    return Factor(name, np.array([number.get(text, _UNKNOWN) for text in texts], np.int32), values)


def _circumstances(rows: NDArray[Any]) -> list[Factor]:
    days = rows["tenure"]
    weeks = np.where(days < 0, _UNKNOWN, np.minimum(days // 7, TENURE_WEEKS)).astype(np.int32)
    tenure = Factor("tenure_week", weeks, range(1, TENURE_WEEKS + 2), (1, 2, 3, 4), (1, 2), has_rest=True)
    return [tenure, *(_measured(name, rows[name]) for name in MEASURED)]


def _measured(name: str, values: NDArray[Any]) -> Factor:
    """Levels of about as many inspections each, cut at whole numbers."""
    is_known = ~np.isnan(values)
    known = values[is_known]
    if not len(known):
        return Factor(name, np.full(len(values), _UNKNOWN, np.int32), [])
    inner = np.unique(np.round(np.quantile(known, np.linspace(0, 1, MEASURED_LEVELS + 1)[1:-1])))
    codes = np.where(is_known, np.searchsorted(inner, values, side="right"), _UNKNOWN).astype(np.int32)
    edges = [float(np.floor(known.min())), *map(float, inner), float(np.floor(known.max())) + 1]
    return Factor(name, codes, range(len(edges) - 1), MEASURED_WIDTHS, MEASURED_PAIR_WIDTHS, edges=edges)
