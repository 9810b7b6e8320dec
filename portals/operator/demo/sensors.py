"""What measures: six sensors with some weeks of readings, and the dry summer day on which the paint shop's raised an alarm."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from core.events import Event, emit
from hazards.models import Evidence, Hazard, Status
from portals.operator.demo.rows import copy_rows
from portals.operator.demo.setup import Site
from sensors.actions import add_sensor, take_suggested
from sensors.actions.contact import expect
from sensors.models import Alarm, Kind, Sensor, SensorReading
from sensors.simulator import begin, simulated

SUMMER = (6, 7, 8)
DAYS, EVERY = 30, timedelta(minutes=10)
# number, name, kind, area, machine, working pressure
_SENSORS = (
    ("PT-RH-1", "喷涂区湿度", Kind.HUMIDITY, "paint-shop", None, None),
    ("PT-T-1", "喷涂区温度", Kind.TEMPERATURE, "paint-shop", None, None),
    ("PT-GAS-1", "喷漆室可燃气", Kind.GAS, "paint-shop", "A-PT-001", None),
    ("YK-GAS-1", "油漆库可燃气", Kind.GAS, "paint-store", None, None),
    ("KY-P-1", "储气罐压力", Kind.PRESSURE, "compressor-station", "A-KY-001", 0.8),
    ("PD-T-1", "1 号配电柜温度", Kind.CABINET, "switch-room", None, None),
)
# Minutes from the alarm, and what was read: the extraction ran at full power on a dry day.
_DRY = (
    (-120, 53),
    (-90, 51),
    (-60, 48.6),
    (-30, 46.4),
    (-10, 44.6),
    (0, 43.2),
    (10, 42.1),
    (20, 41.6),
    (40, 45.9),
    (60, 51.5),
)
TITLE = "喷涂区湿度 43.2 %RH，低于 45 %RH"
CAUSE = "夏天排风开到最大，加湿器停着，空气太干，容易起静电"
MEASURE = "加湿器开机并设到 55 %RH，排风降到额定风量；喷枪和挂具接地重测。"
TESTS = [
    {"name": "看 2 小时湿度，测接地电阻", "required": "≥ 45 %RH", "result": "52～56 %RH，0.6 Ω", "is_passed": True}
]


def write_sensors(site: Site, past: list[Event], planned: list[Event], now: datetime) -> None:
    """past: events that are already made; planned: those that are held back here."""
    first = len(planned)
    sensors = [_add(site, *row) for row in _SENSORS]
    hazard = _dry_day(past)
    for event in planned[first:]:
        event.at = hazard.reported_at - timedelta(days=30)
    _tell_alarm(sensors[0], hazard)
    planned[-1].at = hazard.reported_at
    end = now.replace(second=0, microsecond=0)
    rows = [row for sensor in sensors for row in _weeks(sensor, end)]
    copy_rows(SensorReading, ("sensor", "at", "value", "received_at"), [*rows, *_day(sensors[0], hazard.reported_at)])
    for sensor in sensors:
        sensor.last_at, sensor.last_value, sensor.heard_at = end, simulated(sensor, end), end
        sensor.save()
        expect(sensor, timezone.now())
    begin(by=None)


def _add(site: Site, code: str, name: str, kind: str, area: str, machine: str | None, rated: float | None) -> Sensor:
    equipment = site.equipment[machine] if machine else None
    facts: dict[str, Any] = {"kind": kind, "area": site.areas[area], "equipment": equipment, "rated": rated}
    sensor = add_sensor(code, name, by=None, is_simulated=True, **facts)
    take_suggested(sensor, by=None)
    return sensor


def _dry_day(past: list[Event]) -> Hazard:
    """One of the paint shop's of a summer, fixed by its own crew, was found by the sensor."""
    found = Hazard.objects.select_related("category").filter(
        area__code="paint-shop", status=Status.CLOSED, source=Hazard.Source.REPORT, is_legal_major=False, repeats=None
    )
    hazard = max(found, key=lambda each: (not each.is_urgent, each.reported_at.month in SUMMER, each.reported_at))
    category = type(hazard.category).objects.get(code="coating-vent")
    facts = {"title": TITLE, "cause": CAUSE, "measure": MEASURE, "tests": TESTS, "category": category, "reporter": None}
    facts |= {"repeat_of": None, "description": ""}
    Hazard.objects.filter(pk=hazard.pk).update(**facts, source=Hazard.Source.SENSOR, equipment=None)
    # Of a reading there is no photo; the chart stands in its place.
    Evidence.objects.filter(hazard=hazard, stage=Evidence.Stage.BEFORE).delete()
    for event in past:
        if (event.subject_type, event.subject_id) == (Hazard._meta.label_lower, str(hazard.pk)):
            _retell(event)
    return Hazard.objects.get(pk=hazard.pk)


def _retell(event: Event) -> None:
    if event.name == "hazard.reported":
        event.actor = None
        event.data |= {"photos": [], "source": Hazard.Source.SENSOR.value, "reported_as": "PT-RH-1 喷涂区湿度"}
    if event.name == "hazard.submitted":
        event.data |= {"measure": MEASURE, "tests": TESTS}


def _tell_alarm(sensor: Sensor, hazard: Hazard) -> None:
    limit = sensor.thresholds.get(grade="warn")
    at = hazard.reported_at
    facts = {"sensor": sensor, "threshold": limit, "limits": limit.limits, "unit": sensor.unit, "value": 43.2}
    ends = at + timedelta(minutes=70)
    alarm = Alarm.objects.create(hazard=hazard, at=at, worst=41.6, opened_at=at, cleared_at=ends, **facts)
    data = {"sensor": sensor.code, "value": 43.2, "unit": sensor.unit, "at": at, "limits": limit.limits, "note": TITLE}
    emit("alarm.opened", hazard, by=None, alarm=alarm.pk, **data)


def _weeks(sensor: Sensor, end: datetime) -> Iterator[tuple[int, datetime, float, datetime]]:
    for number in range(DAYS * 144 + 1):
        at = end - EVERY * number
        yield sensor.pk, at, simulated(sensor, at), at


def _day(sensor: Sensor, alarm: datetime) -> Iterator[tuple[int, datetime, float, datetime]]:
    """Every ten minutes from two hours before to two hours after, drawn between what is known."""
    for minutes in range(-120, 121, 10):
        before = max((each for each in _DRY if each[0] <= minutes), key=lambda each: each[0])
        after = min((each for each in _DRY if each[0] >= minutes), key=lambda each: each[0], default=(minutes, 52.0))
        share = (minutes - before[0]) / (after[0] - before[0]) if after[0] != before[0] else 0
        at = alarm + timedelta(minutes=minutes)
        yield sensor.pk, at, round(before[1] + (after[1] - before[1]) * share, 2), at
