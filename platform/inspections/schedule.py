"""When a plan's checks open, as a pure function of its rule, the days off and the local clock."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from core.errors import DomainError
from inspections.recurrence import days_of, read_rule

# A rule that makes nothing for so long is a slip of the pen.
SOON = timedelta(days=400)
YEARS = range(2000, 2100)
_DAY = timedelta(days=1)
IsWorkday = Callable[[date], bool]


@dataclass(frozen=True)
class Schedule:
    """days: "all", "workdays" or "free_days"; zone: an IANA name; themes: how many checklists take turns."""

    rule: str
    starts_on: date
    opens_at: time
    zone: str
    ends_on: date | None = None
    days: str = "all"
    window_minutes: int = 60
    themes: int = 1


@dataclass(frozen=True, order=True)
class Opening:
    """day: the local day that it belongs to; theme: index of the checklist whose turn it is."""

    at: datetime
    day: date
    theme: int = 0

    def closes_at(self, schedule: Schedule) -> datetime:
        return self.at + timedelta(minutes=schedule.window_minutes)


def openings(schedule: Schedule, after: datetime, until: datetime, is_workday: IsWorkday) -> list[Opening]:
    """Openings in (after, until], in their order.

    Themes take turns by the rule's occurrence since its first day, so a holiday that is left out does not shift the
    later ones. Each local day's opening exists once: at the first of two equal times when clocks go back; as long
    after the gap as it would have been into it when they go forward.
    """
    zone = ZoneInfo(schedule.zone)
    first, last = after.astimezone(zone).date() - _DAY, until.astimezone(zone).date() + _DAY
    found: dict[datetime, Opening] = {}
    for ordinal, day in enumerate(_rule_days(schedule, last)):
        if day < first or not _is_wanted(schedule, day, is_workday):
            continue
        moment = datetime.combine(day, schedule.opens_at, zone).astimezone(UTC)
        if after < moment <= until:
            # A zone that leaves out a whole day shows the same moment for both; that is one opening.
            found.setdefault(moment, Opening(moment, day, ordinal % schedule.themes))
    return sorted(found.values())


def _rule_days(schedule: Schedule, last: date) -> Iterator[date]:
    last = min(last, schedule.ends_on) if schedule.ends_on else last
    return days_of(read_rule(schedule.rule), schedule.starts_on, last)


def _is_wanted(schedule: Schedule, day: date, is_workday: IsWorkday) -> bool:
    return schedule.days == "all" or is_workday(day) == (schedule.days == "workdays")


def handed_over(
    standing: Iterable[Opening], at: datetime, new: Schedule, until: datetime, is_workday: IsWorkday
) -> tuple[list[Opening], list[Opening]]:
    """What is kept of the old version and what the new one adds, where the plan changes at this moment.

    Old openings up to the moment are history. The moment's own local day belongs to one version only: to the old one
    where its check is open already, or where the new one would have opened earlier today; else to the new one.
    """
    today = at.astimezone(ZoneInfo(new.zone)).date()
    is_past_in_new = any(opening.day == today for opening in openings(new, at - 3 * _DAY, at, is_workday))
    kept = [one for one in standing if one.at <= at or (one.day == today and is_past_in_new)]
    taken = {one.day for one in kept}
    return kept, [one for one in openings(new, at, until, is_workday) if one.day not in taken]


def materialise(
    versions: Iterable[tuple[datetime, Schedule]], after: datetime, until: datetime, is_workday: IsWorkday
) -> list[Opening]:
    """Openings in (after, until] of a plan that was changed: each version rules from its moment until the next one's."""
    standing: list[Opening] = []
    for since, schedule in versions:
        kept, added = handed_over(standing, since, schedule, until, is_workday)
        standing = kept + added
    return sorted(opening for opening in standing if after < opening.at <= until)


def refuse_what_never_fires(schedule: Schedule, now: datetime, is_workday: IsWorkday) -> None:
    """A sentence for whoever wrote the rule, in bounded time whatever they wrote."""
    read_rule(schedule.rule)
    if schedule.starts_on.year not in YEARS or (schedule.ends_on and schedule.ends_on.year not in YEARS):
        raise DomainError(_("Look at the year of the first and the last day."))
    if schedule.ends_on and schedule.ends_on < schedule.starts_on:
        raise DomainError(_("The last day is before the first one."))
    zone = ZoneInfo(schedule.zone)
    begin = datetime.combine(schedule.starts_on, time(), zone) - _DAY
    after = max(begin, now - timedelta(minutes=schedule.window_minutes))
    if not openings(schedule, after, after + SOON, is_workday):
        raise DomainError(
            _("This rule makes no check in the next %(n)d days. Look at the days once more.") % {"n": SOON.days}
        )
