"""The page about where notices go: kept by safety officer and administrator, keys never shown again, results in plain words."""

import pytest

from core.models import Event
from core.secrets import end_of, seal, unseal
from notifications import sending
from notifications.models import Message, Robot
from people.permissions import Role
from tests import gateways, make
from tests.gateways import DINGTALK, SECRET, Reply

DESK = "/desk/channels/"
HOST = "oapi.dingtalk.com"
FACTS = {"kind": "dingtalk", "name": "安全群", "address": DINGTALK, "secret": SECRET}


@pytest.fixture
def gateway(settings):
    settings.DEMO = False
    with gateways.running(gateways.dingtalk()) as gateway:
        settings.GATEWAYS = {HOST: gateway.url}
        yield gateway


@pytest.fixture
def officer(browser):
    officer = make.person(Role.SAFETY_OFFICER)
    browser.force_login(officer)
    return officer


def _added(browser) -> Robot:
    assert browser.post(DESK, FACTS).status_code == 302
    return Robot.objects.get()


def test_a_robot_is_added_and_its_key_is_never_shown_again(browser, officer):
    robot = _added(browser)
    assert (unseal(robot.address), unseal(robot.secret)) == (DINGTALK, SECRET)
    assert DINGTALK not in robot.address
    for path in (DESK, f"{DESK}{robot.pk}/"):
        page = browser.get(path).content.decode()
        assert "安全群" in page
        assert DINGTALK not in page
        assert SECRET not in page
        assert DINGTALK[-4:] in page
    assert not [event for event in Event.objects.all() if SECRET in str(event.data) or DINGTALK in str(event.data)]


def test_changing_the_name_leaves_the_key_as_it_is(browser, officer):
    robot = _added(browser)
    workshop = make.department()
    assert browser.post(f"{DESK}{robot.pk}/", {"name": "冲压群", "department": workshop.pk}).status_code == 302
    robot.refresh_from_db()
    assert (robot.name, robot.department, unseal(robot.address)) == ("冲压群", workshop, DINGTALK)
    assert browser.post(f"{DESK}{robot.pk}/", {"name": "冲压群", "secret": "SECnew"}).status_code == 302
    robot.refresh_from_db()
    assert unseal(robot.secret) == "SECnew"


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/"),
        ("feishu", "https://open.feishu.cn/open-apis/bot/hook/1f2e3d4c"),
        ("dingtalk", "https://evil.example.com/robot/send?access_token=1"),
        ("dingtalk", "http://oapi.dingtalk.com/robot/send?access_token=1"),
        ("dingtalk", "https://oapi.dingtalk.com@evil.example.com/?access_token=1"),
        ("dingtalk", "https://oapi.dingtalk.com:8443/robot/send?access_token=1"),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send"),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="),
        ("feishu", "https://open.feishu.cn.evil.com/open-apis/bot/v2/hook/1"),
        ("webhook", "https://127.0.0.1/"),
        ("webhook", "https://169.254.169.254/latest/meta-data/"),
        ("webhook", "https://localhost/"),
        ("webhook", "https://[::1]/"),
        ("webhook", "file:///etc/passwd"),
        ("webhook", "https://nowhere.invalid/"),
        ("webhook", "🔥"),
    ],
)
def test_an_address_that_leads_elsewhere_is_refused_and_what_was_typed_stays(browser, officer, kind, address):
    answer = browser.post(DESK, FACTS | {"kind": kind, "address": address, "name": "我的群"})
    assert answer.status_code == 422
    assert "我的群" in answer.content.decode()
    assert not Robot.objects.exists()


def test_a_webhook_needs_a_secret(browser, officer):
    answer = browser.post(DESK, {"kind": "webhook", "name": "MES", "address": "https://93.184.216.34/in"})
    assert answer.status_code == 422
    assert (
        browser.post(
            DESK, {"kind": "webhook", "name": "MES", "address": "https://93.184.216.34/in", "secret": "x"}
        ).status_code
        == 302
    )


def test_the_test_button_says_at_once_what_the_gateway_said(browser, officer, gateway):
    robot = _added(browser)
    page = browser.post(f"{DESK}{robot.pk}/test/", follow=True).content.decode()
    assert make.in_language("zh-hans", "%(name)s took the test. Look into the chat group.", name="安全群") in page
    assert officer.name in gateway.taken[0].json["text"]["content"]
    gateway.force(Reply({"errcode": 300005, "errmsg": "token is not exist"}))
    page = browser.post(f"{DESK}{robot.pk}/test/", follow=True).content.decode()
    assert "300005" in page
    robot.refresh_from_db()
    assert robot.last_error


def test_a_test_is_tried_once(browser, officer, gateway, work_off):
    robot = _added(browser)
    gateway.force(Reply("", 502))
    browser.post(f"{DESK}{robot.pk}/test/")
    work_off()
    assert Message.objects.get().status == Message.Status.FAILED
    assert len(gateway.requests) == 1


def test_what_failed_stands_there_with_its_reason_and_goes_out_once_more(browser, officer, gateway, work_off):
    robot = _added(browser)
    gateway.force(Reply({"errcode": 300005, "errmsg": "token is not exist"}))
    message = sending.queue("dingtalk", robot.name, "2号冲压机冒烟", key="k", robot=robot)
    work_off()
    page = browser.get(DESK).content.decode()
    assert "300005" in page
    assert "2号冲压机冒烟" in page
    assert browser.post(f"{DESK}messages/{message.pk}/again/").status_code == 302
    assert browser.post(f"{DESK}messages/{message.pk}/again/").status_code == 409
    work_off()
    message.refresh_from_db()
    assert message.status == Message.Status.SENT


def test_switched_off_it_gets_nothing_and_cannot_be_tried(browser, officer, gateway, work_off):
    robot = _added(browser)
    message = sending.queue("dingtalk", robot.name, "冒烟", key="k", robot=robot)
    assert browser.post(f"{DESK}{robot.pk}/switch/", {"on": "0"}).status_code == 302
    work_off()
    message.refresh_from_db()
    assert message.status == Message.Status.STOPPED
    assert browser.post(f"{DESK}{robot.pk}/test/").status_code == 422
    assert browser.post(f"{DESK}{robot.pk}/switch/", {"on": "0"}).status_code == 409
    assert browser.post(f"{DESK}{robot.pk}/switch/", {"on": "1"}).status_code == 302
    assert not gateway.requests


@pytest.mark.parametrize("role", [Role.WORKER, Role.TEAM_LEADER, Role.LEADER, Role.INSPECTOR])
def test_nobody_else_opens_or_changes_it(browser, role):
    robot = Robot.objects.create(kind="dingtalk", name="群", address=seal(DINGTALK), secret=seal(SECRET))
    browser.force_login(make.person(role))
    assert browser.get(DESK).status_code == 403
    for path in ("", f"{robot.pk}/", f"{robot.pk}/test/", f"{robot.pk}/switch/"):
        assert browser.post(f"{DESK}{path}", FACTS).status_code == 403
    assert Robot.objects.count() == 1


def test_a_new_secret_key_reads_what_the_old_one_sealed_and_a_lost_one_is_told(factory, settings):
    sealed, old = seal(DINGTALK), settings.SECRET_KEY
    settings.SECRET_KEY = "another" * 10
    assert end_of(sealed) == "?"
    robot = Robot.objects.create(kind="dingtalk", name="群", address=sealed)
    settings.DEMO = False
    message = sending.queue("dingtalk", "群", "冒烟", key="k", robot=robot)
    sending.send(message.pk)
    message.refresh_from_db()
    assert message.status == Message.Status.FAILED
    assert "SECRET_KEY" in message.reason
    settings.SECRET_KEY_FALLBACKS = [old]
    assert unseal(sealed) == DINGTALK
