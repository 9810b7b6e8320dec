"""A sensor's readings as a chart, drawn by the server: no script, printable, in the page's own colours."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.utils import timezone

from hazards.models import Hazard
from sensors.models import Alarm, Sensor, Threshold
from sensors.series import Slot, slots
from sensors.words import alarm_words, measured

WIDTH, HEIGHT = 720, 200
BEFORE, AFTER = timedelta(hours=2), timedelta(hours=1)


@dataclass(frozen=True)
class Line:
    """A limit: where it lies, and how it is said."""

    y: float
    grade: str


@dataclass(frozen=True)
class Chart:
    """lines, bands: points of each stretch without a gap; times and values stand beside it."""

    lines: list[str]
    bands: list[str]
    dots: list[tuple[float, float]]
    limits: list[Line]
    alarms: list[tuple[float, float]]
    times: list[str]
    values: list[str]
    unit: str
    width: int = WIDTH
    height: int = HEIGHT


def chart(
    rows: Sequence[Slot],
    span: tuple[datetime, datetime],
    step: timedelta,
    *,
    sensor: Sensor,
    limits: Iterable[dict[str, Any]] = (),
    alarms: Iterable[Alarm] = (),
) -> Chart:
    since, until = span
    marks = [(value, each["grade"]) for each in limits for value in (each["low"], each["high"]) if value is not None]
    bottom, top = _scale([row.low for row in rows] + [row.high for row in rows] + [value for value, _grade in marks])

    def x(at: datetime) -> float:
        return round(min(max((at - since) / (until - since), 0), 1) * WIDTH, 1)

    def y(value: float) -> float:
        return round(HEIGHT - (value - bottom) / (top - bottom) * HEIGHT, 1)

    parts = _stretches(rows, sensor.silence + step)
    return Chart(
        lines=[" ".join(f"{x(row.at + step / 2)},{y(row.mean)}" for row in part) for part in parts if len(part) > 1],
        bands=[_band(part, x, y, step) for part in parts if len(part) > 1],
        dots=[(x(part[0].at + step / 2), y(part[0].mean)) for part in parts if len(part) == 1],
        limits=[Line(y(value), grade) for value, grade in marks],
        alarms=[(x(each.at), max(x(each.cleared_at or until) - x(each.at), 2)) for each in alarms if each.at < until],
        times=_times(since, until),
        values=[f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}" for value in (top, (top + bottom) / 2, bottom)],
        unit=sensor.unit,
    )


def _scale(values: Sequence[float]) -> tuple[float, float]:
    """With a little air above and below."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    air = (high - low) * 0.08 or abs(high) * 0.1 or 1
    return (0.0 if 0 <= low < air else low - air), high + air


def _band(part: Sequence[Slot], x: Any, y: Any, step: timedelta) -> str:
    there = [f"{x(row.at + step / 2)},{y(row.high)}" for row in part]
    back = [f"{x(row.at + step / 2)},{y(row.low)}" for row in reversed(part)]
    return " ".join(there + back)


def _stretches(rows: Sequence[Slot], longest: timedelta) -> list[list[Slot]]:
    found: list[list[Slot]] = [[rows[0]]] if rows else []
    for before, row in pairwise(rows):
        if row.at - before.at > longest:
            found.append([])
        found[-1].append(row)
    return found


def _times(since: datetime, until: datetime) -> list[str]:
    """Five moments under it: hours of a day, days of a longer time."""
    shape = "%H:%M" if until - since <= timedelta(days=1) else "%m-%d"
    return [f"{timezone.localtime(since + (until - since) * part / 4):{shape}}" for part in range(5)]


def of_sensor(sensor: Sensor, span: tuple[datetime, datetime], step: timedelta) -> Chart:
    alarms = sensor.alarms.exclude(cleared_at__lt=span[0]).filter(at__lt=span[1])[:50]
    rules = [each.limits for each in in_force(sensor)]
    return chart(slots(sensor, *span, step), span, step, sensor=sensor, limits=rules, alarms=alarms)


def in_force(sensor: Sensor) -> list[Threshold]:
    return list(sensor.thresholds.filter(dropped_at=None))


@dataclass(frozen=True)
class Measured:
    """What a sensor's hazard shows in the place of a photo from before."""

    sensor: Sensor
    alarm: Alarm
    value: str
    words: str
    chart: Chart
    again: list[Alarm]


def readings_of(hazard: Hazard) -> Measured | None:
    """The reading that opened it, its limit, and the hours around; None where no sensor found it."""
    if hazard.source != Hazard.Source.SENSOR:
        return None
    alarms = list(Alarm.objects.filter(hazard=hazard).select_related("sensor", "threshold").order_by("id")[:20])
    if not alarms:
        return None
    first, sensor, step = alarms[0], alarms[0].sensor, timedelta(minutes=1)
    span = (first.at - BEFORE, min(first.at + AFTER, timezone.now()))
    span = (span[0], max(span[1], first.at + timedelta(minutes=1)))
    limits = [first.limits] if first.threshold_id else []
    drawn = chart(slots(sensor, *span, step), span, step, sensor=sensor, limits=limits, alarms=[first])
    return Measured(sensor, first, measured(first.value, first.unit), alarm_words(first), drawn, alarms[1:])
