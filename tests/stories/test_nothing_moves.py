"""What is drawn once stays where it is while the page comes to rest: a finger hits what it aims at."""

import pytest
from playwright.sync_api import expect

from alerts.actions import raise_alert
from hazards.models import Status
from people.permissions import Role
from tests import make
from tests.stories.browser import DESK, PHONE, chinese_font, chromium, signed_in

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
    with chromium(fonts=chinese_font()) as browser:
        page = signed_in(browser, site, person.phone, device)
        page.add_init_script(PLACES)
        for path in paths:
            page.goto(path)
            expect(page.locator("[data-sync] span, .d-top .link.ok").first).to_be_visible()
            page.wait_for_timeout(300)
            assert page.evaluate("moved()") == [], path
        assert page.faults == []


def test_a_press_hits_although_it_allows_sound(live, fresh_factory, tmp_path):
    make.policies()
    workshop = make.department()
    leader = make.person(Role.TEAM_LEADER, in_department=workshop)
    facts = {"title": "2 号冲压机：防护罩和光幕有问题", "is_urgent": True, "is_machine_stopped": True}
    hazard = make.hazard(Status.FIRST_REVIEW, area=make.area(workshop), **facts)
    site = live.url(fresh_factory).rstrip("/")
    with chromium(fonts=chinese_font()) as browser:
        page = signed_in(browser, site, leader.phone, DESK)
        page.add_init_script(PLACES)
        page.goto(f"/desk/hazards/{hazard.pk}/")
        expect(page.locator(".d-top .link.ok")).to_be_visible()
        button = page.get_by_role("button", name="通过", exact=True)
        button.hover()
        assert page.evaluate("moved()") == []
        page.mouse.down()
        page.wait_for_timeout(300)
        assert page.evaluate("moved()") == []
        page.mouse.up()
        expect(button).to_have_count(0)
        assert page.faults == []


def test_a_press_hits_although_an_alert_is_drawn_anew_under_it(live, fresh_factory, tmp_path):
    make.policies()
    officer, hazard = make.person(Role.SAFETY_OFFICER), make.hazard()
    raise_alert(hazard, "光幕失灵", by=hazard.reporter, department_id=hazard.department_id)
    site = live.url(fresh_factory).rstrip("/")
    with chromium() as browser:
        page = signed_in(browser, site, officer.phone, DESK, at="/")
        page.get_by_role("button", name="我来处理").hover()
        page.mouse.down()
        with page.expect_response("**/alerts/"):
            page.evaluate("document.body.dispatchEvent(new CustomEvent('look:alerts'))")
        page.wait_for_timeout(200)
        page.mouse.up()
        expect(page.locator(".alert-x.taken")).to_be_visible()
        assert page.faults == []
