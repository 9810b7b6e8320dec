"""An alarm opens a hazard, rings where it is serious, and closes nothing when it is over."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone, translation

from alerts.models import Alert
from core.events import history
from core.models import Event
from hazards.actions import assign_hazard, confirm_hazard, merge_hazard, start_hazard
from hazards.models import Hazard, Level, Status
from notifications.models import Notification
from people.permissions import Role
from sensors.actions import drop_threshold, lose_contact, retire_sensor, set_threshold
from sensors.models import Alarm
from tests import make


def alarm_of(sensor, officer, **more):
    return set_threshold(sensor, by=officer, grade="alarm", direction="below", low=35, **more)


def test_a_warning_is_an_ordinary_hazard_and_rings_nobody(humidity, read):
    read(humidity, 50, 44)
    assert not Alarm.objects.exists()
    read(humidity, 43)
    alarm, hazard = Alarm.objects.get(), Hazard.objects.get()
    assert (alarm.hazard, alarm.value, alarm.grade) == (hazard, 43, "warn")
    assert (hazard.source, hazard.level, hazard.status) == (Hazard.Source.SENSOR, Level.GENERAL, Status.REPORTED)
    assert (hazard.area, hazard.reporter, hazard.category.code) == (humidity.area, None, "coating-vent")
    assert humidity.name in hazard.title and "43 %RH" in hazard.title
    assert not Alert.objects.exists()


def test_an_alarm_is_serious_and_calls_the_people_on_duty(humidity, officer, read):
    alarm_of(humidity, officer)
    read(humidity, 34, 33)
    hazards = Hazard.objects.order_by("level")
    assert [hazard.level for hazard in hazards] == [Level.GENERAL, Level.SERIOUS]
    alert = Alert.objects.get()
    assert alert.subject_id == str(hazards[1].pk) and alert.department_id == humidity.area.department_id


def test_a_gas_rings_with_the_first_reading(officer, read):
    gas = make.sensor("gas", name="喷漆室可燃气")
    set_threshold(gas, by=officer, grade="alarm", direction="reaches", high=50)
    read(gas, 50)
    assert Alarm.objects.get().hazard.is_urgent and Alert.objects.exists()


def test_one_alarm_of_a_rule_is_open_at_most(humidity, read):
    for _n in range(4):
        read(humidity, 44, 30)
    assert Alarm.objects.count() == Hazard.objects.count() == 1
    assert Alarm.objects.get().worst == 30


def test_it_is_over_after_three_readings_within_and_the_hazard_stays_open(humidity, read):
    now = timezone.now()
    read(humidity, 40, 40, until=now - timedelta(minutes=5))
    read(humidity, 46, 48, 48, until=now - timedelta(minutes=2))
    assert Alarm.objects.open().exists()
    read(humidity, 48)
    assert not Alarm.objects.open().exists()
    hazard = Hazard.objects.get()
    assert hazard.is_open
    assert [event.name for event in history(hazard)] == ["hazard.reported", "alarm.opened", "alarm.cleared"]


def test_the_same_alarm_again_adds_to_the_open_hazard(humidity, officer, read, work_off):
    now = timezone.now()
    read(humidity, 40, 40, 60, 60, 60, until=now - timedelta(minutes=9))
    read(humidity, 40, 40, until=now - timedelta(minutes=1))
    assert Alarm.objects.count() == 2 and Hazard.objects.count() == 1
    work_off()
    lines = Notification.objects.filter(user=officer).values_list("line", flat=True)
    assert any(Hazard.objects.get().number in line and "40" in line for line in lines)
    assert Event.objects.filter(name="alarm.repeated").count() == 1


def test_an_alarm_again_rings_again(humidity, officer, read):
    alarm_of(humidity, officer)
    now = timezone.now()
    read(humidity, 30, 30, 60, 60, 60, until=now - timedelta(minutes=9))
    Alert.objects.update(acknowledged_at=now, acknowledged_by=officer)
    read(humidity, 30, 30)
    assert Alert.objects.count() == 2


def test_after_its_hazard_is_closed_the_next_alarm_opens_another(humidity, read):
    now = timezone.now()
    read(humidity, 40, 40, 60, 60, 60, until=now - timedelta(minutes=9))
    Hazard.objects.update(status=Status.CLOSED, closed_at=now)
    read(humidity, 40, 40)
    assert Hazard.objects.count() == 2
    assert Hazard.objects.first().repeat_of is not None


def test_an_alarm_whose_hazard_was_merged_adds_to_the_one_that_stands(humidity, officer, read):
    now = timezone.now()
    read(humidity, 40, 40, 60, 60, 60, until=now - timedelta(minutes=9))
    other = make.hazard(area=humidity.area)
    merge_hazard(Hazard.objects.get(source="sensor"), by=officer, into=other)
    read(humidity, 40, 40)
    assert Alarm.objects.first().hazard == other


def test_a_peak_within_one_batch_is_on_record(officer, read):
    gas = make.sensor("gas")
    set_threshold(gas, by=officer, grade="alarm", direction="reaches", high=50)
    read(gas, 10, 62, 10, 10, 10, 10)
    alarm = Alarm.objects.get()
    assert alarm.cleared_at and alarm.worst == 62 and Alert.objects.exists()


def test_a_limit_is_held_against_the_newest_readings_as_soon_as_it_is_set(officer, read):
    sensor = make.sensor("humidity")
    read(sensor, 40, 40)
    set_threshold(sensor, by=officer, grade="warn", direction="below", low=45)
    assert Alarm.objects.open().get().hazard


def test_without_its_limit_an_alarm_ends_and_the_hazard_stays(humidity, officer, read):
    read(humidity, 40, 40)
    drop_threshold(humidity.thresholds.get(), by=officer)
    assert not Alarm.objects.open().exists() and Hazard.objects.get().is_open
    read(humidity, 30, 30)
    assert Alarm.objects.count() == 1


def test_a_sensor_that_is_silent_for_ten_minutes_is_lost(humidity, read, work_off):
    now = timezone.now()
    with time_machine.travel(now - timedelta(minutes=12), tick=False):
        read(humidity, 55)
    assert work_off() >= 1
    alarm = Alarm.objects.get()
    assert alarm.threshold is None and alarm.grade == "lost"
    assert alarm.hazard.source == Hazard.Source.SENSOR and not alarm.hazard.is_urgent
    work_off()
    lose_contact(humidity, by=None)
    assert Alarm.objects.count() == 1


def test_old_readings_are_no_sign_of_life(humidity, read, work_off):
    now = timezone.now()
    read(humidity, 55, until=now - timedelta(hours=2))
    work_off()
    assert Alarm.objects.open().get().threshold is None
    read(humidity, 55, until=now - timedelta(hours=1))
    assert Alarm.objects.open().exists()
    read(humidity, 55)
    assert not Alarm.objects.open().exists()


def test_a_gas_that_nobody_watches_any_more_rings(officer, read, work_off):
    gas = make.sensor("gas")
    read(gas, 3, until=timezone.now() - timedelta(hours=1))
    work_off()
    assert Alert.objects.exists()


def test_a_reading_in_time_moves_the_moment_of_being_lost(humidity, read, work_off):
    now = timezone.now()
    with time_machine.travel(now - timedelta(minutes=12), tick=False):
        read(humidity, 55)
    with time_machine.travel(now - timedelta(minutes=4), tick=False):
        read(humidity, 55)
    work_off()
    assert not Alarm.objects.exists()


def test_a_sensor_out_of_use_is_missed_by_nobody(humidity, officer, read, work_off):
    with time_machine.travel(timezone.now() - timedelta(minutes=12), tick=False):
        read(humidity, 40, 40)
    retire_sensor(humidity, by=officer, reason="换新")
    work_off()
    assert Alarm.objects.count() == 1 and not Alarm.objects.open().exists()


def test_the_readings_stand_in_for_the_photo_from_before(humidity, officer, read):
    read(humidity, 40, 40)
    fixer = make.person(Role.MAINTENANCE)
    hazard = confirm_hazard(Hazard.objects.get(), by=officer, level=Level.GENERAL)
    if hazard.status != Status.ASSIGNED:
        assign_hazard(hazard, by=officer, owner=fixer)
    hazard = Hazard.objects.get()
    assert start_hazard(hazard, by=hazard.owner).status == Status.RECTIFYING


@pytest.mark.parametrize("language", ["en"])
def test_what_the_hazard_is_called_does_not_depend_on_the_devices_language(humidity, read, language):
    with translation.override(language):
        read(humidity, 40, 40)
    assert "below" not in Hazard.objects.get().title
