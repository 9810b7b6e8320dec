"""A tablet that is everybody's: what one has queued waits for them, and nothing else of them stays when nobody touches it."""

import pytest
from playwright.sync_api import Page, expect

from hazards.models import Hazard
from people.kiosks import make_kiosk, set_pin
from people.models import User
from people.permissions import Role
from tests.stories.browser import chinese_font, chromium
from tests.stories.phone import go_offline, keep_day

pytestmark = pytest.mark.browser
TABLET = {"viewport": {"width": 1024, "height": 768}, "has_touch": True}


def _sign_in(page: Page, number: str, pin: str) -> None:
    """By the big keys alone."""
    page.wait_for_url("**/kiosk/")
    for digit in number:
        page.locator(f"[data-key='{digit}']").click()
    page.locator("input[name=pin]").focus()
    for digit in pin:
        page.locator(f"[data-key='{digit}']").click()
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/m/")


def _kept_pages(page: Page) -> list[str]:
    return [name for name in page.evaluate("caches.keys()") if name.startswith("pages-")]


def test_one_after_another(live, place, fresh_factory):
    for role, number, pin in ((Role.WORKER, "1001", "482915"), (Role.MAINTENANCE, "1002", "730164")):
        User.objects.filter(phone=place.people[role]).update(employee_no=number)
        person = User.objects.get(phone=place.people[role])
        set_pin(person, pin, by=person)
    officer = User.objects.get(phone=place.people[Role.SAFETY_OFFICER])
    _kiosk, token = make_kiosk("急救箱旁边", officer.department, by=officer)
    site = live.url(fresh_factory).rstrip("/")
    with chromium(fonts=chinese_font()) as browser:
        context = browser.new_context(base_url=site, locale="zh-CN", **TABLET)
        page = context.new_page()
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.goto(f"/kiosk/{token}/")
        page.get_by_role("button", name="就是这台平板").click()
        _sign_in(page, "1001", "482915")
        keep_day(page, "/m/report/")
        page.goto("/m/report/")
        go_offline(context)
        page.locator("[data-shots] input[type=file]").set_input_files([place.photos["before"]])
        page.evaluate("document.querySelectorAll('main form details').forEach((each) => { each.open = true; })")
        page.select_option("select[name=equipment]", index=1)
        page.select_option("select[name=category]", index=1)
        page.fill("input[name=title]", "护罩螺丝松了")
        page.locator("label:has(input[name=stopped][value=yes])").click()
        page.locator("main form").get_by_role("button", name="上报").click()
        page.wait_for_url("**/m/sync/**")
        page.get_by_role("button", name="用完了").click()
        expect(page.get_by_text("王建国")).to_have_count(0)
        assert _kept_pages(page) == []
        go_offline(context, is_offline=False)

        page.goto("/m/")
        _sign_in(page, "1002", "730164")
        page.goto("/m/sync/")
        expect(page.get_by_text("王建国")).to_have_count(0)
        assert not Hazard.objects.exists()
        page.get_by_role("button", name="用完了").click()

        _sign_in(page, "1001", "482915")
        page.goto("/m/sync/")
        expect(page.locator("[data-sync]")).to_have_text("已同步", timeout=40_000)
        assert Hazard.objects.get().reporter.name == "王建国"

        page.clock.install()
        page.goto("/m/")
        page.clock.fast_forward("02:35")
        expect(page.get_by_text("没人在用吗？")).to_be_visible()
        page.clock.fast_forward("00:30")
        page.wait_for_url("**/kiosk/")
        assert _kept_pages(page) == []
        assert page.faults == []
