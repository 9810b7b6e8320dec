"""A robot gets at most 20 messages in any minute; what comes above goes together, urgent lines first and none left out."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from core.secrets import seal
from notifications import bucket, sending
from notifications.models import Message, Robot
from tenants import due
from tests import gateways
from tests.gateways import WECOM, Reply

HOST = "qyapi.weixin.qq.com"


@pytest.fixture(autouse=True)
def gateway(settings):
    settings.DEMO = False
    with gateways.running(gateways.wecom()) as gateway:
        settings.GATEWAYS = {HOST: gateway.url}
        yield gateway


def _robot(name: str = "安全群") -> Robot:
    return Robot.objects.create(kind="wecom", name=name, address=seal(WECOM))


def _queue(robot: Robot, count: int, *, word: str = "隐患", **more) -> list[Message]:
    start = Message.objects.count()
    return [
        sending.queue("wecom", robot.name, f"{word}{number}号", key=f"{robot.pk}:{number}", robot=robot, **more)
        for number in range(start, start + count)
    ]


def _texts(gateway) -> list[str]:
    return [request.json["text"]["content"] for request in gateway.taken]


def _statuses(messages: list[Message]) -> list[str]:
    rows = dict(Message.objects.filter(pk__in=[each.pk for each in messages]).values_list("pk", "status"))
    return [rows[message.pk] for message in messages]


def _go_on(clock, work_off, seconds: int) -> None:
    for _second in range(seconds):
        clock.shift(timedelta(seconds=1))
        work_off()


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def test_no_minute_sees_more_than_twenty_and_nothing_is_lost(factory, gateway, clock, work_off):
    messages = _queue(_robot(), 200)
    work_off()
    _go_on(clock, work_off, 130)
    assert set(_statuses(messages)) <= {"sent", "bundled"}
    assert not [request for request in gateway.requests if request not in gateway.taken]
    assert len(gateway.requests) < 30
    bundled = Message.objects.filter(status="bundled").select_related("bundle")
    assert {message.bundle.status for message in bundled} == {"sent"}


def test_a_flood_of_new_ones_never_goes_over_the_limit(factory, gateway, clock, work_off):
    robot = _robot()
    for _second in range(120):
        _queue(robot, 2)
        work_off()
        clock.shift(timedelta(seconds=1))
    assert not [request for request in gateway.requests if request not in gateway.taken]


def test_urgent_ones_stand_first_in_the_summary_and_none_is_left_out(factory, gateway, clock, work_off):
    robot = _robot()
    usual = _queue(robot, 60)
    urgent = _queue(robot, 40, word="紧急：火警", is_urgent=True)
    work_off()
    _go_on(clock, work_off, 60)
    assert set(_statuses(urgent)) <= {"sent", "bundled"}
    said = "\n".join(_texts(gateway))
    assert all(f"紧急：火警{60 + number}号" in said for number in range(40))
    summaries = [text for text in _texts(gateway) if "‼" in text and "·" in text]
    assert all(text.rindex("‼") < text.index("·") for text in summaries)
    assert set(_statuses(usual)) <= {"sent", "bundled"}


def test_a_few_are_left_for_what_is_urgent(factory, gateway, clock, work_off):
    robot = _robot()
    _queue(robot, 50)
    work_off()
    (urgent,) = _queue(robot, 1, word="火警", is_urgent=True)
    work_off()
    urgent.refresh_from_db()
    summary = urgent.bundle or urgent
    assert summary.status == Message.Status.SENT
    assert any("火警" in text for text in _texts(gateway))


def test_a_summary_calls_whom_its_urgent_lines_call(factory, gateway, clock, work_off):
    robot = _robot()
    robot.tokens, robot.refilled_at = 0, timezone.now()
    robot.save()
    for number in range(3):
        sending.queue(
            "wecom", "群", f"火警{number}\n@1380000000{number}", key=f"u{number}", robot=robot, is_urgent=True
        )
    work_off()
    _go_on(clock, work_off, 8)
    (request,) = gateway.taken
    assert request.json["text"]["mentioned_mobile_list"] == ["13800000000", "13800000001", "13800000002"]


def test_a_robot_that_is_down_holds_up_no_other_and_gets_all_when_it_is_back(factory, gateway, clock, work_off):
    down, other = _robot("坏群"), _robot("好群")
    gateway.force(Reply("", 502))
    lost = _queue(down, 5)
    work_off()
    fine = _queue(other, 1, word="别的")
    work_off()
    assert _statuses(fine) == ["sent"]
    _go_on(clock, work_off, 60)
    assert set(_statuses(lost)) <= {"sent", "bundled"}
    said = "\n".join(_texts(gateway))
    assert all(message.text in said for message in lost)


def test_one_robot_keeps_at_most_one_worker(factory, gateway, clock):
    """While one of its messages is under way, the next one waits without asking the gateway."""
    robot = _robot()
    first, second = _queue(robot, 2)
    assert sending._claimed(first.pk)
    assert sending._claimed(second.pk) is None
    assert due.is_waiting(key=f"message:{second.pk}")
    sending._try(first)
    sending.send(second.pk)
    assert _statuses([second]) == ["sent"]


def test_what_is_meant_for_a_later_hour_is_not_taken_along(factory, gateway, clock, work_off):
    robot = _robot()
    morning = timezone.now() + timedelta(hours=8)
    digest = sending.queue("wecom", robot.name, "早上的汇总", key="digest", robot=robot, at=morning)
    _queue(robot, 30)
    work_off()
    _go_on(clock, work_off, 30)
    assert _statuses([digest]) == ["waiting"]
    clock.move_to(morning + timedelta(seconds=1))
    work_off()
    assert _statuses([digest]) == ["sent"]


def test_what_waits_for_a_robot_that_is_switched_off_stops(factory, gateway, clock, work_off):
    robot = _robot()
    messages = _queue(robot, 30)
    work_off()
    Robot.objects.update(is_active=False)
    _go_on(clock, work_off, 10)
    assert set(_statuses(messages)) <= {"sent", "stopped"}
    assert "stopped" in _statuses(messages)


@pytest.mark.parametrize("is_urgent", [True, False])
def test_the_bucket_never_gives_more_than_twenty_in_any_minute(factory, is_urgent):
    robot, now, given = _robot(), timezone.now(), []
    for step in range(1800):
        moment = now + timedelta(seconds=step / 10)
        if bucket.take(robot, moment, is_urgent=is_urgent) is None:
            given.append(moment)
    spans = [sum(1 for each in given if start <= each < start + timedelta(minutes=1)) for start in given]
    assert max(spans) <= bucket.PER_MINUTE
    assert len(given) > 25
