"""A round opens and closes by itself: those who have to do it hear of it once, then the leader, then the officer."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.models import Event
from inspections.actions import Given, create_plan, start_run, submit_run
from inspections.models import Run
from notifications.models import Notification
from people.models import User
from people.permissions import Role
from tests import make

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def team(factory):
    """A leader and two workers; their officer is everywhere."""
    leader = make.person(Role.TEAM_LEADER, name="李卫东")
    team = make.team(leader)
    for _number in range(2):
        User.objects.filter(pk=make.person(Role.WORKER).pk).update(team=team)
    return team


@pytest.fixture
def officer(factory):
    return make.person(Role.SAFETY_OFFICER, name="周敏")


def heard(person: User) -> list[str]:
    return list(Notification.objects.filter(user=person).order_by("seq").values_list("line", flat=True))


def to(clock, hour: int, minute: int = 0, day: int = 2) -> None:
    clock.move_to(datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI))


def route(stops: int, **who) -> None:
    machines = [make.machine() for _number in range(stops)]
    create_plan("路线", [make.checklist()], machines, by=None, opens_at=time(8), window_minutes=90, **who)


def test_one_place_is_named_and_many_are_one_message(team, officer, clock, work_off):
    route(150, team=team)
    make.plan(team.leader)
    place = Run.objects.get(plan__name="班前检查").equipment.name["zh"]
    to(clock, 7, 59)
    work_off()
    assert heard(team.leader) == []
    to(clock, 8)
    work_off()
    assert sorted(heard(team.leader)) == sorted(
        [f"该检查了：{place}，今天 09:30前做完", "该检查了：150 项检查，今天 09:30前做完"]
    )
    for member in team.members.exclude(pk=team.leader.pk):
        assert len(heard(member)) == 1
    assert heard(officer) == []
    assert Event.objects.filter(name="run.opened").count() == 2


def test_a_role_over_several_departments_hears_of_its_own_stops_once_each(officer, clock, work_off):
    here, there = make.department(), make.department()
    everywhere = make.person(Role.MAINTENANCE)
    bound = make.person(Role.MAINTENANCE, in_department=here, bound=True)
    machines = [make.machine(make.area(where)) for where in (here, here, there)]
    create_plan(
        "维修", [make.checklist()], machines, by=None, opens_at=time(8), window_minutes=90, role=Role.MAINTENANCE
    )
    to(clock, 8)
    work_off()
    assert heard(everywhere) == ["该检查了：3 项检查，今天 09:30前做完"]
    assert heard(bound) == ["该检查了：2 项检查，今天 09:30前做完"]


def test_missed_by_itself_the_leader_at_once_the_officer_later(team, officer, clock, work_off):
    route(3, team=team, remind_minutes=20)
    to(clock, 9, 30)
    work_off()
    assert set(Run.objects.filter(opens_at__day=2).values_list("status", flat=True)) == {Run.Status.MISSED}
    assert heard(team.leader)[-1] == "漏检：3 项检查。看看谁还能补做"
    assert heard(officer) == []
    to(clock, 9, 49)
    work_off()
    assert heard(officer) == []
    to(clock, 9, 50)
    work_off()
    assert heard(officer) == ["还是没查：3 项检查"]
    assert Event.objects.filter(name="run.missed").count() == 3


def test_who_hands_in_late_is_marked_late_and_the_officer_hears_only_of_the_rest(team, officer, clock, work_off):
    route(2, team=team)
    worker = team.members.exclude(pk=team.leader.pk).first()
    to(clock, 9, 30)
    work_off()
    run = Run.objects.filter(status=Run.Status.MISSED).order_by("stop").first()
    to(clock, 9, 40)
    submit_run(run, [Given(run.checklist.items.get(), "pass")], by=worker)
    run.refresh_from_db()
    assert run.is_late and run.status == Run.Status.DONE
    assert run.submitted_at == datetime(2026, 3, 2, 9, 40, tzinfo=SHANGHAI), "its true time"
    to(clock, 9, 45)
    work_off()
    left = Run.objects.get(status=Run.Status.MISSED)
    assert heard(officer) == [f"还是没查：{left.equipment.name['zh']}"]


def test_nobody_is_told_of_what_was_done_in_time(team, officer, clock, work_off):
    route(1, team=team)
    worker = team.members.exclude(pk=team.leader.pk).first()
    to(clock, 8)
    work_off()
    run = Run.objects.earliest("opens_at")
    submit_run(run, [Given(run.checklist.items.get(), "pass")], by=worker)
    to(clock, 12)
    work_off()
    assert len(heard(team.leader)) == 1 and heard(officer) == []


def test_one_that_was_begun_and_not_handed_in_is_missed_too(team, officer, clock, work_off):
    route(1, team=team)
    to(clock, 8, 30)
    start_run(Run.objects.earliest("opens_at"), by=team.members.first())
    to(clock, 9, 30)
    work_off()
    assert Run.objects.earliest("opens_at").status == Run.Status.MISSED


def test_without_a_leader_the_workshops_head_hears_and_without_one_the_officer(factory, officer, clock, work_off):
    here = make.department()
    worker = make.person(Role.WORKER)
    make.plan(worker, at=make.machine(make.area(here)), remind_minutes=1000)
    to(clock, 9, 30)
    work_off()
    assert len(heard(officer)) == 1
    head = make.person(Role.WORKSHOP_HEAD, in_department=here, bound=True)
    to(clock, 9, 30, day=3)
    work_off()
    assert len(heard(head)) == 1


def test_a_message_leads_to_the_task_or_to_the_list(browser, team, officer, clock, work_off):
    route(2, team=team)
    make.plan(team.leader)
    to(clock, 8)
    work_off()
    notes = Notification.objects.filter(user=team.leader)
    browser.force_login(team.leader)
    goals = {browser.get(note.url).url for note in notes}
    alone = Run.objects.filter(plan__name="班前检查").earliest("opens_at")
    assert goals == {"/m/", f"/m/runs/{alone.pk}/"}
    to(clock, 9, 50)
    work_off()
    browser.force_login(officer)
    for note in Notification.objects.filter(user=officer):
        assert browser.get(note.url, follow=True).status_code == 200
        assert browser.get(note.url).url.startswith("/desk/runs/")


def test_the_phone_groups_a_route_and_counts_its_stops(browser, team, clock, work_off):
    route(6, team=team)
    worker = team.members.exclude(pk=team.leader.pk).first()
    browser.force_login(worker)
    assert "6 处" in browser.get("/m/").content.decode(), "one line for later"
    to(clock, 8)
    work_off()
    for run in Run.objects.filter(opens_at__day=2).order_by("stop")[:2]:
        submit_run(run, [Given(run.checklist.items.get(), "pass")], by=worker)
    Run.objects.filter(stop=4).update(status=Run.Status.EXCUSED)
    body = browser.get("/m/").content.decode()
    assert [f"第 {n}/6 处" in body for n in range(1, 7)] == [False, False, True, False, True, True]


def test_a_round_that_opened_while_no_worker_ran_is_announced_late_but_not_when_it_is_over(team, clock, work_off):
    route(1, team=team)
    to(clock, 9)
    work_off()
    assert len(heard(team.leader)) == 1
    clock.shift(timedelta(days=3))
    work_off()
    lines = heard(team.leader)
    assert sum(line.startswith("该检查了") for line in lines) == 2, "that of the first and of the last day"
