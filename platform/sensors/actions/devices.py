"""Sensors come, move and go; each has a key of its own, shown once."""

import re
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed
from core.events import action, emit
from facilities.models import Area, Equipment
from people.models import User
from sensors.actions.alarms import clear_alarm
from sensors.actions.contact import expect, forget
from sensors.defaults import UNITS
from sensors.keys import hash_of, new_key
from sensors.models import Alarm, Kind, Sensor

LONGEST_SILENCE = 24 * 60
FACTS = ("name", "area", "equipment", "unit", "rated", "silence_minutes")


def refuse_others(sensor: Sensor, by: User | None) -> None:
    if by and not by.can("sensors.manage", sensor):
        raise NotAllowed(_("The safety officer and the administrator look after the sensors."))


@action
def add_sensor(
    code: str,
    name: str,
    *,
    by: User | None,
    kind: str,
    area: Area,
    equipment: Equipment | None = None,
    unit: str = "",
    rated: float | None = None,
    silence_minutes: int = 10,
    is_simulated: bool = False,
) -> Sensor:
    code = code.strip()
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", code):
        raise DomainError(_("The number has letters, digits, - and _ only, such as PT-RH-1: devices use it."))
    facts = {"name": name, "equipment": equipment, "unit": unit, "rated": rated, "silence_minutes": silence_minutes}
    facts = _checked(facts | {"area": area}, kind)
    sensor = Sensor(code=code, kind=kind, added_at=timezone.now(), is_simulated=is_simulated, **facts)
    refuse_others(sensor, by)
    try:
        with transaction.atomic():
            sensor.save()
    except IntegrityError:
        raise DomainError(_("There is a sensor %(code)s already.") % {"code": code}) from None
    emit("sensor.added", sensor, by=by, code=code, name=sensor.name, kind=kind, area=sensor.area_id)
    return sensor


@action
def change_sensor(sensor: Sensor, *, by: User | None, **facts: Any) -> Sensor:
    """Named anew, moved, or with another unit; what it measured stays."""
    refuse_others(sensor, by)
    wanted = _checked({name: getattr(sensor, name) for name in FACTS} | facts, sensor.kind)
    before = {name: _plain(getattr(sensor, name)) for name in FACTS}
    for name, value in wanted.items():
        setattr(sensor, name, value)
    refuse_others(sensor, by)
    changes = {name: [before[name], _plain(value)] for name, value in wanted.items() if before[name] != _plain(value)}
    if changes:
        if sensor.last_at:
            expect(sensor, sensor.last_at)
        sensor.save(update_fields=list(changes))
        emit("sensor.changed", sensor, by=by, changes=changes)
    return sensor


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, Area | Equipment) else value


def _checked(facts: dict[str, Any], kind: str) -> dict[str, Any]:
    facts["name"] = " ".join(facts["name"].split())[:60]
    facts["unit"] = facts["unit"].strip() or UNITS[kind]
    equipment = facts["equipment"]
    if not facts["name"]:
        raise DomainError(_("Give the sensor a name that says where it hangs."))
    if equipment:
        facts["area"] = equipment.area
    if not 1 <= facts["silence_minutes"] <= LONGEST_SILENCE:
        raise DomainError(_("Lost contact after 1 minute at least and 24 hours at most."))
    if facts["rated"] is not None and (kind != Kind.PRESSURE or facts["rated"] <= 0):
        raise DomainError(_("Only a sensor of pressure has a working pressure, above zero."))
    return facts


@action
def give_key(sensor: Sensor, *, by: User | None) -> str:
    """A new key, which stands nowhere: only its hash is kept. An earlier one ends at once."""
    refuse_others(sensor, by)
    _refuse_retired(sensor)
    key, now = new_key(), timezone.now()
    Sensor.objects.filter(pk=sensor.pk).update(key_hash=hash_of(key), key_end=key[-4:], key_at=now)
    emit("sensor.key_given", sensor, by=by, ends_with=key[-4:])
    return key


@action
def withdraw_key(sensor: Sensor, *, by: User | None) -> Sensor:
    refuse_others(sensor, by)
    if Sensor.objects.filter(pk=sensor.pk, key_hash__isnull=False).update(key_hash=None, key_end="", key_at=None):
        emit("sensor.key_ended", sensor, by=by)
    return sensor


@action
def retire_sensor(sensor: Sensor, *, by: User | None, reason: str = "") -> Sensor:
    """Its key ends, its open alarms with it; what it measured and the hazards stay."""
    refuse_others(sensor, by)
    forget(sensor)
    now = timezone.now()
    gone = {"retired_at": now, "key_hash": None, "key_end": "", "key_at": None}
    if Sensor.objects.in_use().filter(pk=sensor.pk).update(**gone):
        for alarm in Alarm.objects.open().filter(sensor=sensor).select_related("hazard", "threshold", "sensor"):
            clear_alarm(alarm, by=by, at=now, why=_("the sensor was taken out of use"))
        emit("sensor.retired", sensor, by=by, note=reason.strip()[:300])
        sensor.retired_at = now
    return sensor


def _refuse_retired(sensor: Sensor) -> None:
    if sensor.retired_at:
        raise DomainError(_("This sensor is out of use. Add a new one."))
