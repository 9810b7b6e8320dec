"""Notices on a phone: each person switches them on and off for each browser, and sees which ones there are."""

import pytest

from notifications.models import PushSubscription
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
