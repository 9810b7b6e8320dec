"""A sensor with its key."""

from datetime import timedelta

from django.utils import timezone

from facilities.models import Area, Equipment
from sensors.actions import give_key, take_readings, take_suggested
from tests import make
from tests.world.base import World


def add_sensors(world: World, area: Area, press: Equipment) -> None:
    """One with an alarm and its hazard, and another one at the machine."""
    sensor = make.sensor("humidity", at=area, name=f"{world.mark}湿度")
    make.sensor("temperature", at=press, name=f"{world.mark}温度")
    take_suggested(sensor, by=None)
    now = timezone.now()
    take_readings(sensor, {now - timedelta(minutes=n): 40 for n in range(3)}, by=None)
    world.sensor, world.sensor_key = sensor, give_key(sensor, by=None)
