"""帮扶结对: begun by who leads people there, help at a step by one tap, graduation by the clock, and a clean end."""

import html
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from adoption.models import HelpCall, Pair, Ranking
from inspections.models import Run
from notifications.models import Notification
from people.actions import Person, change_user, close_account
from people.models import User
from people.permissions import Role
from tenants import provisioning
from tests import make

SHANGHAI = ZoneInfo("Asia/Shanghai")
# A Friday; the first whole week begins on the 12th.
MORNING = datetime(2026, 10, 9, 8, 0, tzinfo=SHANGHAI)
MONDAY = datetime(2026, 10, 12, 8, 0, tzinfo=SHANGHAI)
GOALS = {"percent": 90, "weeks": 2, "checks": 3}


@pytest.fixture
def clock(factory):
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


@pytest.fixture
def workshop(clock):
    return make.department()


@pytest.fixture
def two(workshop):
    """Who helps, and who is helped."""
    return [make.person(Role.WORKER, name=name, in_department=workshop) for name in ("林小雨", "王建国")]


@pytest.fixture
def leader(workshop):
    return make.person(Role.TEAM_LEADER, name="李卫东", in_department=workshop, bound=True)


def as_(person) -> Client:
    client = Client(HTTP_HOST=provisioning.host_of("one"))
    client.force_login(person)
    return client


def text(response) -> str:
    return html.unescape(response.content.decode())


def pair(leader, two, **goals) -> Pair:
    names = {"mentor": two[0].phone, "mentee": two[1].phone}
    answer = as_(leader).post("/desk/adoption/buddies/", names | GOALS | goals)
    assert answer.status_code == 302, text(answer)
    return Pair.objects.latest("pk")


def told(person, event: str) -> list[str]:
    return list(Notification.objects.filter(user=person, event=event).values_list("line", flat=True))


def weeks(by, *counts: tuple[int, int], missed: int = 0) -> None:
    """Of each week so many checks done, and of them so many after a reminder."""
    for week, (done, nudged) in enumerate(counts):
        for n in range(done):
            at = MONDAY + timedelta(days=7 * week, hours=n)
            reminded = at if n < nudged else None
            make.run(by, status=Run.Status.DONE, inspector=by, submitted_at=at, nudged_at=reminded)
        for n in range(missed):
            at = MONDAY + timedelta(days=7 * week, hours=n)
            make.run(by, status=Run.Status.MISSED, opens_at=at, closes_at=at + timedelta(hours=1))


def to_monday(clock, work_off, number: int) -> None:
    clock.move_to(datetime(2026, 10, 12, 0, 20, tzinfo=SHANGHAI) + timedelta(days=7 * number))
    work_off()


def test_both_are_told_and_see_the_goal(two, leader, work_off):
    made = pair(leader, two)
    work_off()
    for person in two:
        assert told(person, "pair.begun") == ["帮扶结对：林小雨 帮 王建国"]
        page = text(as_(person).get(f"/m/buddies/{made.pk}/"))
        assert "独立完成 90% 以上，连续 2 周" in page
    assert "独立完成 90% 以上" in text(as_(leader).get(f"/desk/adoption/buddies/{made.pk}/"))
    stranger = make.person(Role.WORKER)
    assert as_(stranger).get(f"/m/buddies/{made.pk}/").status_code == 404
    assert "打给 林小雨" in text(as_(two[1]).get("/m/"))


def test_who_may_not_be_paired(two, leader, workshop):
    def refused(mentor, mentee, by=leader, **goals):
        names = {"mentor": mentor.phone, "mentee": mentee.phone}
        return as_(by).post("/desk/adoption/buddies/", names | GOALS | goals).status_code

    elsewhere = make.person(Role.WORKER, in_department=make.department())
    officer = make.person(Role.SAFETY_OFFICER, in_department=workshop)
    assert refused(two[0], elsewhere) == 403
    assert refused(two[0], elsewhere, by=officer) == 422
    assert refused(officer, two[1]) == 422
    assert refused(two[0], two[0]) == 422
    assert refused(*two, percent=10) == 422
    assert refused(*two, by=two[0]) == 403
    pair(leader, two)
    assert refused(two[0], two[1]) == 409


def test_one_tap_calls_the_buddy_to_the_machine_and_the_step(two, leader, work_off):
    pair(leader, two)
    mentor, mentee = two
    run = make.run(mentee, of=make.checklist({}, {"text": {"zh": "急停按钮好用吗", "en": "Emergency stop?"}}))
    client, item = as_(mentee), run.checklist.items.get(position=2)
    client.post(f"/m/runs/{run.pk}/start/")
    assert "请帮我（林小雨）" in text(client.get(f"/m/runs/{run.pk}/"))
    answer = client.post(f"/m/runs/{run.pk}/help/", {"help": item.pk}, headers={"accept": "application/json"})
    assert answer.json()["said"] == "已告诉 林小雨：你这一步需要帮忙。"
    client.post(f"/m/runs/{run.pk}/help/", {"help": item.pk}, headers={"accept": "application/json"})
    work_off()
    place = run.equipment.name["zh"]
    assert told(mentor, "help.asked") == [f"王建国 请你帮忙：{place}，第 2 步，急停按钮好用吗"]
    assert HelpCall.objects.count() == 1
    assert as_(mentor).get(Notification.objects.get(user=mentor, event="help.asked").url).status_code == 302


def test_without_a_script_the_answers_stand_again(two, leader):
    pair(leader, two)
    run = make.run(two[1], of=make.checklist({}, {}), status=Run.Status.DOING, inspector=two[1])
    first, second = run.checklist.items.all()
    sent = {f"value-{first.pk}": "pass", "help": second.pk}
    page = text(as_(two[1]).post(f"/m/runs/{run.pk}/help/", sent))
    assert "已告诉 林小雨" in page
    assert f'name="value-{first.pk}" value="pass" checked' in page


@pytest.mark.parametrize("step", ["", "x", "999999", "9" * 30])
def test_help_at_a_step_that_is_none(two, leader, step):
    pair(leader, two)
    run = make.run(two[1], status=Run.Status.DOING, inspector=two[1])
    assert as_(two[1]).post(f"/m/runs/{run.pk}/help/", {"help": step}).status_code == 404


def test_who_has_no_buddy_is_told_whom_to_ask_and_a_stranger_is_refused(two, leader):
    run = make.run(two[1], status=Run.Status.DOING, inspector=two[1])
    item = run.checklist.items.get()
    assert "请帮我" not in text(as_(two[1]).get(f"/m/runs/{run.pk}/"))
    alone = as_(two[1]).post(f"/m/runs/{run.pk}/help/", {"help": item.pk})
    assert alone.status_code == 422 and "班组长" in text(alone)
    assert as_(two[0]).post(f"/m/runs/{run.pk}/help/", {"help": item.pk}).status_code == 403


def test_two_good_weeks_graduate_by_the_clock(two, leader, clock, work_off):
    made = pair(leader, two)
    weeks(two[1], (4, 0), (3, 0))
    to_monday(clock, work_off, 1)
    made.refresh_from_db()
    assert made.status == Pair.Status.RUNNING
    to_monday(clock, work_off, 2)
    made.refresh_from_db()
    assert made.status == Pair.Status.GRADUATED
    work_off()
    for person in (*two, leader):
        assert told(person, "pair.graduated") == ["王建国 结业了，能独立做检查。感谢 林小雨 的帮助！"]
    assert "结业" in text(as_(two[0]).get(f"/m/buddies/{made.pk}/"))
    # The mentor's points.
    page = text(as_(two[0]).get("/m/points/"))
    assert "你帮扶的人结业" in page and "20 分" in page
    assert not Ranking.objects.exists()


@pytest.mark.parametrize(
    ("counts", "missed"),
    [([(4, 0), (4, 1)], 0), ([(2, 0), (4, 0)], 0), ([(4, 0), (4, 0)], 1)],
    ids=["reminded", "too few checks", "one missed"],
)
def test_a_week_below_the_goal_keeps_the_pair_going(two, leader, clock, work_off, counts, missed):
    made = pair(leader, two)
    weeks(two[1], *counts, missed=missed)
    to_monday(clock, work_off, 1)
    to_monday(clock, work_off, 2)
    made.refresh_from_db()
    assert made.status == Pair.Status.RUNNING


def test_a_check_with_help_is_no_unaided_one(two, leader, clock, work_off):
    made = pair(leader, two)
    weeks(two[1], (3, 0), (3, 0))
    run = Run.objects.latest("submitted_at")
    facts = {"pair": made, "run": run, "person": two[1], "mentor": two[0], "asked_at": run.submitted_at}
    HelpCall.objects.create(item=run.checklist.items.get(), **facts)
    to_monday(clock, work_off, 1)
    to_monday(clock, work_off, 2)
    made.refresh_from_db()
    assert made.status == Pair.Status.RUNNING
    assert "3 次中 2 次独立完成" in text(as_(two[1]).get(f"/m/buddies/{made.pk}/"))


def test_it_ends_with_a_reason(two, leader, work_off):
    made = pair(leader, two)
    desk = as_(leader)
    assert desk.post(f"/desk/adoption/buddies/{made.pk}/end/", {"reason": ""}).status_code == 422
    desk.post(f"/desk/adoption/buddies/{made.pk}/end/", {"reason": "换班了"})
    assert "换班了" in text(as_(two[1]).get(f"/m/buddies/{made.pk}/"))
    assert desk.post(f"/desk/adoption/buddies/{made.pk}/end/", {"reason": "又一次"}).status_code == 409
    work_off()
    assert told(two[0], "pair.ended")
    pair(leader, two)


def test_who_leaves_ends_it(two, leader, work_off):
    made = pair(leader, two)
    admin = make.person(Role.ADMIN)
    close_account(two[0], by=admin, note="离职")
    work_off()
    made.refresh_from_db()
    assert (made.status, made.reason) == (Pair.Status.ENDED, "left")
    assert "不再是一线人员" in text(as_(two[1]).get(f"/m/buddies/{made.pk}/"))


def test_who_changes_the_workshop_ends_it(two, leader, work_off):
    made = pair(leader, two)
    admin, mentee = make.person(Role.ADMIN), User.objects.get(pk=two[1].pk)
    moved = Person(name=mentee.name, phone=mentee.phone, department=make.department("焊接车间"))
    change_user(mentee, moved, by=admin)
    work_off()
    made.refresh_from_db()
    assert (made.status, made.reason) == (Pair.Status.ENDED, "moved")
