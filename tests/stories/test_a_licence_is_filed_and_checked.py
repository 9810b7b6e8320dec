"""An expired welder is refused at the desk, sends a photo of the new card, and may weld as soon as it is checked."""

import os
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from people.permissions import Role
from tests import make
from tests.stories.browser import DESK, PHONE, chinese_font, chromium, signed_in
from training.models import Clearance, Licence

pytestmark = pytest.mark.browser


def shot(page: Page, name: str) -> None:
    if os.environ.get("SHOTS"):
        page.wait_for_timeout(300)
        page.screenshot(path=f"{os.environ['SHOTS']}/{name}.png", full_page=True)


def _put_on_hot_work(desk: Page, name: str) -> None:
    desk.goto("/desk/licences/clearances/")
    form = desk.locator("form:has(select[name=work])")
    form.locator("input[name=person]").fill(name)
    form.locator("select[name=work]").select_option("hot_work")
    form.get_by_role("button", name="安排").click()


def _send(phone: Page, card: str, issued_on: str) -> None:
    phone.goto("/m/licences/")
    shot(phone, "expired")
    phone.get_by_role("link", name="换了新证，拍照交上来").tap()
    phone.locator("input[name=front]").set_input_files(card)
    phone.get_by_label("证号").fill("T330102199001011234")
    phone.get_by_label("发证日期").fill(issued_on)
    shot(phone, "filing")
    phone.get_by_role("button", name="发送").tap()
    expect(phone.locator("main")).to_contain_text("待核对")
    shot(phone, "filed")


def test_a_worker_files_the_new_card_and_the_officer_checks_it(live, fresh_factory, tmp_path):
    make.policies()
    today = timezone.localdate()
    welder = make.person(Role.WORKER, name="钱师傅")
    officer = make.person(Role.SAFETY_OFFICER, name="李卫东")
    make.licence(welder, issued_on=today - timedelta(days=2200), reviewed_on=today - timedelta(days=1100))
    card, site = tmp_path / "card.jpg", live.url(fresh_factory).rstrip("/")
    card.write_bytes(make.photo_file().read())
    issued_on = str(today - timedelta(days=3))
    with chromium(fonts=chinese_font()) as browser:
        desk, phone = signed_in(browser, site, officer.phone, DESK), signed_in(browser, site, welder.phone, PHONE)
        _put_on_hot_work(desk, welder.employee_no)
        expect(desk.locator("main")).to_contain_text("先换证")
        expect(desk.locator("form:has(select[name=work]) input[name=person]")).to_have_value(welder.employee_no)
        shot(desk, "refused")

        _send(phone, str(card), issued_on)
        desk.goto("/desk/licences/?group=filed")
        desk.get_by_role("link", name="钱师傅").click()
        shot(desk, "check")
        expect(desk.locator("main .shots img")).to_be_visible()
        desk.get_by_role("button", name="确认", exact=True).click()
        expect(desk.locator("main")).to_contain_text("李卫东")
        shot(desk, "confirmed")
        _put_on_hot_work(desk, welder.employee_no)
        expect(desk.locator("main")).to_contain_text("可以干")
        shot(desk, "cleared")

        phone.goto("/m/licences/")
        expect(phone.locator("main")).to_contain_text("你可以干")
        expect(phone.locator("main")).not_to_contain_text("待核对")
        shot(phone, "stands")
        assert desk.faults == phone.faults == []
    assert Licence.objects.current().get().confirmed_by == officer
    assert Clearance.objects.running().get().work == "hot_work"
