"""Sensors without a device: for a trial and for the demo, through the very door that devices' readings come in by."""

import math
import random
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.events import action
from core.words import say
from facilities.models import Area
from sensors.actions import add_sensor, take_readings, take_suggested
from sensors.actions.contact import SIMULATION
from sensors.models import Direction, Kind, Sensor, Threshold
from tenants import due

EVERY = timedelta(minutes=1)
# In the middle, up and down over a day, and how much it trembles.
_LEVELS: dict[str, tuple[float, float, float]] = {
    Kind.GAS: (3, 1.5, 0.5),
    Kind.H2S: (1.2, 0.4, 0.2),
    Kind.CO: (5, 2, 0.6),
    Kind.OXYGEN: (20.9, 0.05, 0.03),
    Kind.PRESSURE: (0.7, 0.03, 0.008),
    Kind.HUMIDITY: (56, 4, 0.7),
    Kind.TEMPERATURE: (24, 4, 0.3),
    Kind.CABINET: (38, 6, 0.5),
}


def simulated(sensor: Sensor, at: datetime) -> float:
    """The same value for the same moment: highest in the afternoon, humidity lowest then."""
    middle, swing, trembling = _LEVELS[sensor.kind]
    local = timezone.localtime(at)
    wave = math.sin((local.hour + local.minute / 60 - 9) / 24 * 2 * math.pi)
    wave = -wave if sensor.kind == Kind.HUMIDITY else wave
    noise = random.Random(f"{sensor.code}{at:%Y%m%d%H%M}").gauss(0, trembling)  # noqa: S311 - no secret
    return round(max(middle + swing * wave + noise, 0), 3)


@action
def begin(*, by: None) -> list[Sensor]:
    """From now on each simulated sensor reads something every minute; where there are none yet, three are made."""
    found = list(Sensor.objects.in_use().filter(is_simulated=True)) or _some()
    due.once(timezone.now(), SIMULATION, key=SIMULATION)
    return found


def _some() -> list[Sensor]:
    area = Area.objects.first()
    if area is None:
        raise DomainError(_("There is no area yet. Add one first."))
    made = []
    for number, kind in enumerate((Kind.HUMIDITY, Kind.TEMPERATURE, Kind.GAS), 1):
        name = f"{say(area.name)} {kind.label}"
        sensor = add_sensor(f"SIM-{number}", name, by=None, kind=kind, area=area, is_simulated=True)
        take_suggested(sensor, by=None)
        made.append(sensor)
    return made


def end() -> None:
    due.cancel(key=SIMULATION)


def go_on() -> None:
    now = timezone.now().replace(second=0, microsecond=0)
    sensors = list(Sensor.objects.in_use().filter(is_simulated=True))
    for sensor in sensors:
        take_readings(sensor, {now: simulated(sensor, now)}, by=None)
    if sensors:
        due.at(now + EVERY, SIMULATION, key=SIMULATION)


def exceed(sensor: Sensor) -> None:
    """As many readings in a row beyond each of its limits as open its alarm, up to this moment."""
    limits = list(sensor.thresholds.filter(dropped_at=None))
    if not limits:
        raise DomainError(_("This sensor has no limit yet. Set one first."))
    now = timezone.now()
    count = max(limit.consecutive for limit in limits)
    values = [_beyond(limit) for limit in limits]
    value = min(values) if all(limit.direction == Direction.BELOW for limit in limits) else max(values)
    take_readings(sensor, {now - timedelta(seconds=5 * back): value for back in range(count)}, by=None)


def _beyond(limit: Threshold) -> float:
    edge = limit.low if limit.direction == Direction.BELOW else limit.high
    share = 0.9 if limit.direction == Direction.BELOW else 1.1
    return round((edge or 0) * share, 3)
