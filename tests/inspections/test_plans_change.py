"""A plan that changes never touches what is open or past: no task twice, none lost, none rewritten."""

from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from core.errors import DomainError, NotAllowed, WrongStatus
from core.models import Event
from inspections.actions import (
    change_plan,
    close_round,
    create_plan,
    plan_runs,
    replan_runs,
    start_run,
    stop_plan,
    submit_run,
)
from inspections.models import Checklist, Plan, Run
from people.models import User
from people.permissions import Role
from tenants.models import Due
from tests import make
from tests.threads import at_once

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def officer(factory):
    return make.person(Role.SAFETY_OFFICER)


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


def standing(plan: Plan, **where) -> list[str]:
    runs = plan.runs.exclude(status=Run.Status.WITHDRAWN).filter(**where).order_by("opens_at", "stop")
    return [f"{run.opens_at.astimezone(SHANGHAI):%d %H:%M}" for run in runs]


def test_runs_that_are_not_open_yet_are_withdrawn_and_planned_anew(officer, clock):
    plan = make.plan()
    other = make.person(Role.WORKER)
    change_plan(plan, by=officer, assignee=other, opens_at=time(10))
    assert standing(plan) == ["02 10:00"]
    assert plan.runs.exclude(status=Run.Status.WITHDRAWN).get().assignee == other
    assert plan.runs.get(status=Run.Status.WITHDRAWN).opens_at == at(8)
    assert Event.objects.filter(name="run.withdrawn").count() == 1
    changed = Event.objects.get(name="plan.changed")
    assert (changed.actor, changed.data["before"]["opens_at"], changed.data["after"]["opens_at"]) == (
        officer,
        "08:00:00",
        "10:00:00",
    )


def test_a_change_that_changes_nothing_does_nothing(officer, clock):
    plan = make.plan()
    change_plan(plan, by=officer, window_minutes=90)
    assert not Event.objects.filter(name__in=("plan.changed", "run.withdrawn")).exists()


@pytest.mark.parametrize("minutes", [0, 1, 30])
def test_a_change_at_the_moment_of_opening_and_after_it_leaves_the_open_one(officer, clock, work_off, minutes):
    plan = make.plan()
    before = Run.objects.get()
    clock.move_to(at(8, minutes))
    change_plan(plan, by=officer, window_minutes=30, opens_at=time(9))
    now = Run.objects.get(pk=before.pk)
    assert (now.status, now.closes_at, now.opens_at) == (Run.Status.DUE, before.closes_at, before.opens_at)
    clock.shift(timedelta(hours=3))
    work_off()
    assert standing(plan, opens_at__lt=at(0, day=3)) == ["02 08:00"], "today's check is there once"
    clock.shift(timedelta(days=1))
    work_off()
    assert standing(plan, opens_at__gte=at(0, day=3), opens_at__lt=at(0, day=4)) == ["03 09:00"]


def test_one_that_would_have_opened_earlier_today_leaves_todays_where_it_is(officer, clock):
    plan = make.plan(opens_at=time(14))
    clock.move_to(at(10))
    change_plan(plan, by=officer, opens_at=time(8))
    assert standing(plan) == ["02 14:00", "03 08:00"]


def test_a_change_in_the_very_second_before_it_opens_moves_it(officer, clock):
    plan = make.plan()
    clock.move_to(at(7, 59))
    change_plan(plan, by=officer, opens_at=time(8, 30))
    assert standing(plan) == ["02 08:30"]


def test_what_the_old_plan_still_owed_is_made_before_it_changes(officer, clock):
    """The worker was down for two days: the old version's checks are history and count as missed."""
    plan = make.plan()
    clock.move_to(at(12, day=5))
    change_plan(plan, by=officer, opens_at=time(20))
    assert standing(plan) == ["02 08:00", "03 08:00", "04 08:00", "05 08:00"]
    assert standing(plan, closes_at=at(9, 30, day=4)) == ["04 08:00"]


def test_past_runs_are_never_rewritten(officer, clock, work_off):
    plan = make.plan()
    clock.move_to(at(12))
    work_off()
    before = list(Run.objects.filter(opens_at__lte=at(12)).order_by("pk").values())
    change_plan(plan, by=officer, checklists=[make.checklist()], places=[make.machine()], opens_at=time(9))
    assert list(Run.objects.filter(opens_at__lte=at(12)).order_by("pk").values()) == before
    assert before[0]["status"] == Run.Status.MISSED


def test_places_and_themes_are_replaced_in_their_order(officer, clock):
    plan = make.plan()
    machines, lists = [make.machine(), make.machine(), make.area()], [make.checklist(), make.checklist()]
    change_plan(plan, by=officer, places=machines, checklists=lists)
    assert [stop.place for stop in plan.stops.all()] == machines
    assert [theme.checklist for theme in plan.themes.all()] == lists
    runs = plan.runs.exclude(status=Run.Status.WITHDRAWN).order_by("stop")
    assert [run.stop for run in runs] == [1, 2, 3] and {run.opens_at for run in runs} == {at(8)}


def test_themes_take_turns_and_the_version_is_that_of_the_day(officer, clock, work_off):
    lists = [make.checklist() for _number in range(3)]
    plan = create_plan(
        "专项", lists, [make.machine()], by=officer, opens_at=time(8), window_minutes=60, role=Role.WORKER,
        starts_on=date(2026, 3, 2),
    )  # fmt: skip
    second = lists[1]
    Checklist.objects.filter(pk=second.pk).update(status=Checklist.Status.RETIRED)
    newer = Checklist.objects.create(
        code=second.code, version=2, title=second.title, frequency=second.frequency, seconds=60
    )
    for _quarter in range(4 * 5):
        clock.shift(timedelta(hours=6))
        work_off()
    made = [run.checklist for run in plan.runs.order_by("opens_at")][:6]
    assert made == [lists[0], newer, lists[2], lists[0], newer, lists[2]]


def test_a_plan_that_was_stopped_is_not_changed(officer, clock):
    plan = make.plan()
    stop_plan(plan, by=officer)
    stop_plan(plan, by=officer)
    with pytest.raises(WrongStatus):
        change_plan(plan, by=officer, opens_at=time(9))
    assert standing(plan) == []


def test_others_do_not_change_plans(factory, clock):
    plan = make.plan()
    for role in (Role.WORKER, Role.TEAM_LEADER, Role.LEADER):
        with pytest.raises(NotAllowed):
            change_plan(plan, by=make.person(role), opens_at=time(9))


def test_a_withdrawn_run_is_neither_begun_nor_handed_in(officer, clock):
    worker = make.person(Role.WORKER)
    plan = make.plan(worker)
    run = Run.objects.get()
    change_plan(plan, by=officer, opens_at=time(9))
    clock.move_to(at(8, 30))
    run.refresh_from_db()
    for step in (partial(start_run, run, by=worker), partial(submit_run, run, [], by=worker)):
        with pytest.raises(WrongStatus):
            step()


def test_whose_account_is_closed_is_replaced_by_the_stand_in(officer, clock, work_off):
    worker, other = make.person(Role.WORKER), make.person(Role.WORKER)
    plan = make.plan(worker, fallback=other)
    User.objects.filter(pk=worker.pk).update(is_active=False)
    assert set(Run.objects.assigned_to(other)) == {Run.objects.get()}
    clock.shift(timedelta(days=1))
    work_off()
    assert plan.runs.latest("opens_at").assignee == other


WRONG = {
    "no name": {"name": "  "},
    "nobody": {"assignee": None},
    "two": {"role": Role.WORKER},
    "no list": {"checklists": []},
    "no place": {"places": []},
    "no time": {"opens_at": None},
    "no minutes": {"window_minutes": 0},
    "months": {"window_minutes": 10**6},
    "late": {"remind_minutes": 10**6},
    "early": {"remind_minutes": -1},
    "rule": {"rule": "FREQ=HOURLY"},
    "ends": {"ends_on": date(2020, 1, 1)},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_faulty_change_is_refused_and_nothing_moves(officer, clock, wrong):
    plan = make.plan()
    with pytest.raises(DomainError) as refusal:
        change_plan(plan, by=officer, **wrong)
    assert len(str(refusal.value)) > 4
    assert standing(plan) == ["02 08:00"] and not Event.objects.filter(name="plan.changed").exists()
    assert plan.themes.count() == plan.stops.count() == 1


def test_a_place_twice_a_draft_and_a_closed_stand_in_are_refused(officer, clock):
    plan, machine, draft, gone = make.plan(), make.machine(), make.checklist(), make.person(Role.WORKER)
    Checklist.objects.filter(pk=draft.pk).update(status=Checklist.Status.DRAFT)
    draft.refresh_from_db()
    gone.is_active = False
    gone.save()
    for wrong in (
        {"places": [machine, machine]},
        {"checklists": [draft]},
        {"fallback": gone},
        {"fallback": plan.assignee},
        {"assignee": gone},
    ):
        with pytest.raises(DomainError):
            change_plan(plan, by=officer, **wrong)


def test_two_who_plan_change_and_replan_at_once_make_each_run_once(fresh_factory):
    officer = make.person(Role.SAFETY_OFFICER)
    plan = make.plan(opens_at=time(0), window_minutes=1439)
    at_once(
        fresh_factory,
        partial(change_plan, plan, by=officer, places=[make.machine(), make.machine()]),
        partial(plan_runs, plan),
        partial(replan_runs, plan),
        partial(change_plan, plan, by=officer, window_minutes=1000),
        partial(plan_runs, plan),
    )
    live = plan.runs.exclude(status=Run.Status.WITHDRAWN)
    keys = list(live.values_list("opens_at", "equipment"))
    assert len(keys) == len(set(keys)) and len({at for at, _place in keys}) == 2
    assert live.latest("opens_at").closes_at - live.latest("opens_at").opens_at == timedelta(minutes=1000)
    assert Due.objects.filter(factory=fresh_factory, key=f"plan:{plan.pk}").count() == 1


def test_a_worker_who_begins_while_the_plan_changes_keeps_the_one_run(fresh_factory):
    """It opens between the officer's look at the clock and the commit: the begun run stays, and is the only one."""
    worker, officer = make.person(Role.WORKER), make.person(Role.SAFETY_OFFICER)
    plan = make.plan(worker, opens_at=time(0), window_minutes=1439)
    run = plan.runs.latest("opens_at")
    Run.objects.filter(pk=run.pk).update(status=Run.Status.DOING, inspector=worker)
    change_plan(plan, by=officer, window_minutes=1000)
    run.refresh_from_db()
    assert run.status == Run.Status.DOING
    assert plan.runs.exclude(status=Run.Status.WITHDRAWN).filter(opens_at=run.opens_at).count() == 1


def test_closing_a_round_twice_at_once_misses_each_run_once(fresh_factory):
    plan = make.plan(opens_at=time(0), window_minutes=1439)
    Run.objects.update(closes_at=datetime(2026, 1, 1, tzinfo=SHANGHAI))
    opens_at = plan.runs.earliest("opens_at").opens_at
    at_once(fresh_factory, *(partial(close_round, plan, opens_at) for _number in range(3)))
    assert Event.objects.filter(name="run.missed").count() == 1
