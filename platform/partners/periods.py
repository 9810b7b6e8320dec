"""Which period a report is about, and by when it has to be in."""

from datetime import date, timedelta
from itertools import islice

from facilities.calendar import workdays
from partners.models import Company

# On which workday after the end of the period it has to be in, and after a return.
DUE_WORKDAY, AGAIN_WORKDAYS = 5, 3
_DAY = timedelta(days=1)


def period_of(day: date, rhythm: str) -> tuple[date, date]:
    """First and last day of the month or quarter."""
    months = 3 if rhythm == Company.Rhythm.QUARTER else 1
    month = (day.month - 1) // months * months + 1
    return day.replace(month=month, day=1), _first_after(day.year, month + months) - _DAY


def last_period(day: date, rhythm: str) -> tuple[date, date]:
    """The one that was over before this day."""
    return period_of(period_of(day, rhythm)[0] - _DAY, rhythm)


def due_after(ends_on: date) -> date:
    return workday_after(ends_on, DUE_WORKDAY)


def workday_after(day: date, number: int) -> date:
    """The so many-th workday after it, by the factory's calendar."""
    works = workdays()
    days = (day + n * _DAY for n in range(1, 100))
    return next(islice(filter(works, days), number - 1, None))


def workday_before(day: date, number: int) -> date:
    works = workdays()
    days = (day - n * _DAY for n in range(1, 100))
    return next(islice(filter(works, days), number - 1, None))


def _first_after(year: int, month: int) -> date:
    return date(year + (month > 12), (month - 1) % 12 + 1, 1)
