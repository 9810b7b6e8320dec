"""What is usual for each kind: its unit and its limits. Suggestions that a factory takes over or changes.

Combustible gas 25 and 50 % LEL; H2S 10 and 20, CO 20 and 40 mg/m³; oxygen 19.5 to 23.5 %; a vessel's working pressure
once and 1.05 times; paint shop: humidity under 45 and 35 %, over 35 °C; switch cabinet over 60 and 75 °C. Gases raise
the alarm with the first reading, everything else with the second in a row.
"""

from typing import Any

from sensors.models import GASES, Direction, Grade, Kind, Sensor

UNITS: dict[str, str] = {
    Kind.GAS: "%LEL",
    Kind.H2S: "mg/m³",
    Kind.CO: "mg/m³",
    Kind.OXYGEN: "%",
    Kind.PRESSURE: "MPa",
    Kind.HUMIDITY: "%RH",
    Kind.TEMPERATURE: "°C",
    Kind.CABINET: "°C",
}
_USUAL: dict[str, tuple[tuple[str, str, float | None, float | None], ...]] = {
    Kind.GAS: ((Grade.WARN, Direction.REACHES, None, 25), (Grade.ALARM, Direction.REACHES, None, 50)),
    Kind.H2S: ((Grade.WARN, Direction.REACHES, None, 10), (Grade.ALARM, Direction.REACHES, None, 20)),
    Kind.CO: ((Grade.WARN, Direction.REACHES, None, 20), (Grade.ALARM, Direction.REACHES, None, 40)),
    Kind.OXYGEN: ((Grade.ALARM, Direction.OUTSIDE, 19.5, 23.5),),
    Kind.HUMIDITY: ((Grade.WARN, Direction.BELOW, 45, None), (Grade.ALARM, Direction.BELOW, 35, None)),
    Kind.TEMPERATURE: ((Grade.WARN, Direction.ABOVE, None, 35),),
    Kind.CABINET: ((Grade.WARN, Direction.ABOVE, None, 60), (Grade.ALARM, Direction.ABOVE, None, 75)),
}


def suggested(sensor: Sensor) -> list[dict[str, Any]]:
    """The limits that are usual for what it measures; of a pressure none, as long as nobody said what is usual there."""
    rows = _USUAL.get(sensor.kind, ())
    if sensor.kind == Kind.PRESSURE and sensor.rated:
        rows = (
            (Grade.WARN, Direction.REACHES, None, sensor.rated),
            (Grade.ALARM, Direction.REACHES, None, round(sensor.rated * 1.05, 4)),
        )
    consecutive = 1 if sensor.kind in GASES else 2
    names = ("grade", "direction", "low", "high")
    return [dict(zip(names, row, strict=True)) | {"consecutive": consecutive} for row in rows]
