"""Readings over a time, brought together in the database: however many there are, a page gets a few hundred rows."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Avg, Count, DateTimeField, F, Func, Max, Min, Value

from sensors.models import Sensor

_ORIGIN = datetime(2000, 1, 3, tzinfo=UTC)


@dataclass(frozen=True)
class Slot:
    """What was read in one stretch of time; where nothing was read there is no slot."""

    at: datetime
    low: float
    mean: float
    high: float
    count: int


def slots(
    sensor: Sensor, since: datetime, until: datetime, step: timedelta, *, begins: datetime = _ORIGIN
) -> list[Slot]:
    """Oldest first. begins: a moment at which a slot begins, so that days are the factory's own."""
    slot = Func(Value(step), F("at"), Value(begins), function="date_bin", output_field=DateTimeField())
    rows = sensor.readings.filter(at__gte=since, at__lt=until).annotate(slot=slot).values("slot").order_by("slot")
    figures = (Min("value"), Avg("value"), Max("value"), Count("id"))
    return [Slot(*row) for row in rows.values_list("slot", *figures)]
