"""Where devices come in, by HTTP and by MQTT: the key, how often, and what they hand in."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from core.errors import NotAllowed
from core.limits import allow
from sensors.actions import take_readings
from sensors.actions.readings import Taken
from sensors.keys import sensor_with
from sensors.models import Sensor
from sensors.payload import readings_of

MOST_PER_MINUTE = 120


class UnknownKey(NotAllowed):
    """No sensor in use has this key."""

    status = 401


def let_in(key: Any) -> Sensor:
    """The sensor that this key belongs to; each may come so often in a minute."""
    sensor = sensor_with(key) if isinstance(key, str) and key else None
    if sensor is None:
        raise UnknownKey(_("This key belongs to no sensor here. Give the device the key of its sensor."))
    allow("readings", str(sensor.pk), most=MOST_PER_MINUTE, within=timedelta(minutes=1))
    return sensor


def hand_in(sensor: Sensor, said: Any) -> Taken:
    return take_readings(sensor, readings_of(said), by=None)
