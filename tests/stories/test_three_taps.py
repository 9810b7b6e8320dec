"""A worker reports with three taps at most, the photo counted; a stranger at the label does so without signing in."""

from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from facilities.qr import issue_sticker, token_of
from hazards.models import Hazard
from people.permissions import Role
from tests import make
from tests.stories.browser import PHONE, chromium, signed_in

pytestmark = pytest.mark.browser
# Counts across pages what a finger and a keyboard do.
COUNT = """
addEventListener("click", (event) => event.isTrusted && (sessionStorage.taps = Number(sessionStorage.taps ?? 0) + 1), true);
addEventListener("input", (event) => event.isTrusted && event.target.matches("input[type=text],textarea")
  && (sessionStorage.typed = [...new Set([...(sessionStorage.typed ?? "").split(" "), event.target.name])].join(" ").trim()), true);
"""


def _picture(folder: Path) -> Path:
    path = folder / "guard.jpg"
    path.write_bytes(make.photo_file().read())
    return path


def _counted(page: Page) -> tuple[int, list[str]]:
    taps, typed = page.evaluate("[Number(sessionStorage.taps ?? 0), sessionStorage.typed ?? '']")
    return taps, typed.split()


def _take_photo(page: Page, picture: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.locator("[data-shots-add]").tap()
    chooser.value.set_files(picture)
    expect(page.locator("[data-shot]")).to_have_count(1)


def test_a_worker_needs_three_taps_and_one_line(live, fresh_factory, tmp_path):
    make.policies()
    workshop = make.department()
    area = make.area(workshop)
    worker = make.person(Role.WORKER, in_department=workshop)
    make.person(Role.SAFETY_OFFICER, name="周敏")
    site, picture = live.url(fresh_factory).rstrip("/"), _picture(tmp_path)
    with chromium() as browser:
        page = signed_in(browser, site, worker.phone, PHONE)
        page.add_init_script(COUNT)
        page.goto("/m/")
        page.locator(".w-nav a[href='/m/report/']").tap()
        expect(page.locator("[data-where-name]")).to_have_text(area.name["zh"])
        _take_photo(page, picture)
        page.locator("main button[type=submit]").tap()
        expect(page.locator(".standing-x")).to_contain_text("周敏会在")
        taps, typed = _counted(page)
        assert taps <= 3 + 1  # the browser clicks the file input by itself when its label is tapped
        assert typed == []
        assert page.faults == []
    hazard = Hazard.objects.get()
    assert (hazard.area, hazard.reporter, hazard.evidence.count()) == (area, worker, 1)


def test_the_place_is_changed_with_one_tap(live, fresh_factory, tmp_path):
    make.policies()
    workshop = make.department()
    make.area(workshop)
    machine, worker = make.machine(), make.person(Role.WORKER, in_department=workshop)
    site, picture = live.url(fresh_factory).rstrip("/"), _picture(tmp_path)
    with chromium() as browser:
        page = signed_in(browser, site, worker.phone, PHONE)
        page.goto("/m/report/")
        page.locator("[data-where] summary").tap()
        page.select_option("select[name=equipment]", str(machine.pk))
        expect(page.locator("[data-where-name]")).to_have_text(machine.name["zh"])
        _take_photo(page, picture)
        page.fill("input[name=title]", "护罩松了")
        page.locator("main button[type=submit]").tap()
        expect(page.locator(".standing-x")).to_be_visible()
        assert page.faults == []
    assert (Hazard.objects.get().equipment, Hazard.objects.get().title) == (machine, "护罩松了")


def test_a_stranger_reports_and_reads_the_answer(live, fresh_factory, tmp_path):
    make.policies()
    officer = make.person(Role.SAFETY_OFFICER, name="周敏")
    point = issue_sticker(make.machine(), by=make.person(Role.ADMIN))
    address = reverse("field:qr", args=[token_of(point)])
    site, picture = live.url(fresh_factory).rstrip("/"), _picture(tmp_path)
    with chromium() as browser:
        page = browser.new_context(base_url=site, locale="zh-CN", **PHONE).new_page()
        page.goto(address)
        page.get_by_role("link", name="不登录，匿名上报").tap()
        _take_photo(page, picture)
        page.fill("textarea[name=text]", "护罩松了")
        page.wait_for_timeout(2100)
        page.get_by_role("button", name="上报", exact=True).tap()
        code = page.locator("[data-code]").inner_text()
        assert len(code) == 14

        desk = signed_in(browser, site, officer.phone, {"viewport": {"width": 1440, "height": 900}})
        desk.goto("/desk/hazards/")
        desk.get_by_role("link", name="护罩松了").click()
        desk.fill("#tip-text", "哪一侧？")
        desk.locator("#tip button[value=answer]").click()
        expect(desk.locator("#tip")).to_contain_text("哪一侧？")

        page.goto("/tip/")
        page.fill("input[name=code]", code.lower())
        page.locator("main button.w-btn").tap()
        expect(page.locator("main")).to_contain_text("哪一侧？")
        expect(page.locator(".say-x img")).to_be_visible()
        page.fill("textarea[name=text]", "靠门那侧")
        page.get_by_role("button", name="发送").tap()
        expect(page.locator(".thread-x")).to_contain_text("靠门那侧")
        desk.reload()
        expect(desk.locator("#tip")).to_contain_text("靠门那侧")
        expect(desk.locator("#tip .state.now")).to_be_visible()
    assert Hazard.objects.get().reporter is None
