"""While the officer notes what speaks for a level, the page suggests one and finds the clause."""

import pytest
from playwright.sync_api import expect

from hazards.models import Hazard, Level
from people.permissions import Role
from tests import make
from tests.stories.browser import DESK, chromium, signed_in

pytestmark = pytest.mark.browser


def test_the_suggestion_follows_what_is_ticked_and_the_clause_is_found_while_typing(live, fresh_factory):
    make.policies()
    officer = make.person(Role.SAFETY_OFFICER)
    hazard = make.hazard(category=make.category(Level.GENERAL))
    site = live.url(fresh_factory).rstrip("/")
    with chromium() as browser:
        page = signed_in(browser, site, officer.phone, DESK)
        page.goto(f"/desk/hazards/{hazard.pk}/")
        advice = page.locator("#advice")
        expect(advice).to_contain_text("建议定为：一般")
        page.get_by_label("设备要停").check()
        expect(advice).to_contain_text("建议定为：较大")
        page.get_by_text("查判定标准条款").click()
        page.get_by_label("条款里的词").fill("泄爆")
        page.get_by_label("条款里的词").press("Enter")
        page.get_by_label("干式除尘系统").check()
        expect(advice).to_contain_text("建议定为：重大")
        page.get_by_label("会死人").check()
        page.get_by_role("button", name="确认", exact=True).click()
        expect(page.get_by_text("法定重大，第 11.3 条").first).to_be_visible()
        assert page.faults == []
    assert Hazard.objects.get(pk=hazard.pk).clause == "11.3"
