"""A sensor with a limit, and readings by the minute."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from hazards.models import Category
from people.models import User
from people.permissions import Role
from sensors.actions import set_threshold, take_readings
from sensors.models import Sensor
from tests import make


@pytest.fixture
def officer(factory) -> User:
    make.policies()
    Category.objects.create(code="coating-vent", name={"zh": "喷涂静电与通风"}, gbt13861=3, level="serious")
    return make.person(Role.SAFETY_OFFICER)


@pytest.fixture
def humidity(officer) -> Sensor:
    """Under 45 %: a warning."""
    sensor = make.sensor("humidity")
    set_threshold(sensor, by=officer, grade="warn", direction="below", low=45)
    return sensor


@pytest.fixture
def read() -> Callable:
    """Values a minute apart, the last one now."""

    def read(sensor: Sensor, *values: float, until: datetime | None = None):
        until = until or timezone.now()
        times = [until - timedelta(minutes=back) for back in reversed(range(len(values)))]
        sensor.refresh_from_db()
        return take_readings(sensor, dict(zip(times, values, strict=True)), by=None)

    return read
