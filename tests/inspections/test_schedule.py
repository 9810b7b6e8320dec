"""A year of openings as a pure function: across holidays, zones, plan changes; no task twice, none missing.

The oracle walks local days one by one and knows nothing of periods, half-open intervals or versions.
"""

# ruff: noqa: DTZ001 - days and rules are local, without a zone
import time as clocks
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import DomainError
from facilities.calendar import is_official_workday
from inspections.recurrence import WEEKDAYS, days_of, read_rule
from inspections.schedule import Opening, Schedule, materialise, openings, refuse_what_never_fires

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
FIRST, LAST = datetime(2025, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)

weekdays = st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=4, unique=True).map(",".join)
intervals = st.integers(1, 5)
rules = st.one_of(
    intervals.map(lambda n: f"FREQ=DAILY;INTERVAL={n}"),
    st.tuples(intervals, weekdays).map(lambda pair: f"FREQ=WEEKLY;INTERVAL={pair[0]};BYDAY={pair[1]}"),
    st.tuples(intervals, st.integers(1, 31)).map(lambda pair: f"FREQ=MONTHLY;INTERVAL={pair[0]};BYMONTHDAY={pair[1]}"),
    st.integers(-5, -1).map(lambda day: f"FREQ=MONTHLY;BYMONTHDAY={day}"),
    st.tuples(st.sampled_from((1, 2, 3, 4, -1)), st.sampled_from(WEEKDAYS)).map(
        lambda pair: f"FREQ=MONTHLY;BYDAY={pair[0]}{pair[1]}"
    ),
    st.tuples(st.integers(1, 12), st.integers(1, 28)).map(
        lambda pair: f"FREQ=YEARLY;BYMONTH={pair[0]};BYMONTHDAY={pair[1]}"
    ),
    weekdays.map(lambda days: f"FREQ=MONTHLY;BYDAY={days};BYSETPOS=-1"),
    st.integers(1, 40).map(lambda count: f"FREQ=DAILY;COUNT={count}"),
    st.dates(date(2026, 1, 1), date(2026, 12, 31)).map(lambda day: f"FREQ=WEEKLY;UNTIL={day:%Y%m%d}"),
)
moments = st.datetimes(datetime(2025, 12, 2), datetime(2026, 12, 30), timezones=st.just(UTC))
schedules = st.builds(
    Schedule,
    rule=rules,
    starts_on=st.dates(date(2025, 6, 1), date(2026, 6, 1)),
    ends_on=st.none() | st.dates(date(2026, 6, 1), date(2026, 12, 31)),
    opens_at=st.times().map(lambda at: at.replace(fold=0))
    | st.sampled_from([time(0), time(1, 30), time(2), time(2, 15), time(2, 30), time(3), time(23, 59)]),
    zone=st.sampled_from(ZONES),
    days=st.sampled_from(["all", "workdays", "free_days"]),
    themes=st.integers(1, 5),
)


def naive(schedule: Schedule) -> list[Opening]:
    """Day by day, asking dateutil for each whether the rule fires."""
    start = datetime.combine(schedule.starts_on, time())
    rule = rrulestr(schedule.rule, dtstart=start)
    fires = [moment.date() for moment in rule.between(start, datetime(2027, 1, 3), inc=True)]
    found, day = [], date(2025, 11, 28)
    while day < date(2027, 1, 3):
        is_in = schedule.ends_on is None or day <= schedule.ends_on
        is_fitting = schedule.days == "all" or is_official_workday(day) == (schedule.days == "workdays")
        if day in fires and is_in and is_fitting:
            found.append(Opening(_local(day, schedule), day, fires.index(day) % schedule.themes))
        day += DAY
    return found


def _local(day: date, schedule: Schedule) -> datetime:
    """The first moment of the day at which a clock on the wall shows the time, or would if it had not jumped."""
    zone = ZoneInfo(schedule.zone)
    for hours in range(-16, 16):
        for quarter in range(2):
            offset = timedelta(hours=-hours, minutes=-30 * quarter)
            moment = (datetime.combine(day, schedule.opens_at) - offset).replace(tzinfo=UTC)
            if moment.astimezone(zone).utcoffset() == offset:
                return moment
    before = datetime.combine(day, time(), zone).utcoffset()
    return (datetime.combine(day, schedule.opens_at) - before).replace(tzinfo=UTC)


@settings(max_examples=250, deadline=None)
@given(schedules)
def test_a_year_is_what_walking_its_days_gives(schedule):
    expected = [one for one in naive(schedule) if FIRST < one.at <= LAST]
    assert openings(schedule, FIRST, LAST, is_official_workday) == expected


@settings(max_examples=100, deadline=None)
@given(schedules, st.lists(moments, max_size=12))
def test_steps_of_any_length_give_the_same_as_one_go(schedule, stops):
    stops = [FIRST, *sorted(stops), LAST]
    stepped = [one for a, b in pairwise(stops) for one in openings(schedule, a, b, is_official_workday)]
    assert stepped == openings(schedule, FIRST, LAST, is_official_workday)
    assert len({one.day for one in stepped}) == len({one.at for one in stepped}) == len(stepped)


@settings(max_examples=100, deadline=None)
@given(schedules, st.data())
def test_a_step_that_ends_at_an_opening_has_it_and_the_next_one_does_not(schedule, data):
    whole = openings(schedule, FIRST, LAST, is_official_workday)
    if whole:
        at = data.draw(st.sampled_from(whole)).at
        before, after = (openings(schedule, *span, is_official_workday) for span in ((FIRST, at), (at, LAST)))
        assert before[-1].at == at and before + after == whole


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(ZONES))
def test_a_changed_plan_has_each_day_of_a_version_once(data, zone):
    """Changes fall on arbitrary moments and on openings themselves."""
    first = data.draw(schedules.map(lambda one: Schedule(**{**one.__dict__, "zone": zone})))
    versions = [(FIRST, first)]
    for since in sorted(data.draw(st.lists(moments, max_size=3, unique=True))):
        standing = [one.at for one in materialise(versions, since - 3 * DAY, since + 3 * DAY, is_official_workday)]
        at = data.draw(st.sampled_from([since, *standing]))
        if at > versions[-1][0]:
            versions.append((at, data.draw(schedules.map(lambda one: Schedule(**{**one.__dict__, "zone": zone})))))
    made = materialise(versions, FIRST, LAST, is_official_workday)
    assert len({one.day for one in made}) == len({one.at for one in made}) == len(made)
    assert made == _walked(versions)


def _walked(versions: list[tuple[datetime, Schedule]]) -> list[Opening]:
    """Day by day through the versions: what stands for the day when each change comes, and what becomes of it."""
    by_day = [{one.day: one for one in naive(schedule)} for _since, schedule in versions]
    zone, found, day = ZoneInfo(versions[0][1].zone), [], date(2025, 11, 28)
    while day < date(2027, 1, 3):
        stands = by_day[0].get(day)
        stands = stands if stands and stands.at > versions[0][0] else None
        for (since, _schedule), new in zip(versions[1:], by_day[1:], strict=True):
            wanted = new.get(day)
            if stands and stands.at <= since:
                continue
            if wanted and wanted.at > since:
                stands = wanted
            elif not (wanted and since.astimezone(zone).date() == day):
                stands = None
        found += [stands] if stands and FIRST < stands.at <= LAST else []
        day += DAY
    return sorted(found)


@settings(max_examples=200, deadline=None)
@given(rules, st.dates(date(2020, 1, 1), date(2026, 1, 1)))
def test_the_days_of_a_rule_are_those_of_the_library(rule, start):
    wanted = rrulestr(rule, dtstart=datetime.combine(start, time()))
    days = wanted.between(datetime.combine(start, time()), datetime(2026, 12, 31), inc=True)
    assert list(days_of(read_rule(rule), start, date(2026, 12, 31))) == [day.date() for day in days]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=MONTHLY",
        "FREQ=YEARLY",
        "FREQ=WEEKLY;WKST=SU;INTERVAL=2;BYDAY=SU,MO",
        "FREQ=YEARLY;BYYEARDAY=1,-1,100",
        "FREQ=YEARLY;BYWEEKNO=1,20,-1;BYDAY=MO",
        "FREQ=YEARLY;BYDAY=20MO,-2FR",
        "FREQ=YEARLY;BYMONTH=3,9;BYDAY=2TU",
        "FREQ=YEARLY;BYMONTH=5",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1",
        "FREQ=DAILY;BYMONTH=1,2;BYDAY=SA,SU",
        "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR",
    ],
)
def test_rarer_rules_too(rule):
    start = datetime(2021, 1, 31)
    days = rrulestr(rule, dtstart=start).between(start, datetime(2027, 1, 1), inc=True)
    assert list(days_of(read_rule(rule), start.date(), date(2027, 1, 1))) == [day.date() for day in days]


def test_a_holiday_that_is_left_out_does_not_shift_the_themes():
    every_day = {"rule": "FREQ=DAILY", "starts_on": date(2026, 9, 28), "opens_at": time(8), "zone": "Asia/Shanghai"}
    after, until = datetime(2026, 9, 27, tzinfo=UTC), datetime(2026, 10, 15, tzinfo=UTC)
    themes = {}
    for days in ("all", "workdays"):
        schedule = Schedule(**every_day, days=days, themes=3)
        themes[days] = {one.day: one.theme for one in openings(schedule, after, until, is_official_workday)}
    assert themes["workdays"].items() < themes["all"].items()
    assert date(2026, 10, 1) not in themes["workdays"]


def test_a_zone_that_leaves_out_a_day_opens_once_at_the_same_moment():
    schedule = Schedule("FREQ=DAILY", date(2011, 12, 28), time(8), "Pacific/Apia")
    found = openings(
        schedule, datetime(2011, 12, 27, tzinfo=UTC), datetime(2012, 1, 2, tzinfo=UTC), is_official_workday
    )
    assert len({one.at for one in found}) == len(found) == 5


NEVER = [
    {"rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"},
    {"rule": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"},
    {"rule": "FREQ=DAILY;INTERVAL=7;BYDAY=TU"},
    {"rule": "FREQ=YEARLY;BYWEEKNO=30;BYMONTH=1"},
    {"rule": "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=9"},
    {"rule": "FREQ=DAILY;UNTIL=20200101"},
    {"rule": "FREQ=DAILY;COUNT=1", "starts_on": date(2020, 1, 1)},
    {"rule": "FREQ=DAILY", "ends_on": date(2026, 1, 1)},
    {"rule": "FREQ=DAILY", "starts_on": date(2025, 1, 6), "ends_on": date(2025, 12, 31)},
    {"rule": "FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=1", "days": "workdays"},
    {"rule": "FREQ=WEEKLY;BYDAY=WE", "days": "free_days", "ends_on": date(2026, 3, 20)},
    {"rule": "FREQ=DAILY", "starts_on": date(1, 1, 1)},
    {"rule": "FREQ=DAILY", "starts_on": date(9999, 12, 31)},
]
UNREADABLE = [
    "", "every day", "FREQ=NEVER", "FREQ=HOURLY", "FREQ=MINUTELY", "FREQ=SECONDLY;INTERVAL=86400", "FREQ=DAILY;BYHOUR=8",
    "FREQ=DAILY;BYDAY=XX", "FREQ=DAILY;UNTIL=20260304T000000Z", "FREQ=DAILY;UNTIL=soon", "FREQ=DAILY;UNTIL=20261301",
    "DTSTART:20260101T080000Z\nRRULE:FREQ=DAILY", "FREQ=DAILY;DTSTART=20260101T000000Z", "RRULE:FREQ=DAILY\nEXDATE:x",
    "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=-1", "FREQ=DAILY;INTERVAL=99999999999", "FREQ=DAILY;COUNT=0",
    "FREQ=DAILY;FREQ=WEEKLY", "FREQ=DAILY;", "FREQ", "FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=YEARLY;BYMONTH=13",
    "FREQ=DAILY;BYDAY=2MO", "FREQ=WEEKLY;BYDAY=", "FREQ=DAILY;BYEASTER=0", "FREQ=MONTHLY;BYSETPOS=0;BYDAY=MO",
    "FREQ=DAILY;BYMONTH=" + ",".join(["1"] * 200), "\0", "FREQ=DAILY;X=\0",
]  # fmt: skip


@pytest.mark.parametrize("facts", NEVER, ids=lambda facts: "-".join(map(str, facts.values())))
def test_a_rule_that_never_fires_is_refused_with_a_sentence_at_once(facts):
    schedule = Schedule(**{"starts_on": date(2026, 3, 2), "opens_at": time(8), "zone": "Asia/Shanghai"} | facts)
    _refused_at_once(schedule)


@pytest.mark.parametrize("rule", UNREADABLE)
def test_what_is_no_rule_is_refused_with_a_sentence_at_once(rule):
    _refused_at_once(Schedule(rule, date(2026, 3, 2), time(8), "Asia/Shanghai"))


def _refused_at_once(schedule: Schedule) -> None:
    began = clocks.process_time()
    with pytest.raises(DomainError) as refusal:
        refuse_what_never_fires(schedule, datetime(2026, 3, 2, tzinfo=UTC), is_official_workday)
    assert len(str(refusal.value)) > 5
    assert clocks.process_time() - began < 1


@settings(max_examples=300, deadline=1000)
@given(st.text(max_size=80) | st.lists(
    st.sampled_from(["FREQ=DAILY", "FREQ=YEARLY", "FREQ=MONTHLY", "FREQ=WEEKLY", "INTERVAL=7", "BYMONTH=2", "BYDAY=MO,-1FR",
                     "BYMONTHDAY=30,31", "BYSETPOS=5", "BYWEEKNO=53", "BYYEARDAY=366", "COUNT=3", "UNTIL=20990101", "WKST=SU"]),
    max_size=8).map(";".join))  # fmt: skip
def test_whatever_is_typed_is_answered_at_once_by_days_or_a_sentence(rule):
    schedule = Schedule(rule, date(2000, 1, 1), time(8), "Asia/Shanghai")
    try:
        refuse_what_never_fires(schedule, datetime(2026, 3, 2, tzinfo=UTC), is_official_workday)
    except DomainError:
        return
    assert openings(schedule, datetime(2026, 3, 1, tzinfo=UTC), datetime(2027, 5, 1, tzinfo=UTC), is_official_workday)
