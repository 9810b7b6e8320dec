"""A supplier's month on its own phone: link, questions, a stretch without network, grade, and what has to be put right."""

import pytest
from playwright.sync_api import expect

from hazards.models import Status
from inspections.models import Checklist
from partners import actions
from partners.actions.companies import link_of
from partners.models import CorrectiveAction, SelfInspection
from people.models import User
from people.permissions import Role
from tests import make
from tests.stories.browser import DESK, PHONE, chromium, signed_in
from tests.stories.phone import go_offline

pytestmark = pytest.mark.browser
PHONE_NUMBER = "13911112222"


@pytest.fixture
def invited(place):
    """Four questions, the second with a photo; what the press packs ask is tested elsewhere."""
    Checklist.objects.filter(audience="suppliers").update(status="retired")
    company = make.company("联盛表面处理", questionnaire=make.questionnaire().code)
    report = make.self_inspection(company)
    officer = User.objects.get(phone=place.people[Role.SAFETY_OFFICER])
    _invitation, token = actions.invite(company, by=officer)
    return report.pk, link_of(token).split("://")[1].split("/", 1)[1]


def test_from_the_link_to_the_grade_and_what_has_to_be_put_right(site, place, invited):
    report, link = invited
    with chromium() as browser:
        page = browser.new_context(base_url=site, locale="zh-CN", **PHONE).new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"/{link}")
        for name, words in (("name", "许文"), ("phone", PHONE_NUMBER), ("password", make.PASSWORD)):
            page.fill(f"input[name={name}]", words)
        page.get_by_role("button", name="开始").click()
        page.get_by_role("link", name="去填").click()
        fill_in(page, place)
        expect(page.get_by_text("交上去了")).to_be_visible()
        assert faults == []
        officer = signed_in(browser, site, place.people[Role.SAFETY_OFFICER], DESK)
        officer.goto(f"/desk/suppliers/reports/{report}/")
        expect(officer.get_by_text("D 级：通过后会请对方整改这 2 项")).to_be_visible()
        officer.get_by_role("button", name="通过").click()
        page.goto("/s/corrections/")
        expect(page.locator(".feed li")).to_have_count(2)
    found = SelfInspection.objects.get(pk=report)
    assert (found.status, found.score, found.grade) == ("accepted", 50, "D")
    assert {each.hazard.status for each in CorrectiveAction.objects.all()} == {Status.ASSIGNED}


def fill_in(page, place) -> None:
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(4)
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_timeout(1500)
    choose(page, 0, "做到")
    expect(page.locator("[data-points]")).to_have_text("100")
    go_offline(page.context)
    choose(page, 1, "做到")
    rows.nth(1).locator("input[type=file]").set_input_files(place.photos["passage"])
    expect(page.get_by_text("先存在手机里")).to_be_visible()
    expect(rows.nth(1).locator("[data-waits] img")).to_have_count(1)
    page.reload()
    expect(rows.nth(1).locator("input[type=radio]").first).to_be_checked()
    expect(rows.nth(1).locator(".shot img")).to_have_count(1)
    go_offline(page.context, False)
    page.locator("body:not([data-kept])").wait_for()
    expect(rows.nth(0).locator("input[type=radio]").first).to_be_checked()
    expect(rows.nth(1).locator("[data-photo] img")).to_have_count(1)
    for number in (2, 3):
        choose(page, number, "没做到")
        rows.nth(number).locator("input[name$=-note]").fill("下周改完")
    expect(page.locator("[data-points]")).to_have_text("50")
    page.wait_for_timeout(1000)
    page.get_by_role("button", name="提交报告").click()


def choose(page, number: int, words: str) -> None:
    page.locator("[data-row]").nth(number).get_by_role("radio", name=words, exact=True).check(force=True)
