"""What the files of past records hold: each column's headings, and how its text becomes a value.

Names of the columns are English as they stand in an export; headings as Chinese ledgers have them are known too.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from core.sheets import Column, read_day
from core.zone import zone
from hazards.models import Level
from past.models import PastDrill, PastHazard, PastIncident, PastKind, PastRecord, PastRun, Severity

# Somebody's clock may be a little ahead of ours.
_AHEAD = timedelta(days=1)
_FIRST_YEAR = 1990
_RESULTS = {"pass": False, "fail": True, "合格": False, "正常": False, "不合格": True, "异常": True}
_LEVELS = {level.value: level for level in Level} | {
    "一般": Level.GENERAL, "较大": Level.SERIOUS, "重大": Level.MAJOR,
    "一般隐患": Level.GENERAL, "较大隐患": Level.SERIOUS, "重大隐患": Level.MAJOR,
}  # fmt: skip
_SEVERITIES = {severity.value: severity for severity in Severity} | {
    "未遂": Severity.NEAR_MISS, "险肇": Severity.NEAR_MISS, "急救": Severity.FIRST_AID, "轻伤": Severity.MINOR,
    "重伤": Severity.SERIOUS, "死亡": Severity.FATAL,
}  # fmt: skip


def read_moment(text: str) -> datetime:
    """A day with its time; without a zone it is the factory's. A day alone is its beginning."""
    day, _space, clock = re.sub(r"(?<=\d)T(?=\d)", " ", text.strip()).partition(" ")
    found = read_day(day)
    if found is None:
        raise ValueError(_("“%(text)s” is no date with a time: write it like 2025-03-05 09:20.") % {"text": text})
    try:
        moment = datetime.fromisoformat(f"{found:%Y-%m-%d} {_clock(clock)}")
    except ValueError:
        raise ValueError(
            _("“%(text)s” is no date with a time: write it like 2025-03-05 09:20.") % {"text": text}
        ) from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone())
    if moment > timezone.now() + _AHEAD or moment.year < _FIRST_YEAR:
        raise ValueError(_("“%(text)s” is not in the past.") % {"text": text})
    return moment


def _clock(text: str) -> str:
    """9:5 is 09:05; nothing is midnight."""
    parts = re.fullmatch(r"(\d{1,2}):(\d{1,2})((?::\d{2}(?:\.\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?)", text.strip())
    return f"{int(parts[1]):02}:{int(parts[2]):02}{parts[3].replace(' ', '')}" if parts else text.strip() or "00:00"


def _day(text: str) -> date:
    found = read_day(text.split("T", maxsplit=1)[0].split(" ", maxsplit=1)[0])
    if found is None:
        raise ValueError(_("“%(text)s” is no day: write it like 2025-03-05.") % {"text": text})
    return found


def _number(text: str, low: float, high: float, whole: bool = False) -> float | int:
    try:
        value = int(float(text)) if whole else float(text)
    except (ValueError, OverflowError):
        raise ValueError(_("“%(text)s” is no number.") % {"text": text}) from None
    if not low <= value <= high:
        raise ValueError(
            _("“%(text)s” is not between %(low)g and %(high)g.") % {"text": text, "low": low, "high": high}
        )
    return value


def _one_of(text: str, words: dict[str, Any], said: str) -> Any:
    if text.lower() not in words:
        raise ValueError(_("“%(text)s” is none of these: %(words)s.") % {"text": text, "words": said})
    return words[text.lower()]


def _text(text: str, longest: int) -> str:
    if len(text) > longest:
        raise ValueError(_("Longer than %(limit)d characters.") % {"limit": longest})
    return text


@dataclass(frozen=True)
class Field:
    column: Column
    read: Callable[[str], Any]

    @property
    def key(self) -> str:
        return self.column.key


def _field(
    key: str, title: Any, read: Callable[[str], Any], example: Any = "", *also: str, needed: bool = False
) -> Field:
    return Field(Column(key, title, example, is_required=needed, also=(key, *also)), read)


def _words(key: str, title: Any, longest: int, example: Any = "", *also: str, needed: bool = False) -> Field:
    return _field(key, title, partial(_text, longest=longest), example, *also, needed=needed)


_WORKSHOP = _words("workshop", _lazy("Workshop"), 120, _lazy("Press workshop"), "车间", "部门")
_AREA = _words("area", _lazy("Area"), 120, _lazy("Press bay A"), "区域", "部位", "地点")
_EQUIPMENT = _words("equipment", _lazy("Machine"), 120, "CY-001", "设备", "设备编码", "机台")
_CATEGORY = _words("category", _lazy("Kind of hazard"), 60, "", "类别", "隐患类型", "事故类别")

FIELDS: dict[str, tuple[Field, ...]] = {
    PastKind.RUNS: (
        _field("at", _lazy("When"), read_moment, "2025-03-05 09:20", "时间", "巡检时间", "检查时间", needed=True),
        _WORKSHOP,
        _AREA,
        _EQUIPMENT,
        _words("inspector_no", _lazy("Staff number"), 40, "1024", "工号", "巡检人"),
        _field("inspector_hired_on", _lazy("Hired on"), _day, "2025-02-17", "入职日期"),
        _words("checklist", _lazy("Checklist"), 120, "", "检查表", "点检表"),
        _field("seconds", _lazy("Seconds taken"), partial(_number, low=0, high=86_400, whole=True), "85", "用时秒"),
        _field(
            "result", _lazy("Result"), partial(_one_of, words=_RESULTS, said="pass, fail"), "fail", "结果", needed=True
        ),
        _CATEGORY,
        _field("temperature_c", _lazy("Temperature °C"), partial(_number, low=-60, high=100), "24.5", "温度"),
        _field("humidity_pct", _lazy("Humidity %"), partial(_number, low=0, high=100), "55", "湿度"),
    ),
    PastKind.HAZARDS: (
        _field("reported_at", _lazy("Reported at"), read_moment, "2025-03-05 09:20", "上报时间", "排查时间", needed=True),
        _field("closed_at", _lazy("Closed on"), read_moment, "2025-03-07 16:00", "销号时间", "完成时间"),
        _field("due_at", _lazy("Limit"), read_moment, "2025-03-08 09:20", "期限", "整改期限"),
        _WORKSHOP,
        _AREA,
        _EQUIPMENT,
        _CATEGORY,
        _field(
            "level", _lazy("Level"), partial(_one_of, words=_LEVELS, said=", ".join(Level)), "general", "级别", needed=True
        ),
        _words("reporter_no", _lazy("Staff number"), 40, "1024", "工号", "上报人"),
        _field("reporter_hired_on", _lazy("Hired on"), _day, "2025-02-17", "入职日期"),
        _words("source", _lazy("Where it comes from"), 60, "", "来源", "排查类型"),
    ),
    PastKind.DRILLS: (
        _field("at", _lazy("When"), read_moment, "2025-06-12 14:00", "时间", "演练时间", needed=True),
        _words("kind", _lazy("Kind of drill"), 120, _lazy("Fire"), "演练类型", "类型", needed=True),
        _words("area", _lazy("Area"), 120, _lazy("Press bay A"), "区域", "地点"),
        _field("score", _lazy("Score"), partial(_number, low=0, high=1000), "86", "得分"),
        _words("issues", _lazy("What was found"), 4000, "", "问题", "存在问题"),
    ),
    PastKind.INCIDENTS: (
        _field("at", _lazy("When"), read_moment, "2025-03-05 09:20", "时间", "事故时间", needed=True),
        _WORKSHOP,
        _words("area", _lazy("Area"), 120, _lazy("Press bay A"), "区域", "部位", "地点"),
        _CATEGORY,
        _field(
            "severity", _lazy("How bad"), partial(_one_of, words=_SEVERITIES, said=", ".join(Severity)), "minor",
            "严重程度", "伤害程度", needed=True,
        ),
        _words("person_no", _lazy("Staff number"), 40, "1024", "工号", "受伤人"),
        _field("person_hired_on", _lazy("Hired on"), _day, "2025-02-17", "入职日期"),
        _field("lost_days", _lazy("Days lost"), partial(_number, low=0, high=6000, whole=True), "3", "损失工作日"),
    ),
}  # fmt: skip
MODELS: dict[str, type[PastRecord]] = {
    PastKind.RUNS: PastRun,
    PastKind.HAZARDS: PastHazard,
    PastKind.DRILLS: PastDrill,
    PastKind.INCIDENTS: PastIncident,
}
# By which moment records of a kind are put in order.
MOMENT = {PastKind.RUNS: "at", PastKind.HAZARDS: "reported_at", PastKind.DRILLS: "at", PastKind.INCIDENTS: "at"}


def read_values(kind: str, texts: dict[str, str]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The values by their keys, empty ones left out, and what is wrong: the column's key and the reason."""
    values, faults = {}, []
    for field in FIELDS[kind]:
        text = texts.get(field.key, "")
        if not text:
            if field.column.is_required:
                faults.append((field.key, _("“%(column)s” is empty.") % {"column": field.column.title}))
            continue
        try:
            values[field.key] = field.read(text)
        except ValueError as wrong:
            faults.append((field.key, str(wrong)))
    if (
        not faults
        and kind == PastKind.HAZARDS
        and values.get("closed_at", values["reported_at"]) < values["reported_at"]
    ):
        faults.append(("closed_at", _("It was closed before it was reported.")))
    return values, faults
