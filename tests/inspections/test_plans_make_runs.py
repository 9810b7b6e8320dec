"""A plan makes its runs a day ahead, at the factory's own eight o'clock, each of them once."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from core.errors import DomainError
from core.models import Event
from inspections.actions import create_plan, occurrences, plan_runs, stop_plan
from inspections.models import Plan, Run
from people.permissions import Role
from tenants.models import Due
from tests import make

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def _local(zone: ZoneInfo = SHANGHAI, **where) -> list[str]:
    return [f"{run.opens_at.astimezone(zone):%m-%d %H:%M}" for run in Run.objects.filter(**where).order_by("opens_at")]


def test_the_runs_of_the_coming_day_stand_at_once(factory, clock):
    plan = make.plan()
    run = Run.objects.get()
    assert (run.opens_at, run.closes_at) == (
        datetime(2026, 3, 2, 8, 0, tzinfo=SHANGHAI),
        datetime(2026, 3, 2, 9, 30, tzinfo=SHANGHAI),
    )
    assert (run.assignee, run.equipment, run.department_id) == (
        plan.assignee,
        plan.stops.get().equipment,
        plan.stops.get().equipment.department_id,
    )


def test_a_plan_made_within_its_window_makes_todays_run(factory, clock):
    clock.move_to(datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI))
    make.plan()
    assert _local() == ["03-02 08:00", "03-03 08:00"]


def test_the_clock_plans_on_day_by_day_without_doubles_or_gaps(factory, clock, work_off):
    make.plan()
    for _quarter in range(4 * 7):
        clock.shift(timedelta(hours=6))
        work_off()
    days = [date(2026, 3, 2) + timedelta(days=number) for number in range(8)]
    assert _local() == [f"{day:%m-%d} 08:00" for day in days]


def test_planning_again_adds_nothing(factory, clock):
    plan = make.plan()
    assert plan_runs(plan) == []
    assert Run.objects.count() == 1


def test_days_in_which_no_worker_ran_are_planned_afterwards_and_count_as_missed(factory, clock, work_off):
    make.plan()
    clock.move_to(datetime(2026, 3, 5, 12, 0, tzinfo=SHANGHAI))
    work_off()
    assert _local() == ["03-02 08:00", "03-03 08:00", "03-04 08:00", "03-05 08:00", "03-06 08:00"]
    assert _local(status=Run.Status.MISSED) == ["03-02 08:00", "03-03 08:00", "03-04 08:00", "03-05 08:00"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,TH", ["03-02", "03-05", "03-09", "03-12"]),
        ("FREQ=MONTHLY;BYMONTHDAY=5", ["03-05"]),
        ("FREQ=DAILY;INTERVAL=5", ["03-02", "03-07", "03-12"]),
        ("FREQ=DAILY;UNTIL=20260304T235959", ["03-02", "03-03", "03-04"]),
        ("FREQ=DAILY;COUNT=2", ["03-02", "03-03"]),
    ],
)
def test_a_rule_is_read_as_calendars_read_it(factory, clock, rule, expected):
    plan = make.plan(rule=rule, starts_on=date(2026, 3, 2))
    until = datetime(2026, 3, 14, tzinfo=SHANGHAI)
    days = occurrences(plan, datetime(2026, 3, 1, tzinfo=SHANGHAI), until)
    assert [f"{opening.at.astimezone(SHANGHAI):%m-%d}" for opening in days] == expected


@pytest.mark.parametrize(
    "rule", ["", "every day", "FREQ=NEVER", "FREQ=DAILY;BYDAY=XX", "FREQ=DAILY;UNTIL=20260304T000000Z"]
)
def test_a_rule_that_cannot_be_read_is_refused_with_a_sentence(factory, rule):
    with pytest.raises(DomainError) as refusal:
        make.plan(rule=rule)
    assert str(refusal.value) == make.in_language("zh-hans", "“%(rule)s” is not a rule that can be read.", rule=rule)
    assert not Plan.objects.exists()


def test_a_plan_says_who_does_it(factory):
    with pytest.raises(DomainError):
        create_plan("班前", [make.checklist()], [make.machine()], by=None, opens_at=time(8), window_minutes=90)


def test_a_plan_for_an_area_is_for_the_area(factory, clock):
    place = make.area()
    make.plan(at=place)
    run = Run.objects.get()
    assert (run.area, run.equipment, run.department_id) == (place, None, place.department_id)


@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25)], ids=["spring", "autumn"])
def test_eight_o_clock_stays_eight_o_clock_when_the_clocks_change(factory, work_off, change):
    factory.time_zone = "Europe/Berlin"
    factory.save()
    begin = datetime.combine(change - timedelta(days=2), time(0, 30), BERLIN)
    with time_machine.travel(begin, tick=False) as clock:
        make.plan()
        for _quarter in range(4 * 4):
            clock.shift(timedelta(hours=6))
            work_off()
    days = [change + timedelta(days=number) for number in range(-2, 3)]
    assert _local(BERLIN)[:5] == [f"{day:%m-%d} 08:00" for day in days]
    assert len(set(_local(BERLIN))) == Run.objects.count()
    assert len({run.opens_at.astimezone(ZoneInfo("UTC")).hour for run in Run.objects.all()}) == 2


def test_a_stopped_plan_makes_no_more_runs_and_withdraws_those_that_are_not_open_yet(factory, clock, work_off):
    plan = make.plan()
    clock.move_to(datetime(2026, 3, 2, 8, 0, tzinfo=SHANGHAI))
    work_off()
    plan_runs(plan)
    stop_plan(plan, by=make.person(Role.SAFETY_OFFICER))
    assert not Due.objects.filter(key=f"plan:{plan.pk}").exists()
    clock.shift(timedelta(days=3))
    work_off()
    assert plan_runs(plan) == []
    assert _local(status=Run.Status.MISSED) == ["03-02 08:00"], "the open one is history"
    assert _local(status=Run.Status.WITHDRAWN) == ["03-03 08:00"]
    assert Event.objects.filter(name="plan.stopped").count() == 1


def test_a_run_that_nobody_handed_in_is_missed_when_its_window_ends(factory, clock, work_off):
    make.plan()
    clock.move_to(datetime(2026, 3, 2, 9, 29, tzinfo=SHANGHAI))
    work_off()
    assert Run.objects.get(opens_at__day=2).status == Run.Status.DUE
    clock.move_to(datetime(2026, 3, 2, 9, 30, tzinfo=SHANGHAI))
    work_off()
    run = Run.objects.get(opens_at=datetime(2026, 3, 2, 8, 0, tzinfo=SHANGHAI))
    assert run.status == Run.Status.MISSED
    missed = Event.objects.get(name="run.missed")
    assert (missed.actor, missed.subject_id) == (None, str(run.pk))
