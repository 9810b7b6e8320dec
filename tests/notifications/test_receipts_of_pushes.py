"""A phone says by itself that it has shown a push: by a token that came with it, without anybody signed in."""

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from notifications import sending
from notifications.channels import ChannelError
from notifications.models import Message
from notifications.receipts import note_shown
from notifications.subscriptions import subscribe
from people.permissions import Role
from tenants.current import current_schema, in_factory
from tenants.provisioning import host_of
from tests import gateways, make
from tests.gateways import Browser, Reply

ADDRESS = "/push/shown/"


@pytest.fixture(autouse=True)
def no_demo(settings):
    settings.DEMO, settings.PRIVATE_ADDRESSES = False, True
    gateways.forget_silence()


@pytest.fixture
def service():
    with gateways.running(gateways.push_service()) as service:
        yield service


@pytest.fixture
def phone():
    return Browser()


@pytest.fixture
def waiting(factory, service, phone):
    person = make.person(Role.SAFETY_OFFICER)
    browser = subscribe(person, endpoint=f"{service.url}/p/1", device="Chrome", **phone.keys())
    return sending.queue("push", "Chrome", "冒烟", key="k", subscription=browser, person=person, is_urgent=True)


def _send(message: Message) -> Message:
    sending.send(message.pk)
    message.refresh_from_db()
    return message


def _token(service, phone) -> str:
    return phone.read(service.requests[-1].body)["receipt"]


def _confirm(client: Client, token: str) -> Message:
    answer = client.post(ADDRESS, {"receipt": token})
    assert (answer.status_code, answer.content) == (204, b""), "it tells nothing"
    return Message.objects.get()


def test_what_was_shown_is_delivered_once(browser, service, phone, waiting):
    assert _send(waiting).status == Message.Status.SENT
    shown = _confirm(browser, _token(service, phone))
    assert shown.status == Message.Status.DELIVERED and shown.delivered_at >= shown.sent_at
    assert _confirm(browser, _token(service, phone)).delivered_at == shown.delivered_at


def test_it_asks_for_no_session_and_for_no_form_of_ours(service, phone, waiting):
    _send(waiting)
    stranger = Client(enforce_csrf_checks=True, HTTP_HOST=host_of("one"))
    assert _confirm(stranger, _token(service, phone)).status == Message.Status.DELIVERED
    assert stranger.get(ADDRESS).status_code == 405


@pytest.mark.parametrize("forged", ["", "1", "1:x", "{token}x", "9{token}", "\x00", "x" * 5000])
def test_a_forged_one_changes_nothing_and_is_told_nothing(browser, service, phone, waiting, forged):
    _send(waiting)
    token = forged.replace("{token}", _token(service, phone))
    assert _confirm(browser, token).status == Message.Status.SENT


def test_a_token_of_another_factory_counts_nothing_here(browser, service, phone, waiting, other_factory):
    _send(waiting)
    with in_factory(other_factory):
        foreign = signing.Signer(salt=f"push.receipt:{current_schema()}").sign(waiting.pk)
    assert _confirm(browser, foreign).status == Message.Status.SENT


def test_a_token_of_something_else_counts_nothing(browser, service, phone, waiting):
    _send(waiting)
    text = sending.queue("sms", "13800000004", "冒烟", key="text")
    for salt in ("", "alert", f"alert:{current_schema()}"):
        browser.post(ADDRESS, {"receipt": signing.Signer(salt=salt or None).sign(waiting.pk)})
    browser.post(ADDRESS, {"receipt": signing.Signer(salt=f"push.receipt:{current_schema()}").sign(text.pk)})
    assert set(Message.objects.values_list("status", flat=True)) == {"sent", "waiting"}


def test_shown_before_the_answer_of_its_service_was_heard_it_is_not_sent_again(browser, service, phone, waiting):
    service.force(Reply("", 503))
    assert _send(waiting).status == Message.Status.WAITING
    assert _confirm(browser, _token(service, phone)).status == Message.Status.DELIVERED
    assert _send(waiting).attempts == 1


def test_a_worker_that_hears_the_answer_after_the_phone_has_spoken_leads_nothing_back(service, phone, waiting):
    """Its try began before, and ends after the confirmation."""
    begun = sending._claimed(waiting.pk)
    begun.refresh_from_db()
    _send(waiting)
    note_shown(_token(service, phone))
    sending._note_success(begun, "m/1")
    sending._note_failure(begun, ChannelError("zu spät"))
    waiting.refresh_from_db()
    assert waiting.status == Message.Status.DELIVERED


def test_late_it_changes_nothing_that_has_failed(browser, service, phone, waiting):
    service.force(Reply("", 410))
    assert _send(waiting).status == Message.Status.FAILED
    failed = _confirm(browser, _token(service, phone))
    assert (failed.status, failed.delivered_at) == (Message.Status.FAILED, None)


def test_its_address_is_the_one_that_the_phone_knows(browser):
    assert reverse("push_shown") == ADDRESS
    assert f'"{ADDRESS}"' in browser.get("/sw.js").content.decode()
