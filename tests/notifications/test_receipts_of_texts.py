"""After a text was handed over its gateway is asked what became of it: late, in vain, never; and what follows from it."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from alerts.actions import acknowledge_alert, raise_alert
from core.models import Event
from notifications import receipts, sending
from notifications.actions import deliver
from notifications.deliveries import of_alert
from notifications.models import Message, Notification
from people.models import User
from people.permissions import Role
from tenants import due
from tenants.models import Due
from tests import gateways, make
from tests.gateways import Reply
from tests.gateways.sms import Operator

ID, KEY, PHONE = "LTAI5tKey", "secret/of+the=gateway", "13911110004"
HOSTS = {"aliyun": "dysmsapi.aliyuncs.com", "tencent": "sms.tencentcloudapi.com"}
VENDORS = {"aliyun": gateways.aliyun, "tencent": gateways.tencent}
UNREACHED = {"aliyun": "MOBILE_NOT_ON_SERVICE", "tencent": "UNDELIV"}


@pytest.fixture(autouse=True)
def no_demo(settings):
    settings.DEMO = False
    gateways.forget_silence()


@pytest.fixture(params=sorted(VENDORS))
def provider(request):
    return request.param


@pytest.fixture
def operator():
    return Operator()


@pytest.fixture
def gateway(provider, operator, settings):
    with gateways.running(VENDORS[provider](ID, KEY, operator)) as gateway:
        settings.GATEWAYS = {HOSTS[provider]: gateway.url}
        names = {"KEY_ID": ID, "KEY_SECRET": KEY, "SIGN_NAME": "安环", "APP_ID": "1400006666"}
        texts = {"CODE_TEMPLATE": "SMS_1", "NOTICE_TEMPLATE": "SMS_2", "LINK_TEMPLATE": "SMS_3"}
        settings.SMS = {"PROVIDER": provider, **names, **texts}
        yield gateway


def _sent(key: str = "k1", **columns) -> Message:
    message = sending.queue(Message.Channel.SMS, PHONE, "紧急：2号冲压机冒烟", key=key, **columns)
    sending.send(message.pk)
    message.refresh_from_db()
    return message


def _question(message: Message) -> Due | None:
    return Due.objects.filter(key=f"receipt:{message.pk}", dead_at=None).first()


def _ask(message: Message) -> Message:
    """The clock moves on to the next question, and a worker asks it."""
    question = _question(message)
    assert question, "nobody is going to ask"
    with time_machine.travel(question.due_at + timedelta(seconds=1), tick=True):
        while due.run_one():
            pass
    message.refresh_from_db()
    return message


def test_it_is_asked_for_at_growing_distances_and_then_never_again(factory, gateway):
    message = _sent()
    asked_at = []
    while question := _question(message):
        asked_at.append(round((question.due_at - message.sent_at).total_seconds() / 60))
        _ask(message)
    assert asked_at == [1, 5, 30, 120, 720]
    assert message.status == Message.Status.SENT
    assert "没有" in message.reason


def test_a_receipt_says_when_it_arrived(factory, gateway, operator):
    message = _sent()
    _ask(message)
    assert (message.status, message.delivered_at) == (Message.Status.SENT, None)
    operator.said[PHONE] = message.sent_at + timedelta(seconds=7)
    _ask(message)
    assert message.status == Message.Status.DELIVERED
    assert timedelta(seconds=6) <= message.delivered_at - message.sent_at <= timedelta(seconds=7)
    assert not _question(message)


def test_a_code_to_sign_in_is_not_asked_about(factory, gateway):
    message = _sent(key="code:1")
    assert not _question(message)


def test_what_the_operator_refused_is_failed_and_says_why(factory, gateway, operator, provider):
    message = _sent()
    operator.said[PHONE] = UNREACHED[provider]
    _ask(message)
    assert message.status == Message.Status.FAILED
    assert UNREACHED[provider] in message.reason and "关机" in message.reason


def test_an_unknown_code_is_shown_as_it_came(factory, gateway, operator):
    message = _sent()
    operator.said[PHONE] = "MK:0012"
    _ask(message)
    assert message.status == Message.Status.FAILED and "MK:0012" in message.reason


def test_late_and_again_never_leads_back(factory, gateway, operator, provider):
    message = _sent()
    operator.said[PHONE] = UNREACHED[provider]
    _ask(message)
    operator.said[PHONE] = timezone.now()
    for step in (0, 4):
        receipts.ask(message.pk, step)
    message.refresh_from_db()
    assert (message.status, message.delivered_at) == (Message.Status.FAILED, None)


def test_a_question_that_is_refused_is_asked_again_later(factory, gateway, operator, provider):
    message = _sent()
    gateway.force(Reply({"Code": "Throttling", "Response": {"Error": {"Code": "RequestLimitExceeded"}}}))
    _ask(message)
    assert message.status == Message.Status.SENT and _question(message)
    operator.said[PHONE] = timezone.now()
    assert _ask(message).status == Message.Status.DELIVERED


def test_an_account_that_may_not_ask_is_not_asked_for_again(factory, gateway, provider):
    message = _sent()
    denied = {"aliyun": "isp.RAM_PERMISSION_DENY", "tencent": "UnauthorizedOperation.RequestPermissionDeny"}[provider]
    gateway.force(Reply({"Code": denied, "Response": {"Error": {"Code": denied}}}))
    _ask(message)
    assert message.status == Message.Status.SENT and denied in message.reason
    assert not _question(message)


@pytest.mark.parametrize(
    "body",
    [
        {"Response": []},
        {"Response": {"PullSmsSendStatusSet": [1]}, "Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": [1]}},
        {"Response": {"PullSmsSendStatusSet": [{"SerialNo": "5000:1045710669", "ReportStatus": 7}]}, "Code": "OK"},
        b"<html>",
    ],
)
def test_an_answer_that_makes_no_sense_is_no_receipt(factory, gateway, body):
    message = _sent()
    gateway.force(Reply(body))
    _ask(message)
    assert message.status == Message.Status.SENT and _question(message)


@pytest.mark.parametrize("provider", ["aliyun"])
def test_a_gateway_that_hangs_at_questions_holds_up_no_text(factory, gateway):
    message = _sent()
    gateway.seconds = 6
    _ask(message)
    gateway.seconds = 0
    asked = len(gateway.requests)
    receipts.ask(message.pk, 1)
    assert len(gateway.requests) == asked, "it is left alone for a while"
    assert _sent(key="k2").status == Message.Status.SENT


def test_of_a_killed_worker_the_question_is_asked_again(factory, gateway, operator):
    message = _sent()
    operator.said[PHONE] = message.sent_at + timedelta(seconds=7)
    question = _question(message)
    assert question
    now = timezone.now()
    Due.objects.filter(pk=question.pk).update(due_at=now + sending.LEASE)  # a worker took it on lease and died
    with time_machine.travel(now + sending.LEASE + timedelta(seconds=1), tick=True):
        while due.run_one():
            pass
    message.refresh_from_db()
    assert message.status == Message.Status.DELIVERED


# What follows


@pytest.fixture
def officer(factory):
    person = make.person(Role.SAFETY_OFFICER, name="周敏")
    User.objects.filter(pk=person.pk).update(phone=PHONE, email="zhou@example.com")
    person.refresh_from_db()
    return person


def _called(officer) -> tuple:
    alert = raise_alert(make.area(), "光幕失灵", by=make.person(Role.WORKER))
    deliver(Event.objects.get(name="alert.raised"))
    Message.objects.filter(channel="email").delete()  # as though the rule had named SMS only
    message = Message.objects.get(channel="sms")
    sending.send(message.pk)
    message.refresh_from_db()
    return alert, message


def _run_due() -> None:
    while due.run_one():
        pass


@pytest.mark.parametrize("how", ["receipt", "at once"])
def test_an_urgent_text_that_did_not_arrive_goes_by_another_way(officer, gateway, operator, provider, how):
    if how == "at once":
        refused = {"aliyun": "isv.CUSTOMER_REFUSED", "tencent": "FailedOperation.PhoneNumberInBlacklist"}[provider]
        gateway.force(Reply({"Code": refused, "Response": {"SendStatusSet": [{"Code": refused}]}}))
    _alert, message = _called(officer)
    if how == "receipt":
        operator.said[PHONE] = UNREACHED[provider]
        _ask(message)
    _run_due()
    letter = Message.objects.get(channel="email")
    assert letter.address == "zhou@example.com" and letter.url.startswith("/a/")
    receipts.ask(message.pk, 1)
    _run_due()
    assert Message.objects.filter(channel="email").count() == 1


@pytest.mark.parametrize("knows", ["opened", "taken"])
def test_nobody_is_told_again_who_knows_already(officer, gateway, operator, provider, knows):
    alert, message = _called(officer)
    if knows == "opened":
        Notification.objects.update(opened_at=timezone.now())
    else:
        acknowledge_alert(alert, by=officer)
    operator.said[PHONE] = UNREACHED[provider]
    _ask(message)
    _run_due()
    assert not Message.objects.filter(channel="email", status__in=["waiting", "sent"]).exists()


def test_the_record_shows_each_state_with_its_time(officer, gateway, operator, browser):
    alert, message = _called(officer)
    operator.said[PHONE] = message.sent_at + timedelta(seconds=7)
    _ask(message)
    ((person,),) = ([*call.people] for call in of_alert(alert))
    text = next(way for way in person.ways if not way.is_page)
    assert text.queued <= text.sent < text.delivered and text.status == "delivered"
    browser.force_login(officer)
    page = browser.get(f"/desk/alerts/{alert.pk}/").content.decode()
    assert "已送达" in page
