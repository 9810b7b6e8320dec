"""The same batch by several ways at the same moment, while the clock looks for lost sensors: one of everything."""

from datetime import timedelta
from functools import partial

from django.utils import timezone

from core import ledger
from hazards.models import Hazard
from sensors.actions import lose_contact, set_threshold, take_readings
from sensors.models import Alarm, Sensor, SensorReading
from tenants import due
from tests import make
from tests.threads import at_once


def _sensor() -> Sensor:
    make.policies()
    sensor = make.sensor("humidity")
    set_threshold(sensor, by=None, grade="alarm", direction="below", low=45)
    return Sensor.objects.get(pk=sensor.pk)


def test_the_same_batch_at_once_is_there_once_and_opens_one_alarm(fresh_factory):
    sensor, now = _sensor(), timezone.now()
    batch = {now - timedelta(minutes=n): 40 for n in range(5)}
    results = at_once(fresh_factory, *(partial(take_readings, sensor, batch, by=None) for _n in range(6)))
    assert sorted((taken.stored, taken.known) for taken in results) == [(0, 5)] * 5 + [(5, 0)]
    assert SensorReading.objects.count() == 5
    assert Alarm.objects.count() == Hazard.objects.count() == 1
    assert ledger.verify().is_whole


def test_parts_of_a_series_at_once_end_where_the_whole_series_ends(fresh_factory):
    sensor, now = _sensor(), timezone.now()
    values = [40, 40, 60, 60, 60, 60, 44, 44]
    parts = [{now - timedelta(minutes=len(values) - n): value} for n, value in enumerate(values)]
    at_once(fresh_factory, *(partial(take_readings, sensor, part, by=None) for part in parts))
    assert SensorReading.objects.count() == len(values)
    assert Alarm.objects.open().count() == 1
    assert Hazard.objects.count() == 1


def test_readings_and_the_clock_at_once_neither_block_each_other_nor_open_twice(fresh_factory):
    sensor, now = _sensor(), timezone.now()
    take_readings(sensor, {now - timedelta(hours=1): 60}, by=None)
    calls = [partial(lose_contact, sensor, by=None), due.run_one, due.run_one]
    calls += [partial(take_readings, sensor, {now - timedelta(minutes=30 + n): 60}, by=None) for n in range(3)]
    results = at_once(fresh_factory, *calls)
    assert not [result for result in results if isinstance(result, Exception)]
    assert Alarm.objects.filter(threshold=None).count() == 1
    at_once(fresh_factory, *(partial(take_readings, sensor, {timezone.now(): 60 + n}, by=None) for n in range(3)))
    assert not Alarm.objects.open().exists()
