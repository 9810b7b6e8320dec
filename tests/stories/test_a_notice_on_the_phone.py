"""A notice that comes while no page is open: the phone shows it, and a tap leads to what it is about."""

import pytest

from people.permissions import Role
from tests import make
from tests.stories.conftest import PHONE, chromium, signed_in

pytestmark = pytest.mark.browser
# As if the push service had brought it; the browser's own cannot be reached here.
ARRIVES = """async () => {
  const note = {title: "一厂", text: "2号冲压机冒烟", url: "/m/hazards/", urgent: true, tag: "k1"};
  dispatchEvent(new PushEvent("push", {data: JSON.stringify(note)}));
  dispatchEvent(new PushEvent("push", {data: JSON.stringify(note)}));
  await new Promise((done) => setTimeout(done, 500));
  return (await registration.getNotifications()).map((each) => [each.title, each.body, each.requireInteraction]);
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


def test_a_browser_that_blocks_notices_says_where_to_allow_them(fresh_factory, site):
    worker = make.person(Role.WORKER)
    with chromium() as browser:
        page = signed_in(browser, site, worker.phone, PHONE)
        page.add_init_script("Object.defineProperty(Notification, 'permission', {value: 'denied'})")
        page.goto("/m/me/")
        page.locator("#push [data-when=denied]").wait_for()
        assert not page.locator("#push form[data-on] button").is_visible()
