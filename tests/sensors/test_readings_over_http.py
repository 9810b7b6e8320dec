"""POST /api/v1/readings: a device with its key hands in one reading or a batch; everybody else nothing."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from sensors import door
from sensors.actions import give_key, retire_sensor, withdraw_key
from sensors.models import Alarm, SensorReading
from sensors.payload import MOST, MOST_BYTES
from tenants import provisioning
from tenants.current import in_factory
from tests import make

URL = "/api/v1/readings"


@pytest.fixture
def device(humidity, officer):
    """Sends as the device does; cookies of nobody, checks of CSRF as in production."""
    cache.clear()
    key = give_key(humidity, by=officer)
    client = Client(HTTP_HOST=provisioning.host_of("one"), enforce_csrf_checks=True)

    def send(said, key: str = key, **more):
        body = said if isinstance(said, str | bytes) else json.dumps(said)
        return client.post(
            URL, body, content_type="application/json", headers={"Authorization": f"Bearer {key}"} | more
        )

    return send


def reading(value: float = 55, back: int = 0) -> dict:
    return {"at": (timezone.now() - timedelta(minutes=back)).isoformat(), "value": value}


def test_one_reading(device, humidity):
    answer = device(reading(55.5))
    assert (answer.status_code, answer.json()) == (200, {"stored": 1, "known": 0})
    assert SensorReading.objects.get().value == 55.5


def test_a_batch_and_the_same_batch_again(device):
    batch = [reading(50, 2), reading(51, 1)]
    assert device({"readings": batch}).json() == {"stored": 2, "known": 0}
    assert device(batch).json() == {"stored": 0, "known": 2}


def test_seconds_since_1970_are_a_time_too(device):
    assert device({"at": timezone.now().timestamp(), "value": 1}).json()["stored"] == 1


def test_an_alarm_comes_out_of_it(device):
    device([reading(40, 1), reading(41, 0)])
    assert Alarm.objects.open().count() == 1


@pytest.mark.parametrize(
    "said",
    [
        "", "x", "[", "null", "[]", "{}", '{"readings": []}', '{"readings": 5}', "[[]]",
        '{"value": 5}', '{"at": "2026-07-01T08:00:00", "value": 5}', '{"at": "yesterday", "value": 5}',
        '{"at": true, "value": 5}', '{"at": 1e99, "value": 5}', '{"at": "0001-01-01T00:00:00+14:00", "value": 5}',
        '{"at": "2026-13-01T08:00:00+08:00", "value": 5}', "\ud800".encode("utf-8", "surrogatepass"), b"\xff\xfe",
    ],
)  # fmt: skip
def test_what_is_no_reading_is_refused_with_a_sentence(device, said):
    answer = device(said)
    assert answer.status_code == 422 and answer.json()["error"]
    assert not SensorReading.objects.exists()


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e400", '"55"', "null", "true", "[]", "9" * 400])
def test_what_is_no_number_is_refused(device, value):
    answer = device(f'{{"at": "{timezone.now().isoformat()}", "value": {value}}}')
    assert answer.status_code == 422 and answer.json()["error"]


def test_of_a_batch_with_one_fault_nothing_stays_and_its_place_is_named(device):
    answer = device([reading(55, 1), {"at": "now", "value": 1}])
    assert answer.status_code == 422 and "2" in answer.json()["error"]
    assert not SensorReading.objects.exists()


def test_the_sentence_is_in_the_language_that_is_asked_for(device):
    assert device("x", **{"Accept-Language": "en"}).json()["error"].startswith("This is not JSON")
    assert "JSON" in device("x").json()["error"]
    assert not device("x").json()["error"].startswith("This")


def test_too_many_readings_and_too_much_text(device):
    assert device([reading(1, n) for n in range(MOST + 1)]).status_code == 422
    assert device(" " * (MOST_BYTES + 1)).status_code == 413
    assert device(b" " * (6 * 2**20)).status_code == 413


def test_a_device_that_comes_too_often_is_asked_to_wait(device, officer, monkeypatch):
    monkeypatch.setattr(door, "MOST_PER_MINUTE", 3)
    assert [device(reading()).status_code for _n in range(3)] == [200] * 3
    answer = device(reading())
    assert answer.status_code == 429 and answer["Retry-After"]


@pytest.mark.parametrize("key", ["", "x", "ah_", "\0", "ключ"])
def test_without_a_right_key_nobody_gets_in(device, key):
    answer = device(reading(), key=key.encode().decode("latin-1"))
    assert answer.status_code == 401 and answer.json()["error"] and answer["WWW-Authenticate"]


def test_a_renewed_or_withdrawn_key_and_one_of_a_retired_sensor_open_nothing(device, humidity, officer):
    new = give_key(humidity, by=officer)
    assert device(reading()).status_code == 401
    assert device(reading(), key=new).status_code == 200
    withdraw_key(humidity, by=officer)
    assert device(reading(), key=new).status_code == 401
    last = give_key(humidity, by=officer)
    retire_sensor(humidity, by=officer)
    assert device(reading(), key=last).status_code == 401


def test_the_key_of_another_factorys_device_is_nothing_here(device, other_factory):
    with in_factory(other_factory):
        foreign = give_key(make.sensor(), by=None)
    assert device(reading(), key=foreign).status_code == 401
    assert not SensorReading.objects.exists()


def test_a_session_is_no_key(browser, officer):
    browser.force_login(officer)
    answer = browser.post(URL, json.dumps(reading()), content_type="application/json")
    assert answer.status_code == 401


def test_a_key_is_kept_nowhere(humidity, officer):
    key = give_key(humidity, by=officer)
    humidity.refresh_from_db()
    assert key not in {humidity.key_hash, humidity.key_end}
    assert humidity.key_end == key[-4:]
