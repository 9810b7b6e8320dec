"""Workdays and days off: the factory's own word first, then the State Council's calendar, then what is likely."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar
import holidays
from django.utils import timezone
from django.utils.translation import get_language

from facilities.models import CalendarDay
from tenants.current import current_factory

YEARS = range(2004, 2100)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Day:
    """holiday: its name where it is one; own: what the factory declared, if it did."""

    day: date
    is_workday: bool
    is_official_workday: bool
    holiday: str = ""
    own: CalendarDay | None = None

    @property
    def is_make_up(self) -> bool:
        """调休上班: a weekend day on which the country works."""
        return self.is_official_workday and self.day.weekday() >= 5


def today() -> date:
    return timezone.localdate(timezone=ZoneInfo(current_factory().time_zone))


def is_final(year: int) -> bool:
    """Whether the make-up workdays are known; each November the State Council announces those of the next year."""
    return bool(_known_years()[0] <= year <= _known_years()[-1])


@lru_cache(maxsize=1)
def _known_years() -> list[int]:
    return sorted({day.year for day in chinese_calendar.constants.holidays})


def is_official_workday(day: date) -> bool:
    if is_final(day.year):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5 and not _holiday(day)


def _holiday(day: date) -> str:
    """Its name, in the reader's language."""
    language = "zh_CN" if (get_language() or "zh").startswith("zh") else "en_US"
    return str(_holidays(day.year, language).get(day, "")) if day.year in YEARS else ""


@lru_cache(maxsize=32)
def _holidays(year: int, language: str) -> dict[date, str]:
    return dict(holidays.country_holidays("CN", years=year, language=language))


def is_workday(day: date) -> bool:
    own = CalendarDay.objects.filter(day=day).first()
    return own.is_workday if own else is_official_workday(day)


def workdays() -> Callable[[date], bool]:
    """is_workday for many days: the factory's own days are asked for once."""
    own = dict(CalendarDay.objects.values_list("day", "is_workday"))
    return lambda day: own.get(day, is_official_workday(day))


def days_of_year(year: int) -> list[Day]:
    own = {row.day: row for row in CalendarDay.objects.filter(day__year=year)}
    first = date(year, 1, 1)
    return [_day(first + n * _DAY, own) for n in range((date(year + 1, 1, 1) - first).days)]


def _day(day: date, own: dict[date, CalendarDay]) -> Day:
    official, declared = is_official_workday(day), own.get(day)
    holiday = "" if official else _holiday(day)
    return Day(day, declared.is_workday if declared else official, official, holiday, declared)
