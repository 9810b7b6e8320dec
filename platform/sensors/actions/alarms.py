"""An alarm opens a hazard, or adds to the one that is open; that it is over closes nothing."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone, translation

from alerts.actions import raise_alert
from core.events import emit
from hazards.actions import report_hazard
from hazards.models import Category, Hazard, Level
from people.models import User
from sensors.models import GASES, Alarm, Grade, Sensor, Threshold
from sensors.words import CATEGORIES, alarm_line, alarm_words, measured

LEVELS = {Grade.WARN: Level.GENERAL, Grade.ALARM: Level.SERIOUS}


def open_alarm(sensor: Sensor, threshold: Threshold | None, *, at: datetime, value: float | None) -> Alarm:
    """threshold: None where the sensor is not heard any more. Only inside an action that holds the sensor's row."""
    with translation.override(settings.LANGUAGE_CODE):
        line = alarm_line(sensor, threshold, value)
        hazard, is_new = _hazard_for(sensor, threshold, line)
    limits = threshold.limits if threshold else {"minutes": sensor.silence_minutes}
    facts = {"sensor": sensor, "threshold": threshold, "hazard": hazard, "limits": limits, "unit": sensor.unit}
    alarm = Alarm.objects.create(at=at, value=value, worst=value, opened_at=timezone.now(), **facts)
    data = {"sensor": sensor.code, "value": value, "unit": sensor.unit, "at": at, "limits": limits, "note": line}
    emit("alarm.opened" if is_new else "alarm.repeated", hazard, by=None, alarm=alarm.pk, **data)
    if not is_new and rings(sensor, threshold):
        raise_alert(hazard, line, by=None, department_id=hazard.department_id)
    return alarm


def rings(sensor: Sensor, threshold: Threshold | None) -> bool:
    """Whether people on duty are called: for an alarm, and where a gas is not watched any more."""
    return threshold.grade == Grade.ALARM if threshold else sensor.kind in GASES


def _hazard_for(sensor: Sensor, threshold: Threshold | None, line: str) -> tuple[Hazard, bool]:
    """The one that the last alarm of this rule opened, as long as it is open, or what it was merged into."""
    last = Alarm.objects.filter(sensor=sensor, threshold=threshold).select_related("hazard__merged_into").first()
    standing = last and (last.hazard.merged_into or last.hazard)
    if standing and standing.is_open:
        return standing, False
    return _report(sensor, threshold, line), True


def _report(sensor: Sensor, threshold: Threshold | None, line: str) -> Hazard:
    return report_hazard(
        by=None,
        area=sensor.area,
        equipment=sensor.equipment,
        title=line[:120],
        category=Category.objects.filter(code=CATEGORIES[sensor.kind]).first(),
        level=LEVELS[Grade(threshold.grade)] if threshold else Level.GENERAL,
        is_urgent=rings(sensor, threshold),
        source=Hazard.Source.SENSOR,
        reported_as=f"{sensor.code} {sensor.name}",
    )


def clear_alarm(alarm: Alarm, *, by: User | None, at: datetime, value: float | None = None, why: str = "") -> Alarm:
    """The hazard stays open: nothing closes without proof."""
    alarm.cleared_at = at
    alarm.save(update_fields=["cleared_at", "worst"])
    with translation.override(settings.LANGUAGE_CODE):
        now = why or (measured(value, alarm.unit) if value is not None else "")
        note = "：".join(filter(None, [f"{alarm.sensor.name} {alarm_words(alarm)}", now]))
    data = {"sensor": alarm.sensor.code, "value": value, "worst": alarm.worst, "unit": alarm.unit}
    emit("alarm.cleared", alarm.hazard, by=by, alarm=alarm.pk, note=note, **data)
    return alarm
