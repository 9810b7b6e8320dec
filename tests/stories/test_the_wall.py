"""A screen on the wall by its own link: it follows what happens, says when it is cut off, and goes dark when it is revoked."""

import os

import pytest
from playwright.sync_api import expect

from facilities.models import Area
from hazards.models import Status
from people.models import User
from people.permissions import Role
from tests import make
from tests.stories import plant
from tests.stories.browser import DESK, PHONE, chinese_font, chromium, signed_in

pytestmark = pytest.mark.browser
WALL = {"viewport": {"width": 1920, "height": 1080}}
SOON = 5000


def shoot(page, name: str) -> None:
    if "SHOTS" in os.environ:
        page.screenshot(path=f"{os.environ['SHOTS']}/{name}.png")


def hang(browser, link: str, language: str = "zh-CN"):
    page = browser.new_context(locale=language, **WALL).new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.goto(link)
    return page


def test_the_wall_follows_and_goes_dark(live, fresh_factory, tmp_path):
    place = plant.build(tmp_path)
    site = live.url(fresh_factory).rstrip("/")
    area, fixer = Area.objects.get(code="A1"), User.objects.get(name="陈志强")
    for number in range(5):
        make.hazard(Status.RECTIFYING, owner=fixer, area=area, title=f"{number + 1} 号通道堆料")
    with chromium(fonts=chinese_font()) as browser:
        officer = signed_in(browser, site, place.people[Role.SAFETY_OFFICER], DESK)
        officer.goto("/desk/screens/")
        officer.fill("[name=name]", "冲压车间门口")
        officer.select_option("[name=department]", label="冲压车间")
        officer.get_by_role("button", name="生成链接").click()
        link = officer.locator("input[readonly]").input_value()
        shoot(officer, "screens-made")
        wall = hang(browser, link)
        expect(wall.locator("[data-link-word]")).to_have_text("已连接")
        shoot(wall, "wall-dark-zh")

        worker = signed_in(browser, site, place.people[Role.WORKER], PHONE)
        report(worker, place, "光幕失灵，手会进去")
        alert = wall.locator(".alert-x")
        expect(alert).to_contain_text("光幕失灵", timeout=SOON)
        shoot(wall, "wall-alert")
        cold = hang(browser, link)
        assert cold.locator("#main").inner_text() == wall.locator("#main").inner_text(), (
            "opened from cold it is the same"
        )
        officer.goto("/desk/")
        officer.locator(".alert-x").get_by_role("button", name="我来处理").click()
        expect(wall.locator(".alert-x.taken")).to_contain_text("周*已接警", timeout=SOON)
        cold.get_by_role("button", name="English").click()
        expect(cold.locator("#main")).to_contain_text("Open hazards")
        cold.get_by_role("button", name="Light").click()
        expect(cold.locator("html")).to_have_attribute("data-bs-theme", "light")
        expect(cold.locator("[data-link-word]")).to_have_text("Connected")
        shoot(cold, "wall-light-en")

        wall.context.set_offline(True)
        expect(wall.locator("[data-link-word]")).to_have_text("离线")
        wall.context.set_offline(False)
        expect(wall.locator("[data-link-word]")).to_have_text("已连接")

        officer.goto("/desk/screens/")
        shoot(officer, "screens-list")
        officer.on("dialog", lambda dialog: dialog.accept())
        officer.get_by_role("button", name="停用").click()
        for page in (wall, cold):
            expect(page.locator(".screen.over")).to_be_visible(timeout=SOON)
        expect(wall.locator("#main")).to_contain_text("这块大屏已停用")
        shoot(wall, "wall-over")
        assert wall.faults == cold.faults == officer.faults == []


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
