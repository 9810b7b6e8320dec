"""The story the product exists for, played in two and more browsers: scan, find, alert, assign, fix, review, close, prove."""

import re

import pytest
from playwright.sync_api import expect

from people.permissions import Role
from tests.stories import plant
from tests.stories.browser import DESK, PHONE, chromium, signed_in

pytestmark = pytest.mark.browser


def test_a_missing_guard_from_the_scan_to_the_closed_record(live, fresh_factory, tmp_path):
    place = plant.build(tmp_path)
    site = live.url(fresh_factory).rstrip("/")
    with chromium() as browser:
        officer = signed_in(browser, site, place.people[Role.SAFETY_OFFICER], DESK, at="/")
        worker = signed_in(browser, site, place.people[Role.WORKER], PHONE)
        expect(officer.locator(".alert-x")).to_have_count(0)
        officer.evaluate("window.neverReloaded = true")

        number = _inspect(worker, place)

        expect(officer.locator(".alert-x:not(.taken)")).to_contain_text("2 号冲压机")
        expect(officer).to_have_title(re.compile(r"^\(1\)"))
        assert officer.evaluate("window.neverReloaded"), "the alert came without a reload"
        officer.get_by_role("button", name="我来处理").click()
        expect(officer.locator(".alert-x.taken")).to_contain_text("周敏已接警")

        officer.goto("/desk/hazards/?group=new")
        officer.get_by_text(number).locator("xpath=ancestor::tr").get_by_role("link").click()
        officer.get_by_role("button", name="确认", exact=True).click()
        expect(officer.locator(".stage .now")).to_contain_text("陈志强")
        hazard = officer.url

        _fix(signed_in(browser, site, place.people[Role.MAINTENANCE], PHONE), place)

        for role, words in ((Role.TEAM_LEADER, "通过"), (Role.SAFETY_OFFICER, "通过"), (Role.LEADER, "通过并销号")):
            reviewer = officer if role == Role.SAFETY_OFFICER else signed_in(browser, site, place.people[role], DESK)
            reviewer.goto(hazard)
            reviewer.get_by_role("button", name=words, exact=True).click()
            expect(reviewer.get_by_role("button", name=words, exact=True)).to_have_count(0)
            assert reviewer.faults == []

        officer.goto(hazard)
        expect(officer.locator(".stage .done")).to_have_count(7)
        assert officer.locator(".cmp img").count() == 2, "before and after, side by side"
        for name in ("王建国", "陈志强", "李卫东", "赵国庆"):
            expect(officer.locator(".history")).to_contain_text(name)
        officer.goto("/desk/ledger/")
        officer.get_by_role("button", name="校验全部记录").click()
        expect(officer.get_by_role("status").filter(has_text="首尾相连")).to_be_visible()

        worker.goto("/m/hazards/")
        expect(worker.locator(".w-item").filter(has_text=number)).to_contain_text("已销号")
        assert officer.faults == worker.faults == []


def start_at(worker, place) -> None:
    """Scans the press and begins the check."""
    worker.goto(f"/m/q/{place.sticker}/")
    worker.get_by_role("button", name="开始检查").click()
    expect(worker.locator("[data-cells]")).to_be_visible()


def answer_all(worker, place) -> None:
    """All in order but the guard, which is missing; ends on the summary."""
    steps = worker.locator("[data-step]")
    for position in range(steps.count()):
        step = steps.nth(position)
        expect(step).to_be_visible()
        is_guard = position == 1
        if step.get_attribute("data-photo") == "always" or is_guard:
            step.locator("[data-shots] input[type=file]").set_input_files(
                place.photos["before" if is_guard else "plate"]
            )
            expect(step.locator(".shot img")).to_have_count(1)
        step.locator(f"label:has(input[value={'fail' if is_guard else 'pass'}])").first.click()
        if is_guard:
            step.locator("label", has_text="已停机").click()
        worker.wait_for_timeout(400)  # an answer that needs nothing more leads on by itself
        if step.is_visible():
            worker.get_by_role("button", name="下一项").click()
    expect(worker.get_by_role("button", name="提交")).to_be_visible()


def _inspect(worker, place) -> str:
    """Finds the guard missing and hands the check in; returns the hazard's number."""
    start_at(worker, place)
    answer_all(worker, place)
    worker.get_by_role("button", name="提交").click()
    expect(worker.get_by_role("heading", name="已提交")).to_be_visible()
    line = worker.locator(".w-item").filter(has_text="YH-").inner_text()
    return next(word for word in line.split() if word.startswith("YH-"))


def _fix(fixer, place) -> None:
    fixer.goto("/m/")
    fixer.locator(".w-item", has_text="2 号冲压机").click()
    fixer.get_by_role("button", name="开始整改").click()
    fixer.locator("#after-shots input[type=file]").set_input_files(place.photos["after"])
    expect(fixer.locator("#after-shots [data-shot]")).to_be_visible()
    fixer.fill("textarea[name=measure]", "装回防护罩，四颗螺栓换成 8.8 级")
    fixer.locator("label", has_text="是").first.click()
    expect(fixer.locator("input[name=passed_1][value=yes]")).to_be_checked()
    fixer.get_by_role("button", name="提交验收").click()
    expect(fixer.get_by_text("接下来由班组长初审")).to_be_visible()
    assert fixer.faults == []
