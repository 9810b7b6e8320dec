"""What is drawn once stays where it is while the page comes to rest: a finger hits what it aims at."""

import pytest
from playwright.sync_api import expect

from people.permissions import Role
from tests import make
from tests.stories.conftest import DESK, PHONE, chinese_font, chromium, signed_in

pytestmark = pytest.mark.browser
PLACES = """
const places = () => [...document.querySelectorAll("main, a, button, summary, label")].filter((one) => one.checkVisibility())
  .map((one) => [one, one.getBoundingClientRect()]);
let first;
addEventListener("DOMContentLoaded", () => { first = new Map(places()); });
window.moved = () => places().filter(([one, { x, y }]) => first.has(one) && (first.get(one).x !== x || first.get(one).y !== y))
  .map(([one]) => one.innerText.trim().slice(0, 30));
"""


@pytest.mark.parametrize(
    ("role", "device", "paths"),
    [
        (Role.WORKER, PHONE, ["/m/", "/m/report/", "/m/hazards/", "/m/scan/", "/m/me/"]),
        (Role.SAFETY_OFFICER, DESK, ["/desk/", "/desk/hazards/", "/desk/checklists/"]),
    ],
)
def test_nothing_moves_while_the_page_connects(live, fresh_factory, tmp_path, role, device, paths):
    make.policies()
    workshop = make.department()
    make.area(workshop)
    person = make.person(role, in_department=workshop)
    site = live.url(fresh_factory).rstrip("/")
    with chromium(fonts=chinese_font(tmp_path)) as browser:
        page = signed_in(browser, site, person.phone, device)
        page.add_init_script(PLACES)
        for path in paths:
            page.goto(path)
            expect(page.locator("[data-sync] span, .d-top .link.ok").first).to_be_visible()
            page.wait_for_timeout(300)
            assert page.evaluate("moved()") == [], path
        assert page.faults == []
