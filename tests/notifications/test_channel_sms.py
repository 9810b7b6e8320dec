"""SMS: both gateways compute the signature anew; what their codes mean decides what happens next."""

import json
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.signing import b62_encode
from django.test import Client
from django.utils import timezone

from alerts import links
from alerts.actions import raise_alert
from alerts.models import Alert
from core.links import on_bare_host
from hazards.actions import invite_outsider
from hazards.actions.invitations import link_of, token_of
from hazards.models import Invitation, Status
from notifications import sending
from notifications.models import Message
from operators.actions import open_session
from people.models import User
from people.permissions import Role
from tenants import provisioning
from tenants.addresses import address_of
from tenants.models import Due
from tests import gateways, make
from tests.gateways import Reply
from tests.operator.conftest import account, at_bare_host

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
    _send("YH-1 派给你了 https://demo.example.com/go/hazards.hazard/1/", key="note:1")
    assert [(_template(each), _variables(each)) for each in gateway.taken] == [
        ("SMS_1", ["123456"]),
        ("SMS_3", ["请你整改", f"g/{b62_encode(factory.pk)}/abc.def"]),
        ("SMS_2", ["YH-1 派给你了"]),
    ]


def test_the_link_of_an_alert_and_of_a_company_fit_and_lead_to_the_factory(factory, gateway):
    officer = make.person(Role.SAFETY_OFFICER, name="周敏")
    alert = raise_alert(make.area(), "光幕失灵", by=make.person(Role.WORKER))
    company = invite_outsider(make.hazard(Status.RECTIFYING), by=officer, name="王工", company="供电公司")
    bare = Client(HTTP_HOST=settings.BASE_DOMAIN)
    for number, link in enumerate((address_of(factory) + links.path_of(alert, officer), link_of(company))):
        _send(f"紧急 {link}", key=f"k{number}")
        short = _variables(gateway.taken[-1])[1]
        answer = bare.get(f"/{short}")
        assert answer.status_code == 302
        assert answer.url == link
        phone = Client(HTTP_HOST=provisioning.host_of("one"))
        assert phone.get(urlsplit(link).path).status_code == 200


@pytest.mark.parametrize("kind", ["a", "g"])
def test_on_the_bare_host_nobody_tries_out_which_factories_there_are(factory, kind):
    alert = raise_alert(make.area(), "光幕失灵", by=make.person(Role.WORKER))
    token, code = links.token_of(alert, make.person(Role.SAFETY_OFFICER)), b62_encode(factory.pk)
    bare = Client(HTTP_HOST=settings.BASE_DOMAIN)
    for address in (
        f"{code}/1.x",
        f"{code}/{token[:-1]}",
        f"zzzzzzzz/{token}",
        f"{b62_encode(factory.pk + 1)}/{token}",
    ):
        assert bare.get(f"/{kind}/{address}").status_code == 404
    assert bare.get(f"/g/{code}/{token}").status_code == 404


def test_ids_of_a_big_factory_still_fit(factory):
    alert, person = Alert(pk=62**3 - 1), User(pk=62**3 - 1)
    assert len(on_bare_host(links.path_of(alert, person)[1:])) <= settings.SMS_VARIABLE_LENGTH
    assert len(on_bare_host(f"g/{token_of(Invitation(pk=99_999))}/")) <= settings.SMS_VARIABLE_LENGTH


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
        ("isv.MONTH_LIMIT_CONTROL", "", "failed", None),
        ("isv.SMS_CONTENT_ILLEGAL", "", "failed", None),
        ("isv.SIGN_STATE_ILLEGAL", "", "failed", None),
        ("isv.PRODUCT_UN_SUBSCRIPT", "", "failed", None),
        ("isp.GATEWAY_ERROR", "", "waiting", timedelta(seconds=2)),
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


def test_what_the_account_may_not_is_not_told_as_the_phones_fault(factory, gateway, provider):
    code = {"aliyun": "isv.DAY_LIMIT_CONTROL", "tencent": "LimitExceeded.AppDailyLimit"}[provider]
    gateway.force(Reply({"Code": code, "Response": {"SendStatusSet": [{"Code": code}]}}))
    message = _send()
    assert message.status == Message.Status.FAILED
    assert "控制台" in message.reason


@pytest.mark.parametrize("provider", ["tencent"])
@pytest.mark.parametrize(
    ("code", "stands", "said"),
    [
        ("UnauthorizedOperation.ServiceSuspendDueToArrears", "failed", "充"),
        ("UnauthorizedOperation.RequestIpNotInWhitelist", "failed", "控制台"),
        ("InvalidParameterValue.ProhibitedUseUrlInTemplateParameter", "failed", ""),
        ("LimitExceeded.PhoneNumberThirtySecondLimit", "waiting", ""),
        ("LimitExceeded.DeliveryFrequencyLimit", "waiting", ""),
        ("LimitExceeded.PhoneNumberDailyLimit", "failed", "今天"),
        ("InternalError.Timeout", "waiting", ""),
    ],
)
def test_tencents_own_codes(factory, gateway, code, stands, said):
    gateway.force(Reply({"Response": {"SendStatusSet": [{"Code": code}]}}))
    message = _send()
    assert message.status == stands
    assert code in message.reason
    assert said in message.reason


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


def test_what_the_gateway_takes_is_counted_with_its_price(factory, gateway, settings):
    """The console shows it by factory and month; what was refused costs nothing."""
    settings.SMS_PRICE = 45
    _send(key="k1")
    settings.SMS_PRICE = 50
    _send(key="k2")
    with gateways.running(VENDORS["aliyun"](ID, "another")) as other:
        settings.GATEWAYS = dict.fromkeys(HOSTS.values(), other.url)
        assert _send(key="k3").status != Message.Status.SENT
    console = at_bare_host()
    console.cookies["operator"] = open_session(account("anna").row)
    page = console.get("/operator/messages/").content.decode()
    assert factory.name in page and "¥0.10" in page and ">2<" in page
    assert ">2<" in console.get(f"/operator/factories/{factory.pk}/").content.decode()
    for odd in ({"month": "x"}, {"month": "1999-01", "page": "-1"}):
        assert console.get("/operator/messages/", odd).status_code == 200
