"""At the desk: who sees and keeps sensors, the key that is shown once, limits, charts with gaps; at the label: values."""

from datetime import timedelta

import pytest
from django.utils import timezone

from facilities.qr import issue_sticker, token_of
from hazards.models import Hazard
from people.permissions import Role
from portals.charts import of_sensor
from sensors.actions import set_threshold, take_readings, take_suggested
from sensors.keys import sensor_with
from sensors.models import Alarm, Sensor
from sensors.series import slots
from tests import make


@pytest.fixture
def desk(browser, officer):
    browser.force_login(officer)
    return browser


def facts(**more) -> dict:
    area = make.area()
    return {"code": "PT-RH-1", "name": "喷涂区湿度", "kind": "humidity", "area": area.pk, "silence_minutes": 10} | more


def test_a_new_sensor_has_its_usual_limits_and_a_key_that_is_shown_once(desk):
    answer = desk.post("/desk/sensors/add/", facts(), follow=True)
    sensor = Sensor.objects.get()
    assert [limit.low for limit in sensor.thresholds.all()] == [35, 45]
    assert (sensor.unit, sensor.area.sensors.get()) == ("%RH", sensor)
    key = answer.content.decode().split('data-copy="')[1].split('"')[0]
    assert sensor_with(key) == sensor
    assert key not in desk.get(f"/desk/sensors/{sensor.pk}/").content.decode()


def test_a_number_that_is_taken_or_odd_is_refused_and_nothing_typed_is_lost(desk):
    desk.post("/desk/sensors/add/", facts())
    again = desk.post("/desk/sensors/add/", facts(name="另一个"))
    assert again.status_code == 422 and "另一个" in again.content.decode()
    assert desk.post("/desk/sensors/add/", facts(code="湿度 1/2")).status_code == 422


def test_a_sensor_at_a_machine_is_in_the_machines_area(desk):
    press = make.machine()
    desk.post("/desk/sensors/add/", facts(equipment=press.pk))
    assert Sensor.objects.get().area == press.area


def test_renamed_and_moved_it_keeps_its_readings(desk, humidity, read):
    read(humidity, 55)
    area = make.area()
    desk.post(f"/desk/sensors/{humidity.pk}/edit/", facts(name="新名字", area=area.pk, silence_minutes=30))
    humidity.refresh_from_db()
    assert (humidity.name, humidity.area, humidity.silence_minutes) == ("新名字", area, 30)
    assert humidity.readings.count() == 1


def test_a_new_key_ends_the_old_one_and_without_one_nothing_opens(desk, humidity):
    desk.post(f"/desk/sensors/{humidity.pk}/key/")
    first = Sensor.objects.get(pk=humidity.pk).key_hash
    desk.post(f"/desk/sensors/{humidity.pk}/key/")
    assert Sensor.objects.get(pk=humidity.pk).key_hash not in {first, None}
    desk.post(f"/desk/sensors/{humidity.pk}/withdraw/")
    assert Sensor.objects.get(pk=humidity.pk).key_hash is None


def test_out_of_use_it_leaves_the_list(desk, humidity):
    desk.post(f"/desk/sensors/{humidity.pk}/retire/", {"note": "坏了"})
    assert humidity.name not in desk.get("/desk/sensors/").content.decode()
    assert humidity.name in desk.get("/desk/sensors/?old=1").content.decode()


LIMIT = {"grade": "alarm", "direction": "below", "low": 35, "consecutive": 2, "clear_after": 3, "margin_percent": 5}


def test_limits_are_added_changed_and_dropped(desk, humidity):
    page = f"/desk/sensors/{humidity.pk}/limits/"
    assert desk.post(f"{page}add/", LIMIT).status_code == 302
    limit = humidity.thresholds.get(grade="alarm")
    changed = {f"t{limit.pk}-{name}": value for name, value in (LIMIT | {"low": 30}).items()}
    desk.post(f"{page}change/", changed | {"threshold": limit.pk})
    limit.refresh_from_db()
    assert limit.low == 30
    desk.post(f"{page}drop/", {"threshold": limit.pk})
    limit.refresh_from_db()
    assert limit.dropped_at


@pytest.mark.parametrize(
    "odd",
    [
        {"low": ""},
        {"low": "nan"},
        {"direction": "outside", "low": 5, "high": 4},
        {"direction": "above"},
        {"consecutive": 0},
        {"margin_percent": 80},
        {"grade": "x"},
    ],
)
def test_an_odd_limit_is_refused_with_a_sentence(desk, humidity, odd):
    answer = desk.post(f"/desk/sensors/{humidity.pk}/limits/add/", LIMIT | odd)
    assert answer.status_code == 422
    assert humidity.thresholds.count() == 1


def test_a_change_that_is_refused_comes_back_in_its_place_with_what_was_typed(desk, humidity):
    page, limit = f"/desk/sensors/{humidity.pk}/limits/", humidity.thresholds.get()
    typed = {f"t{limit.pk}-{name}": value for name, value in (LIMIT | {"low": 31, "consecutive": -5}).items()}
    answer = desk.post(f"{page}change/", typed | {"threshold": limit.pk})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'value="31"' in text and 'value="-5"' in text and f'id="id_t{limit.pk}-consecutive_error"' in text


def test_the_limit_of_another_sensor_is_not_dropped_here(desk, humidity, officer):
    other = make.sensor()
    foreign = set_threshold(other, by=officer, grade="warn", direction="below", low=1)
    answer = desk.post(f"/desk/sensors/{humidity.pk}/limits/drop/", {"threshold": foreign.pk})
    assert answer.status_code == 404
    foreign.refresh_from_db()
    assert foreign.dropped_at is None


def test_the_limits_of_a_pressure_follow_from_the_working_pressure(officer):
    vessel = make.sensor("pressure", at=make.machine(), rated=0.8)
    take_suggested(vessel, by=officer)
    take_suggested(vessel, by=officer)
    assert sorted(limit.high for limit in vessel.thresholds.all()) == [0.8, 0.84]
    assert all(limit.consecutive == 2 for limit in vessel.thresholds.all())


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_and_who_keeps_sensors(browser, humidity, role):
    browser.force_login(make.person(role))
    sees = role in {Role.SAFETY_OFFICER, Role.ADMIN, Role.LEADER, Role.HEAD, Role.WORKSHOP_HEAD, Role.INSPECTOR}
    keeps = role in {Role.SAFETY_OFFICER, Role.ADMIN}
    assert (browser.get("/desk/sensors/").status_code == 200) == sees
    assert (browser.get(f"/desk/sensors/{humidity.pk}/").status_code == 200) == sees
    assert (browser.post(f"/desk/sensors/{humidity.pk}/key/").status_code == 302) == keeps or not sees
    assert bool(Sensor.objects.get(pk=humidity.pk).key_hash) == keeps


def test_a_workshop_head_sees_the_sensors_of_the_own_workshop(browser, humidity):
    stranger = make.person(Role.WORKSHOP_HEAD, in_department=make.department(), bound=True)
    browser.force_login(stranger)
    assert browser.get(f"/desk/sensors/{humidity.pk}/").status_code == 404
    assert humidity.name not in browser.get("/desk/sensors/").content.decode()


def test_where_nothing_was_read_the_chart_has_a_gap(humidity):
    now = timezone.now()
    hours = [back for back in range(1, 24) if back not in (8, 9, 10)]
    times = [now - timedelta(hours=back, minutes=minute) for back in hours for minute in range(0, 60, 5)]
    take_readings(humidity, dict.fromkeys(times, 55.0), by=None)
    chart = of_sensor(humidity, (now - timedelta(days=1), now), timedelta(minutes=6))
    assert len(chart.lines) == 2 and len(chart.limits) == 1


def test_a_month_of_readings_is_a_few_hundred_points(humidity):
    now = timezone.now()
    for part in range(9):
        times = [now - timedelta(minutes=3 * (part * 1000 + n)) for n in range(1000)]
        take_readings(humidity, {at: 50 + n % 7 for n, at in enumerate(times)}, by=None)
    rows = slots(humidity, now - timedelta(days=30), now + timedelta(seconds=1), timedelta(hours=3))
    assert len(rows) <= 241 and sum(row.count for row in rows) == 9000
    assert {row.low for row in rows} <= {50, 51, 52, 53, 54, 55, 56} and max(row.high for row in rows) == 56


@pytest.mark.parametrize("span", ["day", "week", "month", "x"])
def test_the_page_of_a_sensor_shows_chart_table_and_alarms(desk, humidity, read, span):
    read(humidity, 50, 40, 40)
    text = desk.get(f"/desk/sensors/{humidity.pk}/?span={span}").content.decode()
    assert "<polyline" in text or "h.1" in text
    assert Hazard.objects.get().number in text and "40 %RH" in text


def test_the_hazard_shows_what_the_sensor_read_at_the_desk_and_on_the_phone(desk, humidity, officer, read):
    read(humidity, 50, 44, 43)
    hazard = Alarm.objects.get().hazard
    for path in (f"/desk/hazards/{hazard.pk}/", f"/m/hazards/{hazard.pk}/"):
        text = desk.get(path).content.decode()
        assert "43 %RH" in text and "chart-x" in text


def test_at_the_label_stands_what_is_read_there_now(browser, officer, read):
    press = make.machine()
    sensor = make.sensor("temperature", at=press, name="模具温度")
    read(sensor, 31.5)
    browser.force_login(make.person(Role.WORKER))
    text = browser.get(f"/m/q/{token_of(issue_sticker(press, by=officer))}/").content.decode()
    assert "模具温度" in text and "31.5 °C" in text
