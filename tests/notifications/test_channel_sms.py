"""SMS: both gateways compute the signature anew; what their codes mean decides what happens next."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from notifications import sending
from notifications.models import Message
from tenants.models import Due
from tests import gateways
from tests.gateways import Reply

ID, KEY = "LTAI5tKey", "secret/of+the=gateway"
HOSTS = {"aliyun": "dysmsapi.aliyuncs.com", "tencent": "sms.tencentcloudapi.com"}
VENDORS = {"aliyun": gateways.aliyun, "tencent": gateways.tencent}
TEXTS = {"CODE_TEMPLATE": "SMS_1", "NOTICE_TEMPLATE": "SMS_2", "LINK_TEMPLATE": "SMS_3"}


@pytest.fixture(autouse=True)
def no_demo(settings):
    settings.DEMO = False
    gateways.forget_silence()


@pytest.fixture(params=sorted(VENDORS))
def provider(request):
    return request.param


@pytest.fixture
def gateway(provider, settings):
    with gateways.running(VENDORS[provider](ID, KEY)) as gateway:
        settings.GATEWAYS = {HOSTS[provider]: gateway.url}
        names = {"KEY_ID": ID, "KEY_SECRET": KEY, "SIGN_NAME": "安环 平台", "APP_ID": "1400006666"}
        settings.SMS = {"PROVIDER": provider, **names, **TEXTS}
        yield gateway


def _send(text: str = "紧急：2号冲压机冒烟", phone: str = "13800000004", key: str = "k1") -> Message:
    message = sending.queue(Message.Channel.SMS, phone, text, key=key)
    sending.send(message.pk)
    message.refresh_from_db()
    return message


def _variables(request) -> list[str]:
    if "TemplateParam" in request.query:
        return list(json.loads(request.query["TemplateParam"]).values())
    return request.json["TemplateParamSet"]


def _template(request) -> str:
    return request.query.get("TemplateCode") or request.json["TemplateId"]


def test_the_gateway_takes_it_and_gives_it_a_number(factory, gateway):
    message = _send()
    assert (message.status, message.reason) == (Message.Status.SENT, "")
    assert message.provider_id in ("9006195^0", "5000:1045710669")
    assert _template(gateway.taken[0]) == "SMS_2"


def test_a_code_a_notice_and_a_link_each_have_their_approved_text(factory, gateway):
    _send("你的登录验证码是 123456，5 分钟内有效。", key="code:1")
    _send("请你整改 https://demo.example.com/g/abc.def/", key="invitation:1")
    assert [(_template(each), _variables(each)) for each in gateway.taken] == [
        ("SMS_1", ["123456"]),
        ("SMS_3", ["请你整改", "g/abc.def/"]),
    ]


def test_emoji_and_whatever_no_text_carries_is_left_out_and_the_rest_cut(factory, gateway):
    message = _send("🔥【紧急】2号冲压机冒烟👷‍♂️，" + "停机" * 40)
    assert message.status == Message.Status.SENT
    (said,) = _variables(gateway.taken[0])
    assert said.startswith("紧急 2号冲压机冒烟")
    assert len(said) == 35


def test_a_bad_number_is_for_good(factory, gateway):
    message = _send(phone="12345")
    assert message.status == Message.Status.FAILED
    assert "isv.MOBILE" in message.reason or "IncorrectPhoneNumber" in message.reason


def test_wrong_keys_are_for_the_operator(factory, gateway, settings):
    settings.SMS = {**settings.SMS, "KEY_SECRET": "another"}
    message = _send()
    assert message.status == Message.Status.FAILED
    assert "Signature" in message.reason


@pytest.mark.parametrize("provider", ["aliyun"])
@pytest.mark.parametrize(
    ("code", "said", "stands", "wait"),
    [
        ("isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控Permits:1", "waiting", timedelta(minutes=1)),
        ("isv.BUSINESS_LIMIT_CONTROL", "触发小时级流控Permits:5", "waiting", timedelta(hours=1)),
        ("isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:10", "failed", None),
        ("isv.DAY_LIMIT_CONTROL", "", "failed", None),
        ("isv.AMOUNT_NOT_ENOUGH", "", "failed", None),
        ("isv.SMS_SIGNATURE_ILLEGAL", "", "failed", None),
        ("Throttling.User", "", "waiting", timedelta(seconds=5)),
        ("isp.SYSTEM_ERROR", "", "waiting", timedelta(seconds=2)),
        ("isp.RAM_PERMISSION_DENY", "", "failed", None),
        ("isv.NEW_CODE", "", "waiting", timedelta(seconds=2)),
    ],
)
def test_each_limit_has_its_own_patience(factory, gateway, code, said, stands, wait):
    gateway.force(Reply({"Code": code, "Message": said}))
    message = _send()
    assert message.status == stands
    assert code in message.reason
    if wait:
        due_at = Due.objects.get(key=f"message:{message.pk}").due_at
        assert abs(due_at - timezone.now() - wait) < timedelta(seconds=2)


@pytest.mark.parametrize(
    "body", [{"Response": []}, {"Response": {"SendStatusSet": [1]}}, {"Code": []}, [], b"<html>", b"["]
)
def test_an_answer_that_makes_no_sense_is_tried_again(factory, gateway, body):
    gateway.force(Reply(body))
    assert _send().status == Message.Status.WAITING


def test_while_a_gateway_does_not_answer_other_texts_wait_without_asking_it(factory, gateway):
    gateway.seconds = 6
    assert _send().attempts == 1
    second = _send(key="k2")
    assert (second.status, second.attempts) == (Message.Status.WAITING, 0)
    assert len(gateway.requests) == 1


def test_without_a_gateway_it_says_so(factory, settings):
    settings.SMS = {**settings.SMS, "PROVIDER": ""}
    message = _send()
    assert message.status == Message.Status.FAILED
    assert message.reason
