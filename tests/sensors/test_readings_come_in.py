"""Batches, twice, late, in any order: each reading is there once, and where the alarm stands is always the same."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import DomainError
from sensors.actions import retire_sensor, set_threshold, take_readings
from sensors.actions.readings import Taken
from sensors.models import Alarm, Sensor, SensorReading
from tenants import due
from tests import make


def test_readings_are_kept_with_the_devices_time_and_ours(humidity, read):
    assert read(humidity, 55, 56, 57) == Taken(3, 0)
    humidity.refresh_from_db()
    assert humidity.last_value == 57
    assert list(humidity.readings.values_list("value", flat=True)) == [55, 56, 57]


def test_what_comes_twice_changes_nothing(humidity):
    now = timezone.now()
    assert take_readings(humidity, {now: 55}, by=None) == Taken(1, 0)
    assert take_readings(humidity, {now: 44, now - timedelta(minutes=1): 56}, by=None) == Taken(1, 1)
    assert SensorReading.objects.get(at=now).value == 55, "the first one stands"


def test_a_reading_again_and_again_is_one_of_the_readings_in_a_row(humidity):
    now = timezone.now()
    for _n in range(3):
        take_readings(humidity, {now: 40}, by=None)
    assert not Alarm.objects.exists()


def test_what_comes_late_is_kept_and_moves_nothing(humidity, read):
    now = timezone.now()
    read(humidity, 55, 55, 55, 55)
    humidity.refresh_from_db()
    take_readings(humidity, {now - timedelta(minutes=30): 20, now - timedelta(minutes=29): 20}, by=None)
    humidity.refresh_from_db()
    assert humidity.last_value == 55
    assert humidity.readings.count() == 6
    assert not Alarm.objects.exists()


@pytest.mark.parametrize("ahead", [timedelta(minutes=6), timedelta(days=400)])
def test_a_time_ahead_is_refused_and_nothing_of_the_batch_stays(humidity, ahead):
    now = timezone.now()
    with pytest.raises(DomainError):
        take_readings(humidity, {now: 55, now + ahead: 55}, by=None)
    assert not SensorReading.objects.exists()


def test_a_clock_a_little_ahead_is_no_fault(humidity):
    assert take_readings(humidity, {timezone.now() + timedelta(minutes=4): 55}, by=None).stored == 1


def test_a_time_long_ago_is_refused(humidity):
    with pytest.raises(DomainError):
        take_readings(humidity, {timezone.now() - timedelta(days=400): 55}, by=None)


def test_a_sensor_out_of_use_takes_nothing(humidity, officer):
    retire_sensor(humidity, by=officer)
    with pytest.raises(DomainError):
        take_readings(humidity, {timezone.now(): 55}, by=None)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_where_the_alarm_stands_does_not_depend_on_the_order_of_arrival(humidity, officer, data):
    values = data.draw(st.lists(st.sampled_from([30.0, 44.0, 46.0, 60.0]), min_size=1, max_size=12))
    order = data.draw(st.permutations(range(len(values))))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(values)), max_size=4)))
    now = timezone.now()
    times = [now - timedelta(seconds=20 * (len(values) - n)) for n in range(len(values))]
    ends = []
    for way in (list(range(len(values))), list(order)):
        sensor = make.sensor("humidity")
        set_threshold(sensor, by=officer, grade="warn", direction="below", low=45)
        for begin, end in zip([0, *cuts], [*cuts, len(values)], strict=True):
            batch = {times[n]: values[n] for n in way[begin:end]}
            if batch:
                take_readings(Sensor.objects.get(pk=sensor.pk), batch, by=None)
        ends.append(Alarm.objects.open().filter(sensor=sensor).exists())
        assert sensor.readings.count() == len(values)
    assert ends[0] == ends[1]


def test_a_sensor_that_is_well_has_one_row_of_what_is_due(humidity, read):
    for _n in range(3):
        read(humidity, 55)
    assert due.is_waiting(key=f"sensor:{humidity.pk}")
    assert len(due.waiting("sensors.lose_contact")) == 1
