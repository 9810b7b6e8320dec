"""An old ledger of hazards from an Excel sheet: all rows or none. Columns: domain rules B2."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID, uuid5

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from core.errors import NotAllowed, Refusal
from core.events import action, emit
from core.imports import Kind, register
from core.sheets import Column, Row, read_day
from facilities.actions import find_named
from facilities.models import Area, Equipment
from hazards.actions.clock import policy_of, schedule, wait_for_confirmation
from hazards.actions.controls import wait_for_control
from hazards.actions.locks import lock_equipment
from hazards.actions.reporting import numbers_for, ring
from hazards.guessing import guess_category
from hazards.models import Category, Hazard, Level, LevelPolicy, Status
from people.models import User
from tenants.current import current_factory

COLUMNS = (
    Column("number", _lazy("Old number"), "2024-017", also=("编号", "序号", "隐患编号", "No", "Number")),
    Column("found_on", _lazy("Found on"), "2024-03-01", is_required=True, also=("排查时间", "排查日期", "检查日期")),
    Column("source", _lazy("Kind of check"), _lazy("Monthly check"), also=("排查类型", "检查类型", "隐患来源")),
    Column("area", _lazy("Area"), _lazy("Press bay A"), also=("部位", "地点", "隐患部位", "Place")),
    Column("machine", _lazy("Machine number"), "CY-001", also=("设备码", "设备编码", "Machine")),
    Column("title", _lazy("What is wrong"), _lazy("Guard missing"), is_required=True, also=("隐患描述", "隐患内容")),
    Column("category", _lazy("Kind of hazard"), also=("类别", "隐患类型", "Category")),
    Column("level", _lazy("Level"), _lazy("Serious"), also=("隐患级别", "隐患等级")),
    Column("found_by", _lazy("Found by"), also=("排查人", "检查人", "上报人")),
    Column("owner", _lazy("Who fixes it"), also=("责任人", "整改责任人", "整改人")),
    Column("cause", _lazy("Cause"), also=("原因", "原因分析")),
    Column("measure", _lazy("What was done"), _lazy("New guard fitted"), also=("整改措施", "整改情况")),
    Column("cost", _lazy("Cost"), "350", also=("资金", "整改资金", "费用")),
    Column("due_on", _lazy("Limit"), "2024-03-04", also=("期限", "整改期限", "整改时限")),
    Column("closed_on", _lazy("Closed on"), "2024-03-03", also=("完成时间", "完成日期", "销号日期", "整改完成时间")),
    Column("accepted_by", _lazy("Accepted by"), also=("验收人", "复查人")),
)
_DAYS = ("found_on", "due_on", "closed_on")
# What has no column of its own here stands in the description, under its heading.
_TOLD = ("number", "source", "found_by", "owner", "accepted_by")
_LIMITS = dict.fromkeys(_TOLD, 60) | {"title": 2000, "cause": 2000, "measure": 2000}
_TITLE = 120
_SPACE = UUID("6f0f8dd0-5c0c-4f4e-9d0b-3a8f0f6f7c11")
_PLAIN = {"一般隐患": Level.GENERAL, "较大隐患": Level.SERIOUS, "重大隐患": Level.MAJOR}


class Plant:
    """What is there already, looked up once for the whole sheet."""

    def __init__(self) -> None:
        self.areas = list(Area.objects.all())
        self.machines = list(Equipment.objects.select_related("area", "type"))
        self.categories = list(Category.objects.all())
        self.levels = _levels()
        self.limited = set(LevelPolicy.objects.values_list("level", flat=True))
        self.known = set(Hazard.objects.filter(source=Hazard.Source.IMPORT).values_list("client_id", flat=True))


def _levels() -> dict[str, Level]:
    found = dict(_PLAIN)
    for language in ("zh-hans", "en"):
        with translation.override(language):
            found |= {str(level.label).lower(): level for level in Level}
    return found


def check_rows(rows: list[Row], *, may_add: bool) -> list[Row]:
    """Writes into each row what is wrong with it. Nothing is ever added to the plant, whatever may_add says."""
    plant, seen = Plant(), set[UUID]()
    for row in rows:
        if _id_of(row) in plant.known:
            row.skip = _("This row was read in before.")
        elif _id_of(row) in seen:
            row.skip = _("This row stands there twice.")
        seen.add(_id_of(row))
        _check_place(row, plant)
        _check_words(row, plant)
        _check_days(row)
    return rows


def _id_of(row: Row) -> UUID:
    """The same row gives the same id, so that a sheet is not read in twice."""
    texts = row.texts
    return uuid5(_SPACE, "\n".join(texts[key] for key in ("number", "found_on", "area", "machine", "title")))


def _check_place(row: Row, plant: Plant) -> None:
    area, machine = row.texts["area"], row.texts["machine"]
    if not area and not machine:
        row.faults.append(_("Say where it was: an area or the number of a machine."))
    for text, there in ((area, plant.areas), (machine, plant.machines)):
        if text and not find_named(there, text):
            row.faults.append(_("“%(name)s” is not in the plant. Correct it, or add it there first.") % {"name": text})


def _check_words(row: Row, plant: Plant) -> None:
    texts = row.texts
    if texts["category"] and not find_named(plant.categories, texts["category"]):
        row.faults.append(
            _("There is no kind of hazard “%(name)s”. Leave it empty to have it guessed.") % {"name": texts["category"]}
        )
    level = plant.levels.get(texts["level"].lower())
    if texts["level"] and level is None:
        row.faults.append(_("“%(level)s” is no level: general, serious or major.") % {"level": texts["level"]})
    if level and not texts["closed_on"] and level not in plant.limited:
        row.faults.append(_("There are no time limits for this level yet. Install an industry pack first."))
    if texts["cost"] and _cost(texts["cost"]) is None:
        row.faults.append(_("“%(cost)s” is no sum of money. Write only the number.") % {"cost": texts["cost"]})
    titles = {column.key: column.title for column in COLUMNS}
    for key, limit in _LIMITS.items():
        if len(texts[key]) > limit:
            row.faults.append(
                _("“%(column)s” is too long: %(limit)d letters at most.") % {"column": titles[key], "limit": limit}
            )


def _check_days(row: Row) -> None:
    texts = row.texts
    for key in _DAYS:
        if texts[key] and read_day(texts[key]) is None:
            row.faults.append(_("“%(day)s” is not a day. Write it like 2024-03-01.") % {"day": texts[key]})
    found, closed = read_day(texts["found_on"]), read_day(texts["closed_on"])
    if max(filter(None, (found, closed)), default=date.min) > timezone.localdate():
        row.faults.append(_("A day that has not come yet cannot be in an old list."))
    if found and closed and closed < found:
        row.faults.append(_("It cannot be closed before it was found."))


def _cost(text: str) -> int | None:
    """Minor units."""
    try:
        sum_of_money = Decimal(text.replace(",", "").replace("，", "").rstrip("元").strip())
    except InvalidOperation:
        return None
    return int(sum_of_money * 100) if sum_of_money.is_finite() and 0 <= sum_of_money < 10**12 else None


@action
def import_hazards(rows: list[Row], *, by: User) -> int:
    """Closed ones come in as closed history, open ones to be confirmed, or confirmed where their level is known."""
    if not by.can("hazards.import"):
        raise NotAllowed(_("Your role does not read in lists of hazards. Ask the safety officer."))
    if any(row.faults for row in rows):
        raise Refusal(_("Nothing was read in: some rows need a look first."))
    plant = Plant()
    hazards = Hazard.objects.bulk_create(_numbered([_hazard(row, plant) for row in rows]))
    for hazard in hazards:
        emit("hazard.imported", hazard, by=by, number=hazard.number, status=hazard.status, level=hazard.level)
        if hazard.is_open:
            _begin(hazard, by)
    closed = sum(hazard.status == Status.CLOSED for hazard in hazards)
    emit("hazards.imported", current_factory(), by=by, count=len(hazards), closed=closed)
    return len(hazards)


def _begin(hazard: Hazard, by: User) -> None:
    """What an open one causes is what it would cause if it was found today: a major one rings and locks its machine."""
    if hazard.is_urgent:
        ring(hazard, by=by)
    if hazard.status == Status.REPORTED:
        wait_for_confirmation(hazard)
        return
    if hazard.level == Level.MAJOR:
        lock_equipment(hazard, by=by)
    schedule(hazard)
    wait_for_control(hazard)


def _hazard(row: Row, plant: Plant) -> Hazard:
    texts = row.texts
    machine = find_named(plant.machines, texts["machine"]) if texts["machine"] else None
    area = machine.area if machine else find_named(plant.areas, texts["area"])
    named = find_named(plant.categories, texts["category"]) if texts["category"] else None
    category = named or guess_category(texts["title"], machine, plant.categories).category
    found, closed = read_day(texts["found_on"]), read_day(texts["closed_on"])
    hazard = Hazard(
        client_id=_id_of(row),
        source=Hazard.Source.IMPORT,
        title=texts["title"][:_TITLE],
        description=_described(texts),
        category=category,
        department_id=area.department_id,
        area=area,
        equipment=machine,
        level=plant.levels.get(texts["level"].lower(), category.level),
        reported_at=_at(found),
        cause=texts["cause"],
        measure=texts["measure"],
        cost=_cost(texts["cost"]) if texts["cost"] else None,
    )
    if closed:
        due_at = _ends(texts["due_on"])
        return _with(
            hazard,
            status=Status.CLOSED,
            confirmed_at=_at(found),
            closed_at=_at(closed),
            due_at=due_at,
            first_due_at=due_at,
        )
    hazard.is_urgent = hazard.level == Level.MAJOR
    return _confirmed(hazard, texts) if texts["level"] else hazard


def _confirmed(hazard: Hazard, texts: dict[str, str]) -> Hazard:
    """A limit that is over begins anew, so that nobody is called because of a list; the old one stays on record."""
    now, policy = timezone.now(), policy_of(hazard.level)
    anew = now + timedelta(hours=policy.rectify_hours if policy else 72)
    told = _ends(texts["due_on"])
    due_at = told if told and told > now else anew
    return _with(
        hazard, status=Status.CONFIRMED, policy=policy, confirmed_at=now, due_at=due_at, first_due_at=told or anew
    )


def _with(hazard: Hazard, **columns: Any) -> Hazard:
    for name, value in columns.items():
        setattr(hazard, name, value)
    return hazard


def _described(texts: dict[str, str]) -> str:
    titles = {column.key: str(column.title) for column in COLUMNS}
    told = [f"{titles[key]}: {texts[key]}" for key in _TOLD if texts[key]]
    return "\n".join([*([texts["title"]] if len(texts["title"]) > _TITLE else []), *told])


def _at(day: date | None) -> datetime:
    return timezone.make_aware(datetime.combine(day or timezone.localdate(), time()))


def _ends(text: str) -> datetime | None:
    day = read_day(text)
    return timezone.make_aware(datetime.combine(day, time(23, 59))) if day else None


def _numbered(hazards: list[Hazard]) -> list[Hazard]:
    """Each in the series of the month in which it was found, in the order of the sheet."""
    months: dict[str, list[Hazard]] = {}
    for hazard in hazards:
        months.setdefault(f"{timezone.localtime(hazard.reported_at):%Y%m}", []).append(hazard)
    for month in sorted(months):
        for hazard, number in zip(months[month], numbers_for(month, len(months[month])), strict=True):
            hazard.number = number
    return hazards


register(
    Kind("hazards", "hazards.import", _lazy("Hazards from Excel"), COLUMNS, check_rows, import_hazards),
)
