"""Readings come in: at once, in batches, late, twice; and they stay away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.events import action
from sensors.actions.alarms import clear_alarm, open_alarm
from sensors.actions.contact import expect, is_made_up
from sensors.judging import judge, worst
from sensors.models import Alarm, Sensor, SensorReading, Threshold

# How far a device's clock may be ahead, and how late something may come.
AHEAD = timedelta(minutes=5)
BEHIND = timedelta(days=366)
LOOK_BACK = 200


@dataclass(frozen=True)
class Taken:
    """How many were new, and how many were there already."""

    stored: int
    known: int


@action
def take_readings(sensor: Sensor, readings: Mapping[datetime, float], *, by: None) -> Taken:
    """All of them or none. The first value for a time stands, whatever comes for it later."""
    now = timezone.now()
    _refuse_odd_times(readings, now)
    expect(sensor, max([*readings, *filter(None, [sensor.last_at])]))
    sensor = _held(sensor)
    if sensor.retired_at:
        raise DomainError(_("This sensor is out of use. Add a new one."))
    known = set(sensor.readings.filter(at__in=readings).values_list("at", flat=True))
    fresh = {at: value for at, value in readings.items() if at not in known}
    SensorReading.objects.bulk_create(
        SensorReading(sensor=sensor, at=at, value=value, received_at=now) for at, value in fresh.items()
    )
    if fresh:
        judge_sensor(sensor, len(fresh))
    _note_newest(sensor, fresh, now)
    return Taken(len(fresh), len(known))


def _refuse_odd_times(readings: Mapping[datetime, float], now: datetime) -> None:
    if not readings:
        raise DomainError(_("There is no reading in it."))
    if max(readings) > now + AHEAD:
        raise DomainError(
            _("The time %(at)s lies ahead. Set the clock of the device.") % {"at": max(readings).isoformat()}
        )
    if min(readings) < now - BEHIND:
        raise DomainError(
            _("The time %(at)s is more than a year ago. Set the clock of the device.")
            % {"at": min(readings).isoformat()}
        )


def _held(sensor: Sensor) -> Sensor:
    near = ("area", "equipment__type")
    return Sensor.objects.select_for_update(of=("self",)).select_related(*near).get(pk=sensor.pk)


def judge_sensor(sensor: Sensor, fresh: int) -> None:
    """Opens and ends alarms by what stands now; fresh: how many readings have just come."""
    window = LOOK_BACK + fresh
    rows = list(sensor.readings.order_by("-at").values_list("at", "value")[:window])[::-1]
    if not rows:
        return
    standing = {alarm.threshold_id: alarm for alarm in _open_alarms(sensor)}
    first = next((n for n, (at, _value) in enumerate(rows) if sensor.last_at is None or at > sensor.last_at), len(rows))
    for threshold in sensor.thresholds.filter(dropped_at=None):
        alarm = standing.get(threshold.pk)
        # As long as the whole series is looked at, it began without an alarm.
        begins = alarm is not None and len(rows) == window
        _apply(sensor, threshold, alarm, rows, first, begins=begins)


def _open_alarms(sensor: Sensor) -> list[Alarm]:
    return list(Alarm.objects.open().filter(sensor=sensor).select_related("hazard", "threshold", "sensor"))


def _apply(
    sensor: Sensor,
    threshold: Threshold,
    alarm: Alarm | None,
    rows: Sequence[tuple[datetime, float]],
    first: int,
    *,
    begins: bool,
) -> None:
    values = [value for _at, value in rows]
    verdict = judge(values, first, threshold, begins=begins, stands=alarm is not None)
    since = first
    if verdict.opened is not None:
        since = verdict.opened
        alarm = open_alarm(sensor, threshold, at=rows[since][0], value=values[since])
    if alarm is None:
        return
    furthest = worst([value for value in (alarm.worst, *values[since:]) if value is not None], threshold)
    if furthest != alarm.worst:
        alarm.worst = furthest
        alarm.save(update_fields=["worst"])
    if not verdict.is_open:
        clear_alarm(alarm, by=None, at=timezone.now(), value=values[-1])


def _note_newest(sensor: Sensor, fresh: Mapping[datetime, float], now: datetime) -> None:
    sensor.heard_at = now
    newest = max(fresh, default=None)
    if newest and (sensor.last_at is None or newest > sensor.last_at):
        sensor.last_at, sensor.last_value = newest, fresh[newest]
    sensor.save(update_fields=["heard_at", "last_at", "last_value"])
    if sensor.last_at and sensor.lost_at(sensor.last_at) > now:
        for alarm in _open_alarms(sensor):
            if alarm.threshold_id is None:
                clear_alarm(alarm, by=None, at=now, value=sensor.last_value)


@action
def lose_contact(sensor: Sensor, *, by: None) -> Alarm | None:
    """What is old says nothing about now, however lately it came in: the newest reading's own time counts."""
    sensor = _held(sensor)
    if sensor.retired_at or sensor.last_at is None:
        return None
    now = timezone.now()
    newest = now if is_made_up(sensor) else sensor.last_at
    if sensor.lost_at(newest) > now:
        expect(sensor, newest)
        return None
    if any(alarm.threshold_id is None for alarm in _open_alarms(sensor)):
        return None
    return open_alarm(sensor, None, at=sensor.last_at, value=sensor.last_value)
