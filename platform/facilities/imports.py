"""Machines from an Excel sheet: all of them or none."""

from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from core.errors import Refusal
from core.events import action
from core.imports import Kind, register
from core.sheets import Column, Row
from core.words import say
from facilities.actions import (
    add_area,
    add_department,
    add_equipment,
    add_equipment_type,
    change_equipment,
    find_named,
    found_or_added,
    names_of,
    refuse_unless_manager,
)
from facilities.models import Area, Department, Equipment, EquipmentType, RiskColour

COLUMNS = (
    Column("code", _lazy("Machine number"), "CY-001", is_required=True, also=("设备编码", "编号", "资产编号", "Number")),
    Column("name", _lazy("Machine name"), _lazy("Press 1"), is_required=True, also=("名称", "设备", "Machine", "Name")),
    Column("type", _lazy("Kind of machine"), _lazy("Press"), is_required=True, also=("类型", "设备类别", "类别", "Kind")),
    Column(
        "area", _lazy("Area"), _lazy("Press bay A"), is_required=True,
        also=("位置", "安装位置", "所在区域", "存放地点", "地点", "Place"),
    ),
    Column("department", _lazy("Department"), _lazy("Press workshop"), also=("车间", "使用部门", "所属部门", "所属车间")),
    Column("model", _lazy("Model"), "JH21-110", also=("规格型号", "设备型号", "规格")),
    Column("colour", _lazy("Risk colour"), _lazy("orange"), also=("风险等级", "颜色", "风险")),
)  # fmt: skip
MOST = 40
_COLOURS = {
    **dict.fromkeys(("", "黄", "黄色", "yellow"), RiskColour.YELLOW),
    **dict.fromkeys(("红", "红色", "red"), RiskColour.RED),
    **dict.fromkeys(("橙", "橙色", "orange"), RiskColour.ORANGE),
    **dict.fromkeys(("蓝", "蓝色", "blue"), RiskColour.BLUE),
}


def check_rows(rows: list[Row], *, may_add: bool) -> list[Row]:
    """Writes into each row what is wrong with it; may_add: kinds, areas and departments that are new may be added."""
    known = _known()
    seen: set[str] = set()
    places: dict[str, list[Any]] = {"type": list(EquipmentType.objects.all()), "area": list(Area.objects.all())}
    departments = list(Department.objects.all())
    placed = {row.texts["area"].lower() for row in rows if row.texts["department"]}
    for row in rows:
        texts, code = row.texts, row.texts["code"].lower()
        if code and code in seen:
            row.faults.append(_("“%(value)s” stands in several rows.") % {"value": texts["code"]})
        seen.add(code)
        if texts["colour"].lower() not in _COLOURS:
            row.faults.append(
                _("“%(colour)s” is no risk colour: red, orange, yellow or blue.") % {"colour": texts["colour"]}
            )
        for key, there in places.items():
            if texts[key] and not find_named(there, texts[key]) and not may_add:
                row.faults.append(
                    _("“%(name)s” is not there yet. Tick “Add what is new”, or correct it.") % {"name": texts[key]}
                )
        is_new = may_add and texts["area"] and not find_named(places["area"], texts["area"])
        if is_new and texts["area"].lower() not in placed:
            row.faults.append(
                _("The area “%(name)s” is new: say which department it belongs to.") % {"name": texts["area"]}
            )
        if texts["department"] and not may_add and not find_named(departments, texts["department"]):
            row.faults.append(
                _("“%(name)s” is not there yet. Tick “Add what is new”, or correct it.") % {"name": texts["department"]}
            )
        _check_lengths(row)
        if code in known and not row.faults:
            row.changes = [change for _key, change in _changes(known[code], texts, places)]
            row.skip = "" if row.changes else _("Is there already; nothing would change.")
    return rows


def _known() -> dict[str, Equipment]:
    return {machine.code.lower(): machine for machine in Equipment.objects.select_related("type", "area")}


def _changes(machine: Equipment, texts: dict[str, str], places: dict[str, list[Any]]) -> list[tuple[str, str]]:
    """What the filled cells say otherwise, by column; an empty cell leaves what stands."""
    before = {
        "name": say(machine.name),
        "type": say(machine.type.name),
        "area": say(machine.area.name),
        "model": machine.model,
        "colour": str(RiskColour(machine.colour).label),
    }
    differ = {
        "name": texts["name"].lower() not in names_of(machine.name),
        "type": find_named(places["type"], texts["type"]) != machine.type,
        "area": find_named(places["area"], texts["area"]) != machine.area,
        "model": texts["model"] != machine.model,
        "colour": _COLOURS[texts["colour"].lower()] != machine.colour,
    }
    return [
        (column.key, f"{column.title}: {before[column.key] or '—'} → {texts[column.key]}")
        for column in COLUMNS
        if texts[column.key] and differ.get(column.key)
    ]


def _check_lengths(row: Row) -> None:
    for column in COLUMNS:
        if len(row.texts[column.key]) > MOST:
            row.faults.append(
                _("“%(column)s” is too long: %(limit)d letters at most.") % {"column": column.title, "limit": MOST}
            )


@action
def import_equipment(rows: list[Row], *, by: Any) -> int:
    """Adds what check_rows found without fault, with the kinds, areas and departments that are new.

    What is there already under its number is changed in what the filled cells say.
    """
    refuse_unless_manager(by)
    if any(row.faults for row in rows):
        raise Refusal(_("Nothing was read in: some rows need a look first."))
    kinds, areas, departments = (
        list(EquipmentType.objects.all()),
        list(Area.objects.all()),
        list(Department.objects.all()),
    )

    def area_of(texts: dict[str, str]) -> Area:
        name = texts["department"]
        department = found_or_added(departments, name, lambda: add_department(by=by, name=name))
        return add_area(by=by, name=texts["area"], department=department)

    known = _known()
    # The row that names the department of a new area comes first.
    for row in sorted(rows, key=lambda row: not row.texts["department"]):
        texts, machine = row.texts, known.get(row.texts["code"].lower())
        columns: dict[str, Any] = {
            "name": texts["name"],
            "type": found_or_added(kinds, texts["type"], partial(add_equipment_type, by=by, name=texts["type"])),
            "area": found_or_added(areas, texts["area"], partial(area_of, texts)),
            "model": texts["model"],
            "colour": _COLOURS[texts["colour"].lower()],
        }
        if machine is None:
            add_equipment(by=by, code=texts["code"], **columns)
        else:
            differ = [key for key, _change in _changes(machine, texts, {"type": kinds, "area": areas})]
            change_equipment(machine, by=by, **{key: columns[key] for key in differ})
    return len(rows)


register(
    Kind(
        "machines", "facilities.manage", _lazy("Machines from Excel"), COLUMNS, check_rows, import_equipment,
        may_add=_lazy("Add kinds, areas and departments that are new"),
    ),
)  # fmt: skip
