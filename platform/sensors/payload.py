"""What a device sends: one reading or a batch as JSON, read strictly, refused with what is wrong and where."""

import json
import math
from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from core.errors import DomainError
from sensors.models import Sensor

MOST = 1000
MOST_BYTES = 128 * 1024
LARGEST = 1e12


def topic_of(slug: str, sensor: Sensor) -> str:
    """Where this sensor's messages are published; the key in each says whether they are its own."""
    return f"anhuan/{slug}/{sensor.code}/readings"


def read(body: bytes | str) -> Any:
    """The JSON of a message; NaN and Infinity are no numbers."""
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise DomainError(_('This is not JSON. Send {"at": …, "value": …} or a list of such readings.')) from None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def readings_of(said: Any) -> dict[datetime, float]:
    """By time: {"at", "value"}, a list of them, or {"readings": […]}. Of two values for one time the first stands."""
    rows = said.get("readings", said) if isinstance(said, dict) else said
    rows = rows if isinstance(rows, list) else [rows]
    if not rows:
        raise DomainError(_("There is no reading in it."))
    if len(rows) > MOST:
        raise DomainError(_("At most %(most)d readings at once. Send the rest in another batch.") % {"most": MOST})
    found: dict[datetime, float] = {}
    for number, row in enumerate(rows, 1):
        at, value = _reading(row, number)
        found.setdefault(at, value)
    return found


def _reading(row: Any, number: int) -> tuple[datetime, float]:
    if not isinstance(row, dict):
        raise DomainError(_('Reading %(number)d: send {"at": …, "value": …}.') % {"number": number})
    return _moment(row.get("at"), number), _value(row.get("value"), number)


def _value(said: Any, number: int) -> float:
    is_number = isinstance(said, int | float) and not isinstance(said, bool)
    # A number with a thousand digits is one for JSON, and none for a float.
    if not is_number or not abs(said) <= LARGEST or not math.isfinite(said):
        raise DomainError(_("Reading %(number)d: “value” has to be a number.") % {"number": number})
    return float(said)


def _moment(said: Any, number: int) -> datetime:
    """A time with its zone, or seconds since 1970; without a zone nobody knows which moment is meant."""
    at: datetime | None = None
    try:
        if isinstance(said, int | float) and not isinstance(said, bool):
            at = datetime.fromtimestamp(said, UTC)
        elif isinstance(said, str):
            at = parse_datetime(said)
    except (ValueError, OverflowError, OSError):
        at = None
    if at is None or at.tzinfo is None:
        raise DomainError(
            _("Reading %(number)d: “at” has to be a time with its zone, such as 2026-07-01T08:00:00+08:00.")
            % {"number": number}
        )
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise DomainError(_("Reading %(number)d: there is no such time.") % {"number": number}) from None
