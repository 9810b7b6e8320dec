"""One phone, unusual states: the same check open twice, a browser without locks, and a phone that has no room left."""

import pytest
from playwright.sync_api import Page, expect

from tests.stories.browser import chromium
from tests.stories.phone import (
    answer,
    begin,
    go_offline,
    hand_in,
    keep_day,
    one_record,
    photograph,
    saved,
    there,
    worker_at,
)

pytestmark = pytest.mark.browser

WITHOUT_LOCKS = "Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })"
# Records and pictures that the phone holds.
HELD = """() => new Promise((done) => {
  const opening = indexedDB.open("anhuan");
  opening.onsuccess = () => {
    const reading = opening.result.transaction(["records", "files"]), found = {};
    for (const name of ["records", "files"]) reading.objectStore(name).getAllKeys().onsuccess = (event) => { found[name] = event.target.result.length; };
    reading.oncomplete = () => { opening.result.close(); done(found); };
  };
})"""


def _beside(worker: Page, path: str) -> Page:
    """The same check in another tab of the same phone."""
    page = worker.context.new_page()
    page.faults = worker.faults
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.goto(path)
    expect(page.locator("[data-cells]")).to_be_visible()
    return page


class Room:
    """How much the browser lets this factory's pages keep; what it has measured once it believes for half a minute."""

    def __init__(self, page: Page, site: str) -> None:
        self.session, self.site = page.context.new_cdp_session(page), site
        self.used = page.evaluate("navigator.storage.estimate().then(({ usage }) => usage)")

    def leave(self, size: int) -> None:
        self.session.send("Storage.overrideQuotaForOrigin", {"origin": self.site, "quotaSize": self.used + size})


@pytest.mark.parametrize("script", ["", WITHOUT_LOCKS], ids=["locks", "no locks"])
def test_the_same_check_open_twice_becomes_one_record(site, place, path, script):
    with chromium() as browser:
        one = worker_at(browser, site, place, path)
        if script:
            one.context.add_init_script(script)
            one.goto("/m/")
            assert one.evaluate("navigator.locks") is None
        go_offline(one.context)
        one.goto("/m/")
        begin(one)
        other = _beside(one, path)
        photograph(one, place)
        first = other.locator("[data-step]").first
        expect(first.locator(".shot img")).to_have_count(3)
        answer(other, place)
        expect(one.locator("[data-summary-list]")).to_be_hidden()
        hand_in(other)
        saved(other)
        saved(one)
        assert one.evaluate(HELD) == {"records": 1, "files": 5}
        go_offline(one.context, False)
        for page in (one, other):
            page.evaluate("dispatchEvent(new Event('online'))")
        expect(other.get_by_role("heading", name="已提交")).to_be_visible(timeout=40_000)
        there(one)
        assert one.evaluate(HELD) == {"records": 1, "files": 0}
        assert one.faults == []
    one_record()


def test_both_tabs_press_at_once(site, place, path):
    with chromium() as browser:
        one = worker_at(browser, site, place, path)
        begin(one)
        photograph(one, place)
        answer(one, place)
        other = _beside(one, path)
        expect(other.locator("[data-summary]")).to_be_visible()
        go_offline(one.context)
        for page in (one, other):
            page.evaluate("document.querySelector('[data-hand-in]').click()")
        saved(one)
        saved(other)
        assert one.evaluate(HELD)["records"] == 1
        go_offline(one.context, False)
        there(one)
        assert one.faults == []
    one_record()


def test_what_the_other_tab_wrote_is_never_written_over(site, place, path):
    """It slept and heard of nothing, as tabs of old phones do."""
    with chromium() as browser:
        one = worker_at(browser, site, place, path)
        one.context.add_init_script("delete globalThis.BroadcastChannel")
        one.goto("/m/")
        begin(one)
        other = _beside(one, path)
        photograph(one, place)
        other.locator("[data-step]").first.locator("label:has(input[value=pass])").click()
        expect(other.locator("[data-step]").first.locator(".shot img")).to_have_count(3)
        assert one.evaluate(HELD) == {"records": 1, "files": 3}
        answer(other, place)
        hand_in(other)
        expect(other.get_by_role("heading", name="已提交")).to_be_visible(timeout=40_000)
        there(one)
        assert one.faults == []
    one_record()


def test_a_full_phone_says_so_keeps_what_it_has_and_hands_in_with_network(site, place, path):
    with chromium() as browser:
        worker = worker_at(browser, site, place, path)
        begin(worker)
        step = worker.locator("[data-step]").first
        Room(worker, site).leave(70_000)
        step.locator("[data-shots] input[type=file]").set_input_files(place.photos["plate"])
        expect(step.locator(".shot img")).to_have_count(1)
        worker.wait_for_timeout(500)
        assert worker.evaluate(HELD) == {"records": 1, "files": 1}
        photographs = ("before", "passage")
        for count, name in enumerate(photographs, 2):
            step.locator("[data-shots] input[type=file]").set_input_files(place.photos[name])
            expect(step.locator(".shot img")).to_have_count(count)
        expect(worker.get_by_text("手机存满了")).to_be_in_viewport(ratio=1)
        held = worker.evaluate(HELD)
        assert held["files"] in (1, 2), "what was kept before is kept still"
        worker.get_by_role("button", name="关闭").click()
        answer(worker, place)
        go_offline(worker.context)
        hand_in(worker)
        expect(worker.get_by_role("button", name="提交")).to_be_enabled()
        expect(worker.get_by_text("存在手机里了")).to_be_hidden()
        assert worker.evaluate(HELD) == held
        go_offline(worker.context, False)
        hand_in(worker)
        expect(worker.get_by_role("heading", name="已提交")).to_be_visible(timeout=40_000)
        assert worker.faults == []
    run = one_record(is_queued=False)
    assert run.submission_id is None


def test_a_phone_that_has_room_again_keeps_all_and_sends_nothing_by_itself(site, place, path):
    with chromium() as browser:
        worker = worker_at(browser, site, place, path)
        begin(worker)
        room = Room(worker, site)
        room.leave(0)
        photograph(worker, place)
        expect(worker.get_by_text("手机存满了")).to_be_visible()
        answer(worker, place)
        go_offline(worker.context)
        hand_in(worker)
        expect(worker.get_by_role("button", name="提交")).to_be_enabled()
        room.leave(10**9)
        for _try in range(20):
            worker.get_by_role("button", name="上一项").click()
            worker.wait_for_timeout(1500)
            worker.get_by_role("button", name="下一项").click()
            worker.wait_for_timeout(1500)
            if not worker.get_by_text("手机存满了").count():
                break
        expect(worker.get_by_text("手机存满了")).to_have_count(0)
        assert worker.evaluate(HELD) == {"records": 1, "files": 5}
        go_offline(worker.context, False)
        keep_day(worker, path)
        expect(worker.locator("[data-sync]")).to_have_text("已同步")
        worker.goto(path)
        expect(worker.get_by_text("之前的答案都还在")).to_be_visible()
        worker.evaluate("document.querySelector('[data-next]').click()")
        hand_in(worker)
        expect(worker.get_by_role("heading", name="已提交")).to_be_visible(timeout=40_000)
        assert worker.faults == []
    one_record()
