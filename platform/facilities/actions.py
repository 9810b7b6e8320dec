"""Writing down the plant: departments, areas, kinds of machines, machines, shifts and the factory's own days."""

from collections.abc import Callable, Iterable
from datetime import date, time
from typing import Any

from django.db import models
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError, NotAllowed
from core.events import action, emit, register
from core.words import say
from facilities.calendar import YEARS, today
from facilities.models import Area, CalendarDay, Department, Equipment, EquipmentType, RiskColour, Shift
from tenants import due

register(
    {
        "department.added": gettext_lazy("Department added"),
        "area.added": gettext_lazy("Area added"),
        "area.changed": gettext_lazy("Area changed"),
        "equipment.added": gettext_lazy("Machine added"),
        "equipment.changed": gettext_lazy("Machine changed"),
        "shift.added": gettext_lazy("Shift added"),
        "shift.changed": gettext_lazy("Shift changed"),
        "shift.removed": gettext_lazy("Shift removed"),
        "calendar.declared": gettext_lazy("Day declared"),
        "calendar.withdrawn": gettext_lazy("Day follows the official calendar again"),
    }
)


def names_of(words: dict[str, str] | str) -> set[str]:
    """Every name that something goes by, for finding it however it was typed."""
    return {text.strip().lower() for text in (words.values() if isinstance(words, dict) else [words])}


def find_named(rows: Iterable[Any], text: str) -> Any:
    """The object with this code or name; None where there is none."""
    wanted = text.strip().lower()
    return next((row for row in rows if row.code.lower() == wanted or wanted in names_of(row.name)), None)


def found_or_added(there: list[Any], text: str, add: Callable[[], Any]) -> Any:
    """The one of this code or name among those there; a new one joins them, so that a long sheet asks only once."""
    found = find_named(there, text)
    if found is None:
        found = add()
        there.append(found)
    return found


def refuse_unless_manager(by: Any) -> None:
    if not by.can("facilities.manage"):
        raise NotAllowed(_("Your role may not change the plant. Ask the administrator or the safety officer."))


def _refuse_doubled(model: type[models.Model], code: str) -> None:
    if model._default_manager.filter(code__iexact=code).exists():
        raise DomainError(_("The number “%(code)s” is taken already.") % {"code": code})


@action
def add_department(*, by: Any, name: str, code: str = "", kind: str = Department.Kind.WORKSHOP) -> Department:
    refuse_unless_manager(by)
    if find_named(Department.objects.all(), name):
        raise DomainError(_("There is a department “%(name)s” already.") % {"name": name})
    code = code.strip() or name.strip()[:40]
    _refuse_doubled(Department, code)
    department = Department.objects.create(code=code, name=name.strip(), kind=kind)
    emit("department.added", department, by=by, code=department.code, name=say(department.name))
    return department


@action
def add_area(
    *,
    by: Any,
    name: str,
    department: Department,
    code: str = "",
    colour: str = RiskColour.BLUE,
    is_ex: bool = False,
) -> Area:
    refuse_unless_manager(by)
    code = code.strip() or name.strip()[:40]
    _refuse_doubled(Area, code)
    area = Area.objects.create(code=code, name=name.strip(), department=department, colour=colour, is_ex=is_ex)
    emit("area.added", area, by=by, code=code, name=say(area.name), colour=colour)
    return area


@action
def change_area(area: Area, *, by: Any, **changes: Any) -> Area:
    """changes: name, department, colour, is_ex; the number stays, it stands on labels and in records."""
    refuse_unless_manager(by)
    return _change(area, "area.changed", by, changes)


@action
def add_equipment_type(*, by: Any, name: str) -> EquipmentType:
    refuse_unless_manager(by)
    known = find_named(EquipmentType.objects.all(), name)
    return known or EquipmentType.objects.create(code=name.strip()[:40], name=name.strip())


@action
def add_equipment(
    *,
    by: Any,
    code: str,
    name: str,
    type: EquipmentType,
    area: Area,
    model: str = "",
    colour: str = RiskColour.YELLOW,
) -> Equipment:
    refuse_unless_manager(by)
    code = code.strip()
    _refuse_doubled(Equipment, code)
    equipment = Equipment.objects.create(
        code=code, name=name.strip(), type=type, area=area, model=model.strip(), colour=colour
    )
    emit("equipment.added", equipment, by=by, code=code, name=say(equipment.name))
    return equipment


@action
def change_equipment(equipment: Equipment, *, by: Any, **changes: Any) -> Equipment:
    """changes: name, type, area, model, colour, status; the number stays, it stands on labels and in records."""
    refuse_unless_manager(by)
    return _change(equipment, "equipment.changed", by, changes)


def _change(place: Any, event: str, by: Any, changes: dict[str, Any]) -> Any:
    before = {name: getattr(place, name) for name in changes}
    different = {name: value for name, value in changes.items() if value != before[name]}
    if not different:
        return place
    for name, value in different.items():
        setattr(place, name, value)
    place.save(update_fields=list(different))
    emit(
        event,
        place,
        by=by,
        code=place.code,
        changed={name: [_said(before[name]), _said(value)] for name, value in different.items()},
    )
    return place


def _said(value: Any) -> Any:
    return getattr(value, "code", value)


@action
def add_shift(*, by: Any, name: str, starts_at: time, ends_at: time, code: str = "") -> Shift:
    refuse_unless_manager(by)
    code = code.strip() or name.strip()[:40]
    _refuse_faulty_shift(name, starts_at, ends_at)
    _refuse_doubled(Shift, code)
    shift = Shift.objects.create(code=code, name=name.strip(), starts_at=starts_at, ends_at=ends_at)
    emit("shift.added", shift, by=by, code=code, name=say(shift.name), starts_at=starts_at, ends_at=ends_at)
    return shift


@action
def change_shift(shift: Shift, *, by: Any, **changes: Any) -> Shift:
    """changes: name, starts_at, ends_at. Checks of the shift that are not open yet move with it."""
    refuse_unless_manager(by)
    facts = {name: changes.get(name, getattr(shift, name)) for name in ("name", "starts_at", "ends_at")}
    _refuse_faulty_shift(say(facts["name"]), facts["starts_at"], facts["ends_at"])
    before = shift.starts_at
    _change(shift, "shift.changed", by, changes)
    if shift.starts_at != before:
        due.now("inspections.follow_shift", shift=shift.pk)
    return shift


def _refuse_faulty_shift(name: str, starts_at: time, ends_at: time) -> None:
    if not name.strip():
        raise DomainError(_("Give the shift a name."))
    if starts_at == ends_at:
        raise DomainError(_("The shift ends when it starts. Look at the times once more."))


@action
def remove_shift(shift: Shift, *, by: Any) -> None:
    refuse_unless_manager(by)
    try:
        emit("shift.removed", shift, by=by, code=shift.code, name=say(shift.name))
        shift.delete()
    except ProtectedError:
        raise DomainError(_("Plans or records use this shift, so it stays. Change its times instead.")) from None


@action
def declare_day(day: date, *, by: Any, is_workday: bool, name: str = "") -> CalendarDay:
    """The factory's own word on a day; plans that look at the calendar follow at once, past days stay as they were."""
    refuse_unless_manager(by)
    _refuse_past_day(day)
    row, _is_new = CalendarDay.objects.update_or_create(
        day=day, defaults={"is_workday": is_workday, "name": name.strip()[:60]}
    )
    emit("calendar.declared", row, by=by, day=day, is_workday=is_workday, name=row.name)
    _follow_calendar()
    return row


@action
def withdraw_day(day: date, *, by: Any) -> None:
    refuse_unless_manager(by)
    _refuse_past_day(day)
    row = CalendarDay.objects.filter(day=day).first()
    if row:
        emit("calendar.withdrawn", row, by=by, day=day)
        row.delete()
        _follow_calendar()


def _refuse_past_day(day: date) -> None:
    if day.year not in YEARS:
        raise DomainError(_("Choose a day between %(first)d and %(last)d.") % {"first": YEARS[0], "last": YEARS[-1]})
    if day < today():
        raise DomainError(_("This day is over. What was planned for it stays as it was."))


def _follow_calendar() -> None:
    due.once(timezone.now(), "inspections.follow_calendar", key="inspections.follow_calendar")
