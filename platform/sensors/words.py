"""How readings, limits and alarms are said."""

from typing import Any

from django.utils.translation import gettext as _

from core.words import figure
from sensors.models import Alarm, Direction, Kind, Sensor, Threshold


def measured(value: float | None, unit: str) -> str:
    return f"{figure(value)} {unit}"


def limit_words(limits: dict[str, Any], unit: str) -> str:
    """“above 35 °C”, as the rule says it."""
    if limits["direction"] == Direction.OUTSIDE:
        return _("outside of %(low)s to %(high)s") % {
            "low": figure(limits["low"]),
            "high": measured(limits["high"], unit),
        }
    text = {
        Direction.ABOVE: _("above %(limit)s"),
        Direction.REACHES: _("at or above %(limit)s"),
        Direction.BELOW: _("below %(limit)s"),
    }[limits["direction"]]
    limit = limits["low"] if limits["direction"] == Direction.BELOW else limits["high"]
    return text % {"limit": measured(limit, unit)}


def alarm_line(sensor: Sensor, threshold: Threshold | None, value: float | None) -> str:
    """What is wrong, in one line."""
    if threshold is None:
        return _("%(sensor)s: no reading for %(minutes)d minutes") % {
            "sensor": sensor.name,
            "minutes": sensor.silence_minutes,
        }
    return _("%(sensor)s: %(value)s, %(limit)s") % {
        "sensor": sensor.name,
        "value": measured(value, sensor.unit),
        "limit": limit_words(threshold.limits, sensor.unit),
    }


def alarm_words(alarm: Alarm) -> str:
    """Which limit it is about, as it was then."""
    if alarm.threshold_id is None:
        return _("not heard for %(minutes)d minutes") % {"minutes": alarm.limits["minutes"]}
    return limit_words(alarm.limits, alarm.unit)


# The kind of hazard that it usually is, where the factory has it.
CATEGORIES: dict[str, str] = {
    Kind.GAS: "coating-vent",
    Kind.H2S: "chemicals",
    Kind.CO: "chemicals",
    Kind.OXYGEN: "confined-space",
    Kind.PRESSURE: "pressure-gas",
    Kind.HUMIDITY: "coating-vent",
    Kind.TEMPERATURE: "coating-vent",
    Kind.CABINET: "electrical",
}
