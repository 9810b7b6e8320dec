"""When a sensor is lost: one row of what is due for each, which moves on with its readings.

Who holds a sensor's row waits for nothing: the row of what is due is always taken before it, as the worker does.
"""

from datetime import datetime

from sensors.models import Sensor
from tenants import due

SIMULATION = "sensors.simulate"


def expect(sensor: Sensor, newest: datetime) -> None:
    """Lost, unless there is a newer reading by then."""
    due.at(sensor.lost_at(newest), "sensors.lose_contact", key=_key(sensor), sensor=sensor.pk)


def forget(sensor: Sensor) -> None:
    due.cancel(key=_key(sensor))


def is_made_up(sensor: Sensor) -> bool:
    """The simulator is at work: after a rest of the whole product it goes on by itself, and no device is missed."""
    return sensor.is_simulated and due.is_waiting(key=SIMULATION)


def _key(sensor: Sensor) -> str:
    return f"sensor:{sensor.pk}"
