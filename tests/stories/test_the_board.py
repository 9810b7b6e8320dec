"""The completion board: its figures come by themselves, and one tap reminds those who have not done their check."""

import re

import pytest
from playwright.sync_api import expect

from people.permissions import Role
from tests.stories import plant
from tests.stories.browser import DESK, PHONE, chromium, signed_in
from tests.stories.test_first_shift import answer_all, start_at

pytestmark = pytest.mark.browser


def test_one_tap_reminds_the_worker_and_the_board_counts_the_check_by_itself(live, fresh_factory, tmp_path):
    place = plant.build(tmp_path)
    site = live.url(fresh_factory).rstrip("/")
    with chromium() as browser:
        officer = signed_in(browser, site, place.people[Role.SAFETY_OFFICER], DESK)
        worker = signed_in(browser, site, place.people[Role.WORKER], PHONE)
        officer.goto("/desk/board/")
        expect(_tile(officer, "done")).to_have_text("0")
        expect(_tile(officer, "open")).to_have_text("1")

        _remind(officer, worker)

        officer.evaluate("window.neverReloaded = true")
        start_at(worker, place)
        answer_all(worker, place)
        worker.get_by_role("button", name="提交").click()
        expect(worker.get_by_role("heading", name="已提交")).to_be_visible()

        expect(_tile(officer, "done")).to_have_text("1")
        expect(_tile(officer, "open")).to_have_text("0")
        expect(officer.locator("#board")).to_contain_text("都做完了")
        assert officer.evaluate("window.neverReloaded"), "the figures came without a reload"
        for size in (DESK, PHONE):
            officer.set_viewport_size(size["viewport"])
            assert officer.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out sideways"
        assert officer.faults == worker.faults == []


def _tile(page, what: str):
    return page.locator(f".tiles a[href$='what={what}'] b")


def _remind(officer, worker) -> None:
    """The word comes up at the worker's and leads to the check; who taps again is told from when on."""
    worker.goto("/m/")
    officer.get_by_role("button", name="提醒一下").click()
    expect(officer.get_by_text("已经提醒")).to_be_visible()
    word = worker.locator("#toasts a", has_text=re.compile("还没做：.*2 号冲压机"))
    expect(word).to_be_visible()
    word.click()
    expect(worker.locator("[data-cells]")).to_be_visible()
    officer.get_by_role("button", name="提醒一下").click()
    expect(officer.get_by_role("alert").filter(has_text="刚提醒过")).to_contain_text(
        re.compile(r"\d\d:\d\d 以后可以再提醒")
    )
    expect(_tile(officer, "open")).to_have_text("1")
