"""The limits of one sensor: set, changed, dropped. A new one is held against the newest readings at once."""

import math
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.events import action, emit
from people.models import User
from sensors.actions.alarms import clear_alarm
from sensors.actions.devices import refuse_others
from sensors.actions.readings import judge_sensor
from sensors.defaults import suggested
from sensors.models import GASES, Alarm, Direction, Sensor, Threshold

MOST = 8
MOST_IN_A_ROW = 50
WORDS = ("grade", "direction", "low", "high", "consecutive", "clear_after", "margin_percent")


@action
def set_threshold(sensor: Sensor, *, by: User | None, threshold: Threshold | None = None, **facts: Any) -> Threshold:
    """A new limit, or with `threshold` that one changed; grade, direction, low and high as the direction needs them."""
    refuse_others(sensor, by)
    sensor = Sensor.objects.select_for_update(of=("self",)).select_related("area", "equipment__type").get(pk=sensor.pk)
    standing = sensor.thresholds.filter(dropped_at=None)
    if threshold is None and standing.count() >= MOST:
        raise DomainError(_("A sensor has %(most)d limits at most. Drop one first.") % {"most": MOST})
    threshold = threshold or Threshold(sensor=sensor, consecutive=1 if sensor.kind in GASES else 2)
    before = threshold.limits if threshold.pk else None
    for name, value in facts.items():
        setattr(threshold, name, value)
    _refuse_odd(threshold)
    threshold.save()
    after = {name: getattr(threshold, name) for name in WORDS}
    emit("threshold.set", sensor, by=by, threshold=threshold.pk, before=before, after=after)
    judge_sensor(sensor, 0)
    return threshold


def _refuse_odd(limit: Threshold) -> None:
    needs = {Direction.BELOW: ("low",), Direction.OUTSIDE: ("low", "high")}.get(Direction(limit.direction), ("high",))
    for name in ("low", "high"):
        value = getattr(limit, name)
        if name not in needs:
            setattr(limit, name, None)
        elif value is None or not math.isfinite(value):
            raise DomainError(_("Say the limit as a number."))
    if limit.direction == Direction.OUTSIDE and limit.low >= limit.high:  # type: ignore[operator]
        raise DomainError(_("The lower limit has to be below the upper one."))
    if not all(1 <= count <= MOST_IN_A_ROW for count in (limit.consecutive, limit.clear_after)):
        raise DomainError(_("Between 1 and %(most)d readings in a row.") % {"most": MOST_IN_A_ROW})
    if not 0 <= limit.margin_percent <= 50:
        raise DomainError(_("The margin lies between 0 and 50 percent."))


@action
def drop_threshold(threshold: Threshold, *, by: User | None) -> None:
    """It does not hold any more; its open alarm ends, what it has raised stays on record."""
    refuse_others(threshold.sensor, by)
    now = timezone.now()
    if not Threshold.objects.filter(pk=threshold.pk, dropped_at=None).update(dropped_at=now):
        return
    for alarm in Alarm.objects.open().filter(threshold=threshold).select_related("hazard", "threshold", "sensor"):
        clear_alarm(alarm, by=by, at=now, why=_("the limit was dropped"))
    emit("threshold.dropped", threshold.sensor, by=by, threshold=threshold.pk, before=threshold.limits)


@action
def take_suggested(sensor: Sensor, *, by: User | None) -> list[Threshold]:
    """The usual limits of its kind, where it does not have the same ones already."""
    here = {tuple(row.limits.values()) for row in sensor.thresholds.filter(dropped_at=None)}
    wanted = [row for row in suggested(sensor) if tuple(list(row.values())[:4]) not in here]
    return [set_threshold(sensor, by=by, **row) for row in wanted]
