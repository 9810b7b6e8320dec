"""RFC 5545 rules in whole days. dateutil reads them; it would look as far as the year 9999 for a day that never comes,
so the days themselves are worked out here, period by period, up to a last day."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from dateutil.rrule import rrulestr
from django.utils.translation import gettext as _

from core.errors import DomainError

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LONGEST = 200
_NUMBERS = ("BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS")
_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", *_NUMBERS}
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rule:
    """weekdays: (which one of the month or year, or 0 for each; 0 for Monday); positions: BYSETPOS."""

    freq: str
    interval: int
    count: int | None
    until: date | None
    week_start: int
    months: tuple[int, ...]
    month_days: tuple[int, ...]
    year_days: tuple[int, ...]
    weeks: tuple[int, ...]
    weekdays: tuple[tuple[int, int], ...]
    positions: tuple[int, ...]

    @property
    def names_days(self) -> bool:
        return bool(self.month_days or self.year_days or self.weeks or self.weekdays)


@lru_cache(maxsize=512)
def _parsed(text: str) -> Rule | None:
    parts = dict(part.partition("=")[::2] for part in text.strip().upper().split(";"))
    is_known = len(text) <= LONGEST and set(parts) <= _PARTS and len(parts) == text.count(";") + 1
    if not is_known or parts.get("FREQ") not in {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}:
        return None
    try:
        rrulestr(text.strip().upper(), dtstart=datetime(2024, 1, 1))  # noqa: DTZ001 - a rule counts local days
        return _sensible(_rule(parts))
    except (ValueError, TypeError, IndexError, KeyError, OverflowError, AttributeError):
        return None


def _rule(parts: dict[str, str]) -> Rule:
    numbers = {name: tuple(int(n) for n in parts[name].split(",")) if name in parts else () for name in _NUMBERS}
    until = parts.get("UNTIL")
    if until is not None and not re.fullmatch(r"\d{8}(T\d{6})?", until):
        raise ValueError(until)
    return Rule(
        freq=parts["FREQ"],
        interval=int(parts.get("INTERVAL", 1)),
        count=int(parts["COUNT"]) if "COUNT" in parts else None,
        until=datetime.strptime(until[:8], "%Y%m%d").date() if until else None,  # noqa: DTZ007 - a local day
        week_start=WEEKDAYS.index(parts.get("WKST", "MO")),
        months=numbers["BYMONTH"],
        month_days=numbers["BYMONTHDAY"],
        year_days=numbers["BYYEARDAY"],
        weeks=numbers["BYWEEKNO"],
        weekdays=tuple(_weekday(word) for word in parts["BYDAY"].split(",")) if "BYDAY" in parts else (),
        positions=numbers["BYSETPOS"],
    )


def _weekday(word: str) -> tuple[int, int]:
    return int(word[:-2] or 0), WEEKDAYS.index(word[-2:])


def _sensible(rule: Rule) -> Rule | None:
    """What the standard forbids, or would need a clock's hands instead of days, is not read."""
    limits = (
        (rule.months, 1, 12),
        (rule.month_days, -31, 31),
        (rule.year_days, -366, 366),
        (rule.weeks, -53, 53),
        (rule.positions, -366, 366),
        (tuple(nth for nth, _day in rule.weekdays if nth), -53, 53),
    )
    is_within = all(low <= number <= high and number for numbers, low, high in limits for number in numbers)
    counts_weekdays = any(nth for nth, _day in rule.weekdays)
    fits = not (counts_weekdays and rule.freq in {"DAILY", "WEEKLY"}) and not (rule.weeks and rule.week_start)
    return rule if is_within and fits and 1 <= rule.interval <= 999 and rule.count != 0 else None


def read_rule(text: str) -> Rule:
    rule = _parsed(text)
    if rule is None:
        raise DomainError(_("“%(rule)s” is not a rule that can be read.") % {"rule": text[:LONGEST]})
    return rule


def days_of(rule: Rule, start: date, last: date) -> Iterator[date]:
    """Days on which the rule fires, from `start`, which it counts from, to `last`."""
    last = min(last, rule.until) if rule.until else last
    found = 0
    for period in _periods(rule, start, last):
        for day in _chosen(rule, start, period):
            if day > last or found == rule.count:
                return
            if day >= start:
                found += 1
                yield day


def _periods(rule: Rule, start: date, last: date) -> Iterator[list[date]]:
    if rule.freq in {"DAILY", "WEEKLY"}:
        length = 1 if rule.freq == "DAILY" else 7
        first = start if length == 1 else start - ((start.weekday() - rule.week_start) % 7) * _DAY
        while first <= last:
            yield [first + n * _DAY for n in range(length)]
            first += length * rule.interval * _DAY
        return
    months = 1 if rule.freq == "MONTHLY" else 12
    begin = start.year * 12 + (start.month - 1 if months == 1 else 0)
    for number in range(begin, last.year * 12 + last.month, months * rule.interval):
        first, after = _month(number), _month(number + months)
        yield [first + n * _DAY for n in range((after - first).days)]


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def _chosen(rule: Rule, start: date, period: list[date]) -> list[date]:
    fitting = [day for day in period if _fits(rule, start, day)]
    if not rule.positions:
        return fitting
    places = {position - 1 if position > 0 else len(fitting) + position for position in rule.positions}
    return [day for place, day in enumerate(fitting) if place in places]


def _fits(rule: Rule, start: date, day: date) -> bool:
    if rule.months and day.month not in rule.months:
        return False
    if not rule.names_days:
        return _is_like(rule, start, day)
    month, year = _from_both_ends(day, "month"), _from_both_ends(day, "year")
    return (
        (not rule.month_days or not month.isdisjoint(rule.month_days))
        and (not rule.year_days or not year.isdisjoint(rule.year_days))
        and (not rule.weeks or not _weeks(day).isdisjoint(rule.weeks))
        and (not rule.weekdays or _is_weekday(rule, day, year if _counts_in_years(rule) else month))
    )


def _is_like(rule: Rule, start: date, day: date) -> bool:
    """A rule that names no day means the first day's weekday, date or anniversary."""
    if rule.freq == "WEEKLY":
        return day.weekday() == start.weekday()
    if rule.freq == "DAILY":
        return True
    return day.day == start.day and (rule.freq == "MONTHLY" or bool(rule.months) or day.month == start.month)


def _from_both_ends(day: date, span: str) -> set[int]:
    if span == "month":
        last = (_month(day.year * 12 + day.month) - _DAY).day
        return {day.day, day.day - last - 1}
    number = day.timetuple().tm_yday
    return {number, number - date(day.year, 12, 31).timetuple().tm_yday - 1}


def _weeks(day: date) -> set[int]:
    iso = day.isocalendar()
    return {iso.week, iso.week - date(iso.year, 12, 28).isocalendar().week - 1}


def _counts_in_years(rule: Rule) -> bool:
    return rule.freq == "YEARLY" and not rule.months


def _is_weekday(rule: Rule, day: date, ends: set[int]) -> bool:
    """ends: the day's number from the front, and from the back as a negative one."""
    which = {(n - 1) // 7 + 1 if n > 0 else -((-n - 1) // 7 + 1) for n in ends}
    return any(day.weekday() == weekday and (not nth or nth in which) for nth, weekday in rule.weekdays)
