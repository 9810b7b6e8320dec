"""A factory's own webhook: signed with its secret, the same id at each try, and never a way into somebody's network."""

import pytest

from core import post
from core.secrets import seal
from notifications import sending
from notifications.channels import ChannelError
from notifications.models import Message, Robot
from tests import gateways
from tests.gateways import SECRET, Reply


@pytest.fixture(autouse=True)
def no_demo(settings):
    settings.DEMO = False
    gateways.forget_silence()


@pytest.fixture
def gateway(settings):
    settings.PRIVATE_ADDRESSES = True
    with gateways.running(gateways.webhook()) as gateway:
        yield gateway


def _robot(gateway, secret: str = SECRET) -> Robot:
    return Robot.objects.create(kind="webhook", name="MES", address=seal(f"{gateway.url}/in?a=1"), secret=seal(secret))


def _send(robot: Robot, text: str = "🔥冒烟") -> Message:
    message = sending.queue(robot.kind, robot.name, text, key="k1", robot=robot, url="/go/x/1/", is_urgent=True)
    sending.send(message.pk)
    message.refresh_from_db()
    return message


def test_the_receiver_can_tell_where_it_comes_from_and_what_it_is(factory, gateway):
    assert _send(_robot(gateway)).status == Message.Status.DELIVERED
    request = gateway.taken[0]
    assert request.headers["anhuan-id"] == "k1"
    assert request.query == {"a": "1"}
    assert request.json["text"] == "🔥冒烟"
    assert request.json["urgent"] is True
    assert request.json["url"].endswith("/go/x/1/")


def test_another_secret_is_told_as_one(factory, gateway):
    message = _send(_robot(gateway, "wrong"))
    assert message.status == Message.Status.FAILED
    assert "401" in message.reason


@pytest.mark.parametrize(
    ("status", "stands"),
    [
        (301, "failed"),
        (400, "failed"),
        (404, "failed"),
        (410, "failed"),
        (429, "waiting"),
        (500, "waiting"),
        (503, "waiting"),
    ],
)
def test_what_the_receiver_says_decides_whether_it_is_tried_again(factory, gateway, status, stands):
    gateway.force(Reply("", status, {"Location": gateway.url, "Retry-After": "120"}))
    assert _send(_robot(gateway)).status == stands
    assert len(gateway.requests) == 1


def test_an_answer_without_end_is_cut_off(factory, gateway):
    gateway.force(Reply(b"x" * 10_000_000))
    assert _send(_robot(gateway)).status == Message.Status.DELIVERED


def test_a_byte_every_second_is_given_up_after_seconds(factory, settings):
    settings.PRIVATE_ADDRESSES = True
    with gateways.dripping() as url:
        robot = Robot.objects.create(kind="webhook", name="MES", address=seal(url), secret=seal(SECRET))
        assert _send(robot).status == Message.Status.WAITING


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "localhost",
        "127.1",
        "0x7f000001",
        "2130706433",
    ],
)
def test_a_private_address_is_refused_however_it_is_written(address):
    with pytest.raises(ChannelError) as refused:
        post.refuse_private(address)
    assert refused.value.is_permanent


def test_a_public_address_passes():
    assert post.refuse_private("93.184.216.34") == ["93.184.216.34"]


def test_what_a_name_leads_to_is_looked_at_when_connecting(factory, gateway, settings):
    """A name may lead elsewhere by then: an address that was fine when it was typed in is looked at each time."""
    settings.PRIVATE_ADDRESSES = False
    robot = _robot(gateway)
    robot.address = seal(gateway.url.replace("http://127.0.0.1", "https://localhost"))
    robot.save()
    assert _send(robot).status == Message.Status.FAILED
    assert not gateway.requests


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "https://",
        "https://a:b@example.com/",
        "https://exa mple.com/",
        "//x",
        "https://例子.cn/\r\nX: 1",
    ],
)
def test_only_a_plain_address_is_one(url):
    with pytest.raises(ChannelError):
        post.refuse_strange(url)
