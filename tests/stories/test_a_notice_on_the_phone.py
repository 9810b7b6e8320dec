"""A notice that comes while no page is open: the phone shows it, and a tap leads to what it is about."""

import pytest
from django.conf import settings

from notifications.models import PushSubscription
from people.permissions import Role
from tests import make
from tests.gateways import Browser
from tests.stories.browser import PHONE, chromium, sign_in, signed_in

pytestmark = pytest.mark.browser
# As if the push service had brought it; the browser's own cannot be reached here.
ARRIVES = """async () => {
  const note = {title: "一厂", text: "2号冲压机冒烟", url: "/m/hazards/", urgent: true, tag: "k1"};
  dispatchEvent(new PushEvent("push", {data: JSON.stringify(note)}));
  dispatchEvent(new PushEvent("push", {data: JSON.stringify(note)}));
  await new Promise((done) => setTimeout(done, 500));
  return (await registration.getNotifications()).map((each) => [each.title, each.body, each.requireInteraction]);
}"""
PUSH = "https://push.example/"
# Chromium asks its own push service, which is not there: what would come from it is handed in. The listener's promise
# ends when the server has answered.
CHANGES = """async ([old, endpoint, keys]) => {
  const made = {endpoint, toJSON: () => ({endpoint, keys}), unsubscribe: async () => true};
  const event = new ExtendableEvent("pushsubscriptionchange"), waits = [];
  Object.assign(event, {oldSubscription: {endpoint: old}, newSubscription: made});
  event.waitUntil = (promise) => waits.push(promise);
  dispatchEvent(event);
  await Promise.all(waits);
}"""
CONTROLLED = """async () => {
  while (!navigator.serviceWorker.controller) await new Promise((done) => setTimeout(done, 100));
}"""
TAPPED = """async () => {
  const [notification] = await registration.getNotifications();
  dispatchEvent(new NotificationEvent("notificationclick", {notification}));
}"""


def test_it_is_shown_once_and_a_tap_opens_what_it_is_about(fresh_factory, site):
    worker = make.person(Role.WORKER)
    with chromium() as browser:
        page = signed_in(browser, site, worker.phone, {**PHONE, "permissions": ["notifications"]})
        page.goto("/m/me/")
        page.evaluate(CONTROLLED)
        page.locator("#push [data-when=off]").first.wait_for()
        (phone,) = page.context.service_workers
        assert phone.evaluate(ARRIVES) == [["一厂", "2号冲压机冒烟", True]]
        phone.evaluate(TAPPED)
        page.wait_for_url("**/m/hazards/")
        assert not page.faults


def test_a_new_address_of_the_push_service_reaches_the_server_for_its_person_only(fresh_factory, site):
    worker, other = make.person(Role.WORKER), make.person(Role.WORKER)
    keys, facts = Browser().keys(), {"p256dh": "x", "auth": "x", "device": "手机"}
    worker.push_subscriptions.create(endpoint=f"{PUSH}old", **facts)
    with chromium() as browser:
        page = signed_in(browser, site, worker.phone, PHONE)
        page.goto("/m/me/")
        page.evaluate(CONTROLLED)
        (phone,) = page.context.service_workers
        phone.evaluate(CHANGES, [f"{PUSH}old", f"{PUSH}new", keys])
        page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
        phone.evaluate(CHANGES, [f"{PUSH}new", f"{PUSH}nobody", keys])
        sign_in(page, other.phone)
        phone.evaluate(CHANGES, [f"{PUSH}new", f"{PUSH}other", keys])
        assert not page.faults
    assert list(PushSubscription.objects.values_list("user", "endpoint")) == [(worker.pk, f"{PUSH}new")]


def test_a_browser_that_blocks_notices_says_where_to_allow_them(fresh_factory, site):
    worker = make.person(Role.WORKER)
    with chromium() as browser:
        page = signed_in(browser, site, worker.phone, PHONE)
        page.add_init_script("Object.defineProperty(Notification, 'permission', {value: 'denied'})")
        page.goto("/m/me/")
        page.locator("#push [data-when=denied]").wait_for()
        assert not page.locator("#push form[data-on] button").is_visible()
