"""A page that lost the network shows afterwards what it missed: in order, and once."""

import pytest
from playwright.sync_api import expect

from people.permissions import Role
from tests.stories import plant
from tests.stories.browser import DESK, PHONE, chromium, signed_in

pytestmark = pytest.mark.browser


def report(worker, place, title: str) -> None:
    worker.goto("/m/report/")
    worker.set_input_files("input[type=file]", place.photos["before"])
    worker.evaluate("document.querySelectorAll('main form details').forEach((each) => { each.open = true; })")
    worker.select_option("select[name=equipment]", index=1)
    worker.select_option("select[name=category]", index=1)
    worker.fill("input[name=title]", title)
    worker.locator("label", has_text="会死人").click()
    worker.get_by_role("button", name="上报").last.click()
    expect(worker.get_by_text("交上去了，编号")).to_be_visible()


def test_two_alerts_while_the_officer_was_offline(live, fresh_factory, tmp_path):
    place = plant.build(tmp_path)
    site = live.url(fresh_factory).rstrip("/")
    with chromium() as browser:
        officer = signed_in(browser, site, place.people[Role.SAFETY_OFFICER], DESK, at="/")
        leader = signed_in(browser, site, place.people[Role.LEADER], DESK, at="/")
        worker = signed_in(browser, site, place.people[Role.WORKER], PHONE)
        expect(officer.locator("[data-link-word]:visible")).to_have_text("已连接")
        officer.context.set_offline(True)
        expect(officer.locator("[data-link-word]:visible")).to_have_text("离线")

        report(worker, place, "光幕失灵")
        report(worker, place, "急停失灵")
        expect(leader.locator(".alert-x:not(.taken)")).to_have_count(2)
        expect(officer.locator(".alert-x")).to_have_count(0)

        officer.context.set_offline(False)
        expect(officer.locator("[data-link-word]:visible")).to_have_text("已连接")
        expect(officer.locator(".alert-x:not(.taken)")).to_have_count(2)
        urgent = officer.locator(".toast-x.urgent")
        expect(urgent).to_have_count(2)
        assert ["光幕" in text for text in urgent.all_inner_texts()] == [True, False], "in order"
        officer.wait_for_timeout(1500)
        expect(urgent).to_have_count(2)

        officer.locator(".alert-x", has_text="光幕失灵").get_by_role("button", name="我来处理").click()
        expect(leader.locator(".alert-x.taken")).to_contain_text("周敏已接警")
        assert officer.faults == leader.faults == worker.faults == []
