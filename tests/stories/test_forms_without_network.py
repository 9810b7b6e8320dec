"""A form that cannot reach the server stays where it is, with its words and photos, and is sent when there is a network."""

import pytest
from playwright.sync_api import expect

from hazards.models import Hazard, Status
from people.models import User
from people.permissions import Role
from tests import make
from tests.stories.browser import DESK, PHONE, chromium, signed_in
from tests.stories.phone import go_offline

pytestmark = pytest.mark.browser


def test_a_fix_that_finds_no_network_stays_on_its_page_with_words_and_photos(site, place):
    fixer = User.objects.get(phone=place.people[Role.MAINTENANCE])
    hazard = make.hazard(Status.RECTIFYING, owner=fixer)
    with chromium() as browser:
        page = signed_in(browser, site, place.people[Role.MAINTENANCE], PHONE)
        page.goto(f"/m/hazards/{hazard.pk}/rectify/")
        page.evaluate("navigator.serviceWorker.ready")
        page.reload()
        go_offline(page.context)
        expect(page.get_by_text("写的留在这一页，有网再交")).to_be_visible()
        page.locator("#after-shots input[type=file]").set_input_files(place.photos["after"])
        expect(page.locator("#after-shots [data-shot] img")).to_have_count(1)
        page.fill("textarea[name=measure]", "换了联锁开关")
        page.locator("label:has(input[name=passed_1][value=yes])").click()
        page.locator("[data-ready-button]").click()
        expect(page.get_by_text("填的内容都在")).to_be_in_viewport()
        expect(page.locator("textarea[name=measure]")).to_have_value("换了联锁开关")
        expect(page.locator("#after-shots [data-shot] img")).to_have_count(1)
        go_offline(page.context, False)
        page.locator("[data-ready-button]").click()
        page.wait_for_url(f"**/m/hazards/{hazard.pk}/")
        assert page.faults == []
    hazard.refresh_from_db()
    assert (hazard.status, hazard.measure) == (Status.FIRST_REVIEW, "换了联锁开关")
    assert Hazard.objects.get().evidence.count() == 2


def test_a_form_of_the_desk_keeps_what_was_typed_too(site, place):
    with chromium() as browser:
        page = signed_in(browser, site, place.people[Role.SAFETY_OFFICER], DESK, at="/desk/contractors/add/")
        page.evaluate("navigator.serviceWorker.ready")
        page.reload()
        go_offline(page.context)
        page.fill("input[name=name]", "宏泰安装")
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_text("填的内容都在")).to_be_in_viewport()
        expect(page.locator("input[name=name]")).to_have_value("宏泰安装")
        page.goto("/desk/contractors/")
        expect(page.get_by_text("有网时再打开")).to_be_visible()
        assert page.faults == []
