"""Readings by MQTT through a real Mosquitto: nothing is lost while nobody listens, nobody else's key opens anything."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from core.errors import Refusal
from sensors.actions import give_key
from sensors.models import Sensor, SensorReading
from sensors.mqtt import take
from tenants.current import in_factory
from tests import make

MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"


def message(key: str, *values: float, **more) -> bytes:
    now = timezone.now()
    rows = [{"at": (now - timedelta(seconds=n)).isoformat(), "value": value} for n, value in enumerate(values)]
    return json.dumps({"key": key, "readings": rows} | more).encode()


@pytest.fixture
def device(humidity, officer) -> tuple[str, str]:
    cache.clear()
    return f"anhuan/one/{humidity.code}/readings", give_key(humidity, by=officer)


def test_a_message_is_taken_as_by_http(device):
    topic, key = device
    assert take(topic, message(key, 55, 56)).stored == 2
    now = timezone.now().isoformat()
    assert take(topic, json.dumps({"key": key, "at": now, "value": 57}).encode()).stored == 1


def test_what_is_not_from_this_sensor_is_refused(device, humidity, officer, other_factory):
    topic, key = device
    other = make.sensor()
    with in_factory(other_factory):
        foreign = give_key(make.sensor(), by=None)
    wrong = [
        (topic, b"x"), (topic, b"[]"), (topic, message("", 1)), (topic, message("x", 1)), (topic, message(foreign, 1)),
        (topic, message(give_key(other, by=officer), 1)), (topic, message(key)), (topic, b" " * 200_000),
        (topic.replace("/one/", "/two/"), message(key, 1)), (topic.replace("/one/", "/nobody/"), message(key, 1)),
        (topic.replace(humidity.code, other.code), message(key, 1)), ("anhuan/one/readings", message(key, 1)),
        (topic + "/x", message(key, 1)), ("anhuan/\0/x/readings", message(key, 1)),
    ]  # fmt: skip
    for where, what in wrong:
        with pytest.raises(Refusal):
            take(where, what)
    assert not SensorReading.objects.exists()


@dataclass
class Broker:
    """Mosquitto on this machine only, with a configuration of its own; it remembers what was not taken yet."""

    folder: Path
    port: int
    running: list[subprocess.Popen] = field(default_factory=list)

    def start(self) -> None:
        config = self.folder / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
            f"persistence_location {self.folder}/\nautosave_interval 1\nlog_dest none\n"
        )
        self.broker = self._run(MOSQUITTO, "-c", str(config))
        until(self._answers)

    def _run(self, *command: str) -> subprocess.Popen:
        environment = os.environ | {"MQTT_URL": f"mqtt://127.0.0.1:{self.port}"}
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=settings.ROOT)
        self.running.append(process)
        return process

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def listen(self) -> subprocess.Popen:
        return self._run(sys.executable, "manage.py", "mqtt_ingest")

    def publish(self, topic: str, payload: bytes) -> None:
        client = Client(CallbackAPIVersion.VERSION2)
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        client.publish(topic, payload, qos=1).wait_for_publish(10)
        client.disconnect()
        client.loop_stop()

    def end(self) -> None:
        for process in self.running:
            process.terminate()
        for process in self.running:
            process.wait(10)


@pytest.fixture
def broker(tmp_path) -> Iterator[Broker]:
    tmp_path.chmod(0o777)  # started by root, Mosquitto works as a user of its own
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = Broker(tmp_path, port)
    made.start()
    yield made
    made.end()


def until(is_so: Callable[[], bool], seconds: float = 25) -> None:
    begin = time.monotonic()
    while not is_so():
        assert time.monotonic() - begin < seconds, "it did not come"
        time.sleep(0.05)


def test_nothing_is_lost_while_the_listener_or_the_broker_is_away(fresh_factory, broker):
    cache.clear()
    slug = fresh_factory.domains.get().domain.partition(".")[0]
    sensor = make.sensor()
    topic, key = f"anhuan/{slug}/{sensor.code}/readings", give_key(sensor, by=None)

    def has(value: float) -> bool:
        return sensor.readings.filter(value=value).exists()

    def publish_until(value: float) -> None:
        """Until it has subscribed nobody keeps anything for it."""
        until(lambda: (broker.publish(topic, message(key, value)), time.sleep(0.3), has(value))[-1])

    listener = broker.listen()
    publish_until(50)
    broker.publish(topic, b"no reading")
    broker.publish(topic, message("a wrong key", 51))
    broker.publish(topic, message(key, 52, 53))
    until(lambda: has(53))
    assert not has(51)

    with transaction.atomic():
        Sensor.objects.select_for_update().get(pk=sensor.pk)
        broker.publish(topic, message(key, 60))
        time.sleep(0.5)
        listener.kill()
        listener.wait(10)
    assert not has(60)
    broker.publish(topic, message(key, 61))
    listener = broker.listen()
    until(lambda: has(60) and has(61))

    broker.broker.terminate()
    broker.broker.wait(10)
    broker.start()
    publish_until(71)
    listener.terminate()
    assert listener.wait(10) == 0
