"""Notices on a phone: each person switches them on and off for each browser, and sees which ones there are."""

import pytest

from notifications import sending
from notifications.models import Message, PushSubscription
from people.permissions import Role
from tests import make
from tests.gateways import Browser

PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"
ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"


@pytest.fixture
def worker(browser):
    worker = make.person(Role.WORKER)
    browser.force_login(worker)
    return worker


def _on(browser, **more):
    return browser.post("/m/me/push/", {"endpoint": ENDPOINT, **Browser().keys()} | more, HTTP_USER_AGENT=PHONE)


def test_switched_on_it_stands_on_the_own_page_and_can_be_switched_off(browser, worker):
    assert _on(browser).status_code == 302
    page = browser.get("/m/me/").content.decode()
    assert "Chrome · Android" in page
    assert browser.post("/m/me/push/off/", {"endpoint": ENDPOINT}).status_code == 302
    assert not PushSubscription.objects.exists()


def test_nobody_switches_off_the_phone_of_somebody_else(browser, worker):
    _on(browser)
    browser.force_login(make.person(Role.WORKER))
    browser.post("/m/me/push/off/", {"endpoint": ENDPOINT})
    assert worker.push_subscriptions.count() == 1


@pytest.mark.parametrize(
    "bad",
    [
        {"endpoint": ""},
        {"endpoint": "http://10.0.0.1/"},
        {"p256dh": "x"},
        {"auth": ""},
        {"auth": "\0"},
        {"endpoint": "🔥"},
    ],
)
def test_without_a_browsers_answer_nothing_is_kept(browser, worker, bad):
    assert _on(browser, **bad).status_code == 422
    assert not PushSubscription.objects.exists()


def test_the_service_worker_shows_what_comes_and_opens_what_it_is_about(browser, factory):
    script = browser.get("/sw.js").content.decode()
    assert 'addEventListener("push"' in script
    assert 'addEventListener("notificationclick"' in script
    assert 'addEventListener("pushsubscriptionchange"' in script


NEW = "https://fcm.googleapis.com/fcm/send/new"


def _renew(browser, old: str = ENDPOINT, **more):
    said = {"old": old, "endpoint": NEW, **Browser().keys()} | more
    return browser.post("/m/me/push/renew/", said, HTTP_USER_AGENT=PHONE, HTTP_ACCEPT="application/json")


def test_another_address_from_the_push_service_takes_the_place_of_the_old_one(browser, worker):
    _on(browser)
    before = worker.push_subscriptions.get()
    sending.queue(Message.Channel.PUSH, "手机", "火警", key="k", subscription=before)
    assert _renew(browser).status_code == 200
    after = worker.push_subscriptions.get()
    assert (after.endpoint, Message.objects.get().subscription) == (NEW, after)
    assert after.p256dh != before.p256dh
    assert _renew(browser, NEW).status_code == 200
    assert worker.push_subscriptions.count() == 1


def test_a_browser_of_somebody_else_does_not_change_its_person(browser, worker):
    _on(browser)
    other = make.person(Role.WORKER)
    browser.force_login(other)
    assert _renew(browser, user=other.pk).status_code == 403
    assert list(PushSubscription.objects.values_list("user", "endpoint")) == [(worker.pk, ENDPOINT)]


def test_what_is_gone_already_comes_back_only_for_who_had_switched_it_on(browser, worker):
    assert _renew(browser).status_code == 403
    assert _renew(browser, user=make.person(Role.WORKER).pk).status_code == 403
    assert not PushSubscription.objects.exists()
    assert _renew(browser, user=worker.pk).status_code == 200
    assert worker.push_subscriptions.get().device == "Chrome · Android"


def test_without_signing_in_nothing_is_renewed(browser, worker):
    _on(browser)
    browser.logout()
    assert _renew(browser).status_code == 401
    assert _renew(browser, user=worker.pk).status_code == 401
    assert worker.push_subscriptions.get().endpoint == ENDPOINT


@pytest.mark.parametrize("bad", [{"endpoint": "http://10.0.0.1/"}, {"p256dh": "x"}, {"old": "\0🔥", "user": "x"}])
def test_a_useless_address_changes_nothing(browser, worker, bad):
    _on(browser)
    assert _renew(browser, **bad).status_code in (403, 422)
    assert worker.push_subscriptions.get().endpoint == ENDPOINT
