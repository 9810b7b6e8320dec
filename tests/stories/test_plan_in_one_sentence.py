"""The officer writes a plan as one sentence and sees what it will do; a machine that stands still is excused."""

import pytest
from playwright.sync_api import expect

from facilities.models import Equipment
from people.permissions import Role
from tests import make
from tests.stories import plant
from tests.stories.browser import DESK, PHONE, chromium, signed_in

pytestmark = pytest.mark.browser
CHOSEN_AS_AN_ANSWER_COMES = """(label) => document.body.addEventListener("htmx:beforeSwap", () => {
  const who = document.querySelector("select[name=who]");
  who.value = [...who.options].find((option) => option.text === label).value;
  who.dispatchEvent(new Event("change", { bubbles: true }));
}, { once: true })"""


def test_a_plan_is_looked_at_ordered_and_saved_and_a_machine_paused(live, fresh_factory, tmp_path):
    place = plant.build(tmp_path)
    press = Equipment.objects.get()
    make.machine(press.area)
    site = live.url(fresh_factory).rstrip("/")
    with chromium() as browser:
        officer = signed_in(browser, site, place.people[Role.SAFETY_OFFICER], DESK)
        worker = signed_in(browser, site, place.people[Role.WORKER], PHONE)
        _write_plan(officer)
        _pause(worker, officer, place)
        assert officer.faults == worker.faults == []


def _write_plan(officer) -> None:
    officer.goto("/desk/plans/add/?preset=weekly")
    expect(officer.locator(".sent .week")).to_be_visible()
    _tick(officer, "places", 2)
    _tick(officer, "themes", 2)
    expect(officer.locator("#look .order")).to_have_count(2)
    officer.wait_for_load_state("networkidle")
    officer.evaluate(CHOSEN_AS_AN_ANSWER_COMES, "冲压一班")
    officer.locator("input[name=places]").first.dispatch_event("change")
    expect(officer.locator("input[name=person]")).to_be_hidden()
    expect(officer.locator("#look")).to_contain_text("接下来")
    expect(officer.locator("#words-places")).to_have_text("2 处")
    first = officer.locator("#look .order").first.locator("li")
    second = first.nth(1).inner_text()
    officer.get_by_role("button", name="上移").first.click()
    expect(first.nth(0)).to_contain_text(second.split("\n")[-1])
    officer.get_by_role("button", name="确定").click()
    expect(officer.locator("h1")).to_contain_text("冲压一班")
    expect(officer.locator(".order li").first).to_contain_text(second.split("\n")[-1])


def _tick(page, name: str, count: int) -> None:
    slot = page.locator(".slot-x").filter(has=page.locator(f"input[name={name}]"))
    slot.locator("summary").click()
    for number in range(count):
        slot.locator("input").nth(number).check()
    slot.locator("summary").click()


def _pause(worker, officer, place) -> None:
    worker.goto(f"/m/q/{place.sticker}/")
    expect(worker.get_by_role("button", name="开始检查")).to_be_visible()
    worker.locator("summary", has_text="停着").click()
    worker.fill("textarea[name=reason]", "换模具")
    worker.get_by_role("button", name="申请停机免检").click()
    expect(worker.get_by_text("待批准", exact=True)).to_be_visible()
    expect(officer.locator("#toasts")).to_contain_text("换模具")
    officer.goto("/desk/plans/pauses/")
    officer.get_by_role("button", name="批准", exact=True).click()
    expect(officer.get_by_text("已批准", exact=True)).to_be_visible()
    worker.goto("/m/")
    expect(worker.get_by_role("button", name="开始检查")).to_have_count(0)
    worker.goto(f"/m/q/{place.sticker}/")
    expect(worker.get_by_text("这台机器停机免检")).to_be_visible()
    expect(worker.locator("main")).to_contain_text("周敏")
