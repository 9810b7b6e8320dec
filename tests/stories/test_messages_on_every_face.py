"""Messages: the bell and the list are the same on a page that stayed open and on one opened from cold; a muted thread is quiet."""

import os

import pytest
from playwright.sync_api import expect

from hazards.actions import add_member, open_group
from hazards.models import Status
from people.models import User
from people.permissions import Role
from tests import make
from tests.stories import plant
from tests.stories.browser import DESK, PHONE, chinese_font, chromium, signed_in
from tests.stories.test_the_wall import report

pytestmark = pytest.mark.browser
NO_SERVER = """
  window.WebSocket = class { readyState = 3; constructor() { setTimeout(() => this.onclose({ code: 1006 })); } close() {} };
  dispatchEvent(new Event("offline"));
"""
COUNTS_BADGE = """
  window.badges = [];
  navigator.setAppBadge = (count) => { window.badges.push(count); return Promise.resolve(); };
  navigator.clearAppBadge = () => { window.badges.push(0); return Promise.resolve(); };
"""


def shoot(page, name: str) -> None:
    if "SHOTS" in os.environ:
        page.screenshot(path=f"{os.environ['SHOTS']}/{name}.png")


def bell(page):
    return page.locator(".bell:visible")


def messages(page) -> str:
    return page.locator(".notes-x").inner_text()


def test_what_stayed_open_and_what_is_opened_from_cold_show_the_same(live, fresh_factory, tmp_path):
    place = plant.build(tmp_path)
    site = live.url(fresh_factory).rstrip("/")
    with chromium(fonts=chinese_font()) as browser:
        desk = signed_in(browser, site, place.people[Role.SAFETY_OFFICER], DESK)
        phone = signed_in(browser, site, place.people[Role.SAFETY_OFFICER], PHONE)
        for page, path in ((desk, "/desk/feed/"), (phone, "/m/feed/")):
            page.add_init_script(COUNTS_BADGE)
            page.goto(path)
            expect(page.locator(".empty-x")).to_contain_text("还没有消息")
        worker = signed_in(browser, site, place.people[Role.WORKER], PHONE)
        report(worker, place, "光幕失灵")
        for page in (desk, phone):
            expect(page.locator(".notes-x li.urgent")).to_have_count(1)
            expect(page.locator(".notes-x li")).to_have_count(2)
            expect(bell(page)).to_contain_text("2")
            assert page.evaluate("window.badges.at(-1)") == 2
        shoot(desk, "feed-desk"), shoot(phone, "feed-phone")
        cold = signed_in(browser, site, place.people[Role.SAFETY_OFFICER], PHONE)
        cold.goto("/m/feed/")
        assert messages(cold) == messages(phone) == messages(desk)
        assert bell(cold).inner_text() == bell(phone).inner_text() == bell(desk).inner_text() == "2"
        cold.locator(".notes-x li").first.locator("a").click()
        cold.wait_for_url("**/hazards/**")
        for page in (desk, phone):
            expect(page.locator(".notes-x li.new")).to_have_count(0)
            expect(bell(page)).to_have_text("")
            assert page.evaluate("window.badges.at(-1)") == 0
        assert desk.faults == phone.faults == worker.faults == cold.faults == []


def test_a_muted_thread_is_quiet_until_somebody_is_called_by_name(live, fresh_factory, tmp_path):
    place = plant.build(tmp_path)
    site = live.url(fresh_factory).rstrip("/")
    fixer, officer_user = User.objects.get(name="陈志强"), User.objects.get(name="周敏")
    hazard = make.hazard(Status.RECTIFYING, owner=fixer, title="2 号冲压机配电箱漏电")
    add_member(open_group(hazard, by=officer_user), by=officer_user, user=User.objects.get(name="李卫东"))
    with chromium(fonts=chinese_font()) as browser:
        officer = signed_in(browser, site, place.people[Role.SAFETY_OFFICER], DESK)
        worker = signed_in(browser, site, place.people[Role.MAINTENANCE], PHONE)
        officer.goto(f"/desk/hazards/{hazard.pk}/group/")
        worker.goto("/m/feed/")
        worker.locator(".notes-x li", has_text="联合处理组").get_by_role("button", name="静音").click()
        expect(worker.locator(".notes-x")).to_contain_text("已静音")
        shoot(worker, "feed-muted")
        expect(officer.locator("#members li", has_text="陈志强").locator(".dot.here")).to_have_count(1, timeout=30_000)
        expect(officer.locator("#members li", has_text="李卫东").locator(".dot.here")).to_have_count(0)
        shoot(officer, "group-online")
        officer.fill("#compose textarea", "@陈志强 什么时候能停？")
        officer.get_by_role("button", name="发送").click()
        expect(worker.locator(".toast-x")).to_contain_text("什么时候能停")
        expect(worker.locator(".notes-x li.new")).to_contain_text(["什么时候能停"])
        worker.get_by_role("button", name="全部标为已读").click()
        expect(worker.locator(".notes-x li.new")).to_have_count(0)
        assert officer.faults == worker.faults == []


def test_each_face_says_whether_it_is_connected_in_the_readers_language(live, fresh_factory, tmp_path):
    place = plant.build(tmp_path)
    User.objects.update(language="en")
    site = live.url(fresh_factory).rstrip("/")
    with chromium(fonts=chinese_font()) as browser:
        desk = signed_in(browser, site, place.people[Role.SAFETY_OFFICER], DESK, "en-US", at="/")
        phone = signed_in(browser, site, place.people[Role.WORKER], PHONE, "en-US", at="/")
        link = "[data-link]:visible"
        expect(desk.locator(link)).to_have_text("Connected")
        expect(phone.locator(link)).to_have_count(0)
        desk.context.set_offline(True)
        expect(desk.locator(link)).to_have_text("Offline")
        # The phone has a network, and the server does not answer.
        phone.evaluate(NO_SERVER)
        expect(phone.locator(link)).to_have_text("Offline")
        shoot(phone, "phone-cut-off")
        desk.context.set_offline(False)
        expect(desk.locator(link)).to_have_text("Connected")


def test_a_line_that_died_without_a_word_is_noticed_and_taken_up_again(live, fresh_factory, tmp_path):
    place = plant.build(tmp_path)
    site, is_dead, heard = live.url(fresh_factory).rstrip("/"), [], []

    def between(page_side) -> None:
        server_side = page_side.connect_to_server()
        page_side.on_message(lambda text: None if is_dead else server_side.send(text))
        server_side.on_message(lambda text: None if is_dead else (heard.append(text), page_side.send(text)))

    with chromium(fonts=chinese_font()) as browser:
        desk = signed_in(browser, site, place.people[Role.SAFETY_OFFICER], DESK)
        desk.route_web_socket("**/ws/feed/", between)
        desk.clock.install()
        desk.goto("/desk/")
        link = desk.locator("[data-link]:visible")
        expect(link).to_have_text("已连接")
        desk.clock.run_for(26_000)
        while not any("alive" in text for text in heard):
            desk.wait_for_timeout(50)
        desk.clock.run_for(12_000)
        expect(link).to_have_text("已连接")
        is_dead.append(True)
        desk.clock.run_for(26_000)
        desk.clock.run_for(12_000)
        expect(link).to_have_text("离线")
        is_dead.clear()
        desk.clock.run_for(3000)
        expect(link).to_have_text("已连接")
        assert desk.faults == []
