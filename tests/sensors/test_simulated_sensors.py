"""Readings without a device: for a trial, through the same door."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from sensors import simulator
from sensors.actions import lose_contact
from sensors.models import Alarm, Sensor
from tenants import due
from tests import make


def test_it_makes_sensors_where_there_are_none_and_reads_every_minute(officer, work_off):
    make.area()
    call_command("simulate_sensors", factory="one")
    assert Sensor.objects.filter(is_simulated=True).count() == 3
    work_off()
    assert Sensor.objects.filter(last_value=None).count() == 0
    assert due.is_waiting(key="sensors.simulate")
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        work_off()
    assert not Alarm.objects.exists()
    call_command("simulate_sensors", factory="one", off=True)
    assert not due.is_waiting(key="sensors.simulate")


@pytest.mark.parametrize("kind", ["humidity", "gas", "oxygen", "temperature"])
def test_it_breaks_limits_when_asked_to(officer, kind):
    sensor = make.sensor(kind, is_simulated=True)
    simulator.take_suggested(sensor, by=None)
    call_command("simulate_sensors", factory="one", exceed=sensor.code)
    assert Alarm.objects.open().filter(sensor=sensor).exists()


def test_it_says_what_it_does_not_know(factory):
    with pytest.raises(CommandError):
        call_command("simulate_sensors", factory="nobody")
    with pytest.raises(CommandError):
        call_command("simulate_sensors", factory="one", exceed="X")


def test_after_a_rest_of_the_whole_product_no_simulated_sensor_is_missed(officer, work_off):
    make.area()
    call_command("simulate_sensors", factory="one")
    with time_machine.travel(timezone.now() - timedelta(hours=3), tick=False):
        simulator.go_on()
    for sensor in Sensor.objects.all():
        lose_contact(sensor, by=None)
    work_off()
    assert not Alarm.objects.exists()
    call_command("simulate_sensors", factory="one", off=True)
    with time_machine.travel(timezone.now() + timedelta(minutes=30), tick=False):
        work_off()
    assert Alarm.objects.open().filter(threshold=None).count() == 3
