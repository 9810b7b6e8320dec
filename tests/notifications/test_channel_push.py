"""Web Push: only the one browser can read it, the push service can tell who sends it, and what has expired is removed."""

import base64
from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone

from core.errors import DomainError
from notifications import sending
from notifications.channels import push
from notifications.models import Message, PushSubscription
from notifications.subscriptions import MOST, subscribe, unsubscribe
from people.permissions import Role
from tenants.models import Due
from tests import gateways, make
from tests.gateways import Browser, Reply, unpacked


@pytest.fixture(autouse=True)
def no_demo(settings):
    settings.DEMO = False
    gateways.forget_silence()


@pytest.fixture
def service(settings):
    settings.PRIVATE_ADDRESSES = True
    with gateways.running(gateways.push_service()) as service:
        yield service


@pytest.fixture
def person(factory):
    return make.person(Role.SAFETY_OFFICER)


def _subscribed(person, service, browser: Browser, path: str = "/p/1") -> PushSubscription:
    return subscribe(person, endpoint=f"{service.url}{path}", device="Chrome · Android", **browser.keys())


def _send(subscription: PushSubscription, text: str = "🔥冒烟") -> Message:
    message = sending.queue(
        "push", "Chrome", text, key=f"k{subscription.pk}", subscription=subscription, url="/go/x/1/", is_urgent=True
    )
    sending.send(message.pk)
    message.refresh_from_db()
    return message


def test_the_rfcs_own_example_comes_out_byte_for_byte():
    """RFC 8291, appendix A."""
    ours = ec.derive_private_key(
        int.from_bytes(unpacked("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), ec.SECP256R1()
    )
    theirs = unpacked("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")
    sealed = push.encrypt(
        b"When I grow up, I want to be a watermelon",
        theirs,
        unpacked("BTBZMqHH6r4Tts7J_aSIgg"),
        salt=unpacked("DGv6ra1nlYgDCS1FRnbzlw"),
        ours=ours,
    )
    assert base64.urlsafe_b64encode(sealed).rstrip(b"=").decode() == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_browser_reads_it_and_nobody_else(person, service):
    browser = Browser()
    message = _send(_subscribed(person, service, browser))
    assert (message.status, message.reason) == (Message.Status.SENT, "")
    request = service.taken[0]
    shown = browser.read(request.body)
    notice = {"title": "一厂", "text": "🔥冒烟", "url": "/go/x/1/", "urgent": True}
    assert shown == notice | {"tag": message.key, "unread": 0, "receipt": shown["receipt"]}
    assert request.headers["urgency"] == "high"
    with pytest.raises(InvalidTag):
        Browser().read(request.body)


def test_a_message_of_a_megabyte_is_cut_to_what_a_push_carries(person, service):
    browser = Browser()
    assert _send(_subscribed(person, service, browser), "火" * 350_000).status == Message.Status.SENT
    assert browser.read(service.taken[0].body)["text"].endswith("火…")


@pytest.mark.parametrize("status", [404, 410])
def test_an_expired_subscription_is_removed_and_the_message_says_why(person, service, status):
    subscription = _subscribed(person, service, Browser())
    service.force(Reply("", status))
    message = _send(subscription)
    assert message.status == Message.Status.FAILED
    assert message.reason
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    ("status", "stands", "wait"), [(413, "failed", 0), (403, "failed", 0), (429, "waiting", 60), (503, "waiting", 60)]
)
def test_what_the_push_service_says_decides(person, service, status, stands, wait):
    subscription = _subscribed(person, service, Browser())
    service.force(Reply("", status, {"Retry-After": "60"}))
    message = _send(subscription)
    assert message.status == stands
    subscription.refresh_from_db()
    assert subscription.last_error == message.reason
    if wait:
        due_at = Due.objects.get(key=f"message:{message.pk}").due_at
        assert abs(due_at - timezone.now() - timedelta(seconds=wait)) < timedelta(seconds=2)


def test_another_key_is_refused_by_the_push_service(person, service, settings):
    subscription = _subscribed(person, service, Browser())
    settings.VAPID_CONTACT = "nobody"
    assert _send(subscription).status == Message.Status.FAILED


def test_a_browser_belongs_to_who_switched_it_on_last(person, service):
    other = make.person(Role.WORKER)
    first = _subscribed(person, service, Browser())
    again = _subscribed(other, service, Browser())
    assert first.pk == again.pk
    assert again.user == other
    unsubscribe(person, endpoint=again.endpoint)
    assert other.push_subscriptions.exists()
    unsubscribe(other, endpoint=again.endpoint)
    assert not other.push_subscriptions.exists()


def test_of_too_many_browsers_the_oldest_goes(person, service):
    for number in range(MOST + 2):
        _subscribed(person, service, Browser(), f"/p/{number}")
    assert person.push_subscriptions.count() == MOST
    assert not person.push_subscriptions.filter(endpoint__endswith="/p/0").exists()


@pytest.mark.parametrize(
    "bad",
    [
        {"endpoint": "http://10.0.0.1/p"},
        {"endpoint": "javascript:alert(1)"},
        {"p256dh": "AAAA"},
        {"p256dh": "!!!"},
        {"auth": "AAAA"},
        {"auth": "é"},
    ],
)
def test_what_no_browser_would_send_is_refused(person, settings, bad):
    settings.PRIVATE_ADDRESSES = False
    facts = {"endpoint": "https://push.example.com/p", **Browser().keys(), "device": "x"} | bad
    with pytest.raises(DomainError):
        subscribe(person, **facts)
