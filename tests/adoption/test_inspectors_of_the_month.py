"""移动巡检达人: points of the running month are one's own, the month is frozen by the clock, names need consent."""

import html
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from adoption.actions import begin_months, freeze_months
from adoption.models import Appeal, Ranking, Result, Reward
from core.models import Event
from facilities.qr import issue_sticker
from hazards.models import Hazard, Status
from inspections.models import Run
from notifications.actions import deliver
from notifications.models import Notification
from people.permissions import Role
from tenants import provisioning
from tests import make

SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 10, 12, 8, 0, tzinfo=SHANGHAI)
FROZEN = datetime(2026, 11, 1, 0, 10, tzinfo=SHANGHAI)


@pytest.fixture
def clock(factory):
    with time_machine.travel(MORNING, tick=False) as clock:
        begin_months()
        yield clock


@pytest.fixture
def workers(clock):
    workshop = make.department()
    return [make.person(Role.WORKER, name=name, in_department=workshop) for name in ("王建国", "李秀英", "陈志强")]


@pytest.fixture
def officer(clock):
    return make.person(Role.SAFETY_OFFICER, name="周敏")


def as_(person) -> Client:
    client = Client(HTTP_HOST=provisioning.host_of("one"))
    client.force_login(person)
    return client


def text(response) -> str:
    return html.unescape(response.content.decode())


def found(reporter, at=MORNING, **columns) -> Hazard:
    return make.hazard(Status.CONFIRMED, reporter=reporter, reported_at=at, **columns)


def check(by, at=MORNING, *, with_label=True, **columns) -> Run:
    facts = {"status": Run.Status.DONE, "inspector": by, "submitted_at": at} | columns
    run = make.run(by, **facts)
    if with_label:
        run.scanned = issue_sticker(run.equipment, by=make.person(Role.ADMIN))
        run.save()
    return run


def freeze(clock, work_off) -> Ranking:
    """As the clock does it: at ten past midnight by the Due row."""
    clock.move_to(FROZEN - timedelta(minutes=1))
    work_off()
    assert not Ranking.objects.exists()
    clock.move_to(FROZEN)
    work_off()
    return Ranking.objects.get()


def points(person) -> int:
    return next((row.total for row in Result.objects.filter(person=person).order_by("-ranking__revision")), 0)


def test_the_first_reporter_earns_and_a_duplicate_does_not(workers, clock, work_off):
    first, second, third = workers
    kept = found(second, MORNING + timedelta(hours=1))
    make.hazard(Status.MERGED, reporter=first, reported_at=MORNING, merged_into=kept)
    make.hazard(Status.MERGED, reporter=third, reported_at=MORNING + timedelta(hours=2), merged_into=kept)
    make.hazard(Status.REJECTED, reporter=third)
    make.hazard(Status.REPORTED, reporter=third)
    freeze(clock, work_off)
    assert [points(person) for person in workers] == [25, 0, 0]


def test_a_report_without_a_name_changes_nobodys_points(workers, clock, work_off):
    """Neither where it was kept nor where it was merged: points tell nothing of it."""
    first, second, _third = workers
    tip = make.hazard(Status.CONFIRMED, source=Hazard.Source.TIP, reported_at=MORNING - timedelta(hours=1))
    Hazard.objects.filter(pk=tip.pk).update(reporter=None)
    make.hazard(Status.MERGED, reporter=first, merged_into=tip)
    kept = found(second)
    other = make.hazard(
        Status.MERGED, source=Hazard.Source.TIP, reported_at=MORNING - timedelta(hours=1), merged_into=kept
    )
    Hazard.objects.filter(pk=other.pk).update(reporter=None)
    freeze(clock, work_off)
    assert (points(first), points(second)) == (25, 25)


def test_the_own_page_shows_points_and_why_and_nobody_elses(workers, clock):
    first, second, _third = workers
    found(first, title="电线裸露")
    check(first)
    check(first, with_label=False)
    page = text(as_(first).get("/m/points/"))
    assert "28 分" in page and "电线裸露" in page and "检查 2 次，证据齐全 1 次" in page
    assert "28 分" not in text(as_(second).get("/m/points/"))
    assert first.name not in text(as_(second).get("/m/points/"))
    assert "看我本月的得分" in text(as_(first).get("/m/"))


def test_late_checks_and_those_without_the_label_are_no_quality(workers, clock, work_off):
    for person, columns in zip(workers, ({}, {"is_late": True}, {"with_label": False}), strict=True):
        check(person, **columns)
    freeze(clock, work_off)
    assert [points(person) for person in workers] == [1, 0, 0]


def test_authenticity_scores_have_no_part_in_it(workers, clock, work_off):
    check(workers[0], score=100)
    check(workers[1], score=0, doubts=[{"code": "fast"}])
    freeze(clock, work_off)
    assert points(workers[0]) == points(workers[1]) == 1


def test_a_month_is_frozen_once_and_the_next_one_waits(workers, clock, work_off):
    found(workers[0])
    freeze(clock, work_off)
    Hazard.objects.update(status=Status.VOIDED)
    freeze_months(date(2026, 10, 1))
    assert Ranking.objects.count() == 1 and points(workers[0]) == 25
    clock.move_to(datetime(2027, 1, 3, tzinfo=SHANGHAI))
    work_off()
    assert [f"{row.month:%Y-%m}" for row in Ranking.objects.all()] == ["2026-12", "2026-11", "2026-10"]


def test_only_five_have_a_place_and_ties_go_to_the_earlier_one(workers, clock, work_off):
    people = [make.person(Role.WORKER, name=f"工{n}") for n in range(7)]
    for minutes, person in enumerate(people):
        Hazard.objects.filter(pk=found(person).pk).update(confirmed_at=MORNING + timedelta(minutes=10 - minutes))
    ranking = freeze(clock, work_off)
    assert [row.person for row in ranking.winners] == people[:1:-1]
    assert ranking.results.filter(place=None).count() == 2


def test_names_stand_in_lists_only_with_consent_and_go_at_once(workers, clock, work_off):
    first, second, _third = workers
    found(first)
    found(second)
    client, other = as_(first), as_(workers[2])
    assert first.name not in text(other.get("/m/points/"))
    client.post("/m/points/name/", {"agree": "yes"})
    assert first.name in text(other.get("/m/points/"))
    assert second.name not in text(other.get("/m/points/"))
    freeze(clock, work_off)
    shown = text(other.get("/m/points/2026-10/"))
    assert first.name in shown and second.name not in shown and "一位同事" in shown
    client.post("/m/points/name/", {"agree": "no"})
    assert first.name not in text(other.get("/m/points/2026-10/"))
    leader = make.person(Role.TEAM_LEADER, in_department=first.department, bound=True)
    assert first.name not in text(as_(leader).get("/desk/adoption/months/2026-10/"))
    names = Event.objects.filter(name__startswith="ranking.").values_list("data", flat=True)
    assert not any(first.name in str(data) for data in names)


def told(person) -> list[str]:
    return list(Notification.objects.filter(user=person).values_list("event", flat=True))


def test_winners_hear_of_it_and_everybody_only_where_somebody_agreed(workers, clock, work_off):
    found(workers[0])
    as_(workers[0]).post("/m/points/name/", {"agree": "yes"})
    freeze(clock, work_off)
    work_off()
    assert told(workers[0]) == ["ranking.won"]
    assert told(workers[1]) == ["ranking.frozen"]
    assert workers[0].name not in Notification.objects.get(user=workers[1]).line


def test_nobody_hears_of_a_month_without_a_name_but_who_hands_out_rewards(workers, officer, clock, work_off):
    found(workers[0])
    freeze(clock, work_off)
    work_off()
    assert told(workers[1]) == [] and told(officer) == ["ranking.frozen"]


def test_an_objection_that_is_granted_makes_a_visible_revision(workers, officer, clock, work_off):
    first, second, _third = workers
    found(first)
    check(second)
    freeze(clock, work_off)
    mine = as_(second)
    assert mine.post("/m/points/2026-10/object/", {"text": " "}).status_code == 422
    mine.post("/m/points/2026-10/object/", {"text": "我先报的裸露电线没有算"})
    again = mine.post("/m/points/2026-10/object/", {"text": "再来一次"})
    assert again.status_code == 409
    row = Appeal.objects.get()
    assert as_(first).post(f"/desk/adoption/appeals/{row.pk}/", {"points": 25, "answer": "好"}).status_code == 403
    desk = as_(officer)
    assert "我先报的裸露电线没有算" in text(desk.get("/desk/adoption/months/"))
    assert desk.post(f"/desk/adoption/appeals/{row.pk}/", {"points": 25, "answer": ""}).status_code == 422
    desk.post(f"/desk/adoption/appeals/{row.pk}/", {"points": 25, "answer": "查过照片，属实"})
    assert [ranking.revision for ranking in Ranking.objects.order_by("revision")] == [1, 2]
    newest = Ranking.objects.get(revision=2)
    assert [(row.person, row.total) for row in newest.winners] == [(second, 27), (first, 25)]
    assert Ranking.objects.get(revision=1).winners[0].person == first
    page = text(mine.get("/m/points/2026-10/"))
    assert "查过照片，属实" in page and "第 2 版" in page
    assert Event.objects.get(name="ranking.revised").data["before"] == {str(first.pk): 1, str(second.pk): 2}
    answered = desk.post(f"/desk/adoption/appeals/{row.pk}/", {"points": 5, "answer": "再加"})
    assert answered.status_code == 409


def test_after_seven_days_nobody_objects(workers, clock, work_off):
    check(workers[0])
    freeze(clock, work_off)
    clock.move_to(FROZEN + timedelta(days=7))
    assert "/object/" not in text(as_(workers[0]).get("/m/points/2026-10/"))
    late = as_(workers[0]).post("/m/points/2026-10/object/", {"text": "晚了"})
    assert late.status_code == 409


def test_an_objection_that_is_declined_changes_nothing(workers, officer, clock, work_off):
    check(workers[0])
    freeze(clock, work_off)
    as_(workers[0]).post("/m/points/2026-10/object/", {"text": "少算了"})
    as_(officer).post(f"/desk/adoption/appeals/{Appeal.objects.get().pk}/", {"points": 0, "answer": "没有扫码"})
    assert Ranking.objects.count() == 1
    assert "没有扫码" in text(as_(workers[0]).get("/m/points/2026-10/"))


def test_a_reward_is_noted_once_with_who_and_when(workers, officer, clock, work_off):
    found(workers[0])
    freeze(clock, work_off)
    desk, url = as_(officer), reverse("console:pay_reward", args=["2026-10", workers[0].pk])
    assert desk.post(url, {"what": ""}).status_code == 422
    desk.post(url, {"what": "200 元"})
    assert (Reward.objects.get().paid_by, Reward.objects.get().what) == (officer, "200 元")
    assert desk.post(url, {"what": "200 元"}).status_code == 409
    assert desk.post(reverse("console:pay_reward", args=["2026-10", workers[1].pk]), {"what": "x"}).status_code == 409
    deliver(Event.objects.get(name="reward.paid"))
    assert "reward.paid" in told(workers[0])


def test_who_judges_does_not_play(officer, workers, clock, work_off):
    found(officer)
    make.hazard(Status.CONFIRMED, reporter=make.person(Role.WORKER, Role.SAFETY_OFFICER))
    freeze(clock, work_off)
    assert not Result.objects.exists()
    assert as_(officer).post("/m/points/name/", {"agree": "yes"}).status_code == 403


def test_the_rules_stand_on_a_page_with_the_numbers_of_the_code(workers):
    page = text(as_(workers[0]).get("/m/points/how/"))
    assert "25 分" in page and "一天最多算 5 次" in page and "2/3" in page
