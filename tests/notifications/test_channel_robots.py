"""Robots of chat groups: signed as their vendors want it, within their limits, and a refusal is a refusal even at 200."""

import time
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from core.secrets import seal
from notifications import sending
from notifications.channels import with_calls
from notifications.models import Message, Robot
from tests import gateways
from tests.gateways import DINGTALK, FEISHU, SECRET, WECOM, Reply

VENDORS = {"wecom": gateways.wecom, "dingtalk": gateways.dingtalk, "feishu": gateways.feishu}
ADDRESSES = {"wecom": WECOM, "dingtalk": DINGTALK, "feishu": FEISHU}
HOSTS = {"wecom": "qyapi.weixin.qq.com", "dingtalk": "oapi.dingtalk.com", "feishu": "open.feishu.cn"}
EMOJI = "🔥2号冲压机𠮷冒烟"


@pytest.fixture(autouse=True)
def no_demo(settings):
    settings.DEMO = False
    gateways.forget_silence()


@pytest.fixture(params=sorted(VENDORS))
def kind(request):
    return request.param


@pytest.fixture
def gateway(kind, settings):
    with gateways.running(VENDORS[kind]()) as gateway:
        settings.GATEWAYS = {HOSTS[kind]: gateway.url}
        yield gateway


@pytest.fixture
def robot(factory, kind) -> Robot:
    return _robot(kind)


def _robot(kind: str, address: str = "", secret: str = SECRET) -> Robot:
    secret = "" if kind == "wecom" else secret
    return Robot.objects.create(kind=kind, name="安全群", address=seal(address or ADDRESSES[kind]), secret=seal(secret))


def _send(robot: Robot, text: str = "2号冲压机冒烟", **more) -> Message:
    key = f"k{time.monotonic_ns()}"
    message = sending.queue(robot.kind, robot.name, text, key=key, robot=robot, **more)
    sending.send(message.pk)
    message.refresh_from_db()
    robot.refresh_from_db()
    return message


def _said(request) -> str:
    body = request.json
    return body["content"]["text"] if "content" in body else body["text"]["content"]


def test_the_vendor_takes_it_and_the_robot_shows_that_it_worked(gateway, robot):
    message = _send(robot, EMOJI, url="/go/hazards.hazard/1/")
    assert message.status == Message.Status.SENT
    assert (robot.last_error, robot.worked_at is not None) == ("", True)
    assert EMOJI in _said(gateway.taken[0])
    assert "/go/hazards.hazard/1/" in _said(gateway.taken[0])


def test_a_message_of_a_megabyte_is_cut_and_says_so(gateway, robot):
    message = _send(robot, "火" * 350_000)
    assert message.status == Message.Status.SENT
    assert "消息太长" in _said(gateway.taken[0]) or "too long" in _said(gateway.taken[0])
    assert len(message.text) == 350_000


@pytest.mark.parametrize("kind", ["wecom", "dingtalk"])
def test_people_are_called_by_their_mobile_number(gateway, robot):
    _send(robot, with_calls("冒烟", ["13800000004"]))
    body = gateway.taken[0].json
    called = body["text"].get("mentioned_mobile_list") or body["at"]["atMobiles"]
    assert called == ["13800000004"]


@pytest.mark.parametrize("kind", ["wecom", "feishu"])
def test_numbers_do_not_stand_in_the_text_where_they_need_not(gateway, robot):
    _send(robot, with_calls("冒烟", ["13800000004"]))
    assert "13800000004" not in _said(gateway.taken[0])


def test_a_revoked_key_is_for_good_and_stands_at_the_robot(gateway, factory, kind):
    robot = _robot(kind, ADDRESSES[kind].replace("693a91f6", "gone").replace("d9ab1c", "gone").replace("1f2e", "gone"))
    message = _send(robot)
    assert message.status == Message.Status.FAILED
    assert message.reason == robot.last_error != ""
    assert not gateway.taken


@pytest.mark.parametrize("kind", ["dingtalk", "feishu"])
def test_a_wrong_secret_is_told_as_one(gateway, factory, kind):
    message = _send(_robot(kind, secret="SECwrong"))
    assert message.status == Message.Status.FAILED
    assert "310000" in message.reason or "19021" in message.reason


@pytest.mark.parametrize(
    "reply",
    [
        Reply({"errcode": 999, "errmsg": "who knows", "code": 999}),
        Reply(b"<html>proxy error</html>"),
        Reply("", 502),
        Reply([1, 2]),
        Reply(b"\xff\xfe"),
        Reply({"errcode": [], "code": {}}),
        Reply(b"[" * 60_000),
    ],
    ids=["unknown number", "a page", "502", "a list", "no text", "a strange number", "without end"],
)
def test_any_other_answer_is_an_error_that_is_tried_again(gateway, robot, reply):
    gateway.force(reply)
    message = _send(robot)
    assert (message.status, message.attempts) == (Message.Status.WAITING, 1)
    assert robot.last_error
    assert robot.refilled_at > timezone.now()


def test_a_redirect_is_not_followed(gateway, robot):
    gateway.force(Reply("", 302, {"Location": f"{gateway.url}/cgi-bin/webhook/send?key={gateways.KEY}"}))
    assert _send(robot).status == Message.Status.FAILED
    assert len(gateway.requests) == 1


@pytest.mark.parametrize("kind", ["dingtalk"])
def test_a_robot_that_had_too_much_is_left_alone_for_ten_minutes(gateway, robot, work_off):
    gateway.force(Reply({"errcode": 130101, "errmsg": "send too fast"}))
    message = _send(robot)
    assert message.status == Message.Status.WAITING
    assert timedelta(minutes=9) < robot.refilled_at - timezone.now() <= timedelta(minutes=10)
    other = _send(robot, "另一条")
    assert other.status == Message.Status.WAITING
    assert len(gateway.requests) == 1


@pytest.mark.parametrize(
    ("kind", "number", "said", "stands"),
    [
        ("feishu", 9499, "Bad Request", "failed"),
        ("feishu", 9499, "too many request", "waiting"),
        ("feishu", 11232, "frequency limited", "waiting"),
        ("feishu", 19024, "Key Words Not Found", "failed"),
        ("dingtalk", 400013, "group disbanded", "failed"),
        ("dingtalk", 430101, "unsafe link", "failed"),
        ("dingtalk", -1, "系统繁忙", "waiting"),
        ("wecom", 40058, "exceed max length 2048", "failed"),
        ("wecom", 45009, "api freq out of limit", "waiting"),
    ],
)
def test_a_number_says_whether_trying_again_can_help(gateway, robot, number, said, stands):
    gateway.force(Reply({"errcode": number, "errmsg": said, "code": number, "msg": said}))
    message = _send(robot)
    assert message.status == stands
    assert str(number) in message.reason


@pytest.mark.parametrize("kind", ["wecom"])
def test_a_gateway_that_hangs_is_given_up_before_it_answers(gateway, robot):
    gateway.seconds = 6
    message = _send(robot)
    assert (message.status, message.attempts) == (Message.Status.WAITING, 1)


@pytest.mark.parametrize("kind", ["wecom"])
def test_after_eight_tries_it_stands_as_failed(gateway, robot):
    message = sending.queue(robot.kind, robot.name, "冒烟", key="k", robot=robot)
    for _try in range(sending.MOST_ATTEMPTS):
        gateway.force(Reply("", 500))
        Robot.objects.update(refilled_at=None)
        sending.send_held(robot.pk)
    message.refresh_from_db()
    assert message.status == Message.Status.FAILED
    assert len(gateway.requests) == sending.MOST_ATTEMPTS


@pytest.mark.parametrize("kind", ["wecom"])
def test_no_other_host_is_ever_asked_in_the_vendors_place(settings, robot):
    """Without the test's own gateway the address is the vendor's, whatever else is set."""
    assert not django_settings.PRIVATE_ADDRESSES
    settings.GATEWAYS = {}
    robot.address = seal("https://127.0.0.1/cgi-bin/webhook/send?key=1")
    robot.save()
    message = _send(robot)
    assert message.status == Message.Status.FAILED
