"""Somebody who is stuck taps once: the buddy's phone names the machine and the step, and the check stays as it is."""

import pytest
from playwright.sync_api import expect

from adoption.actions import begin_pair
from adoption.models import HelpCall
from people.actions import Person, add_user
from people.models import User
from people.permissions import Role
from tests.stories.browser import PHONE, chromium, signed_in

pytestmark = pytest.mark.browser


def test_one_tap_calls_the_buddy(site, place, path):
    stuck = User.objects.get(phone=place.people[Role.WORKER])
    buddy = add_user(Person("林小雨", "13700000099", department=stuck.department, team=stuck.team), by=None)
    begin_pair(buddy, stuck, by=User.objects.get(phone=place.people[Role.SAFETY_OFFICER]))
    with chromium() as browser:
        helper = signed_in(browser, site, buddy.phone, PHONE, at="/m/")
        worker = signed_in(browser, site, stuck.phone, PHONE, at=path)
        step = worker.locator("[data-step]:visible")
        step.locator("input[value=pass]").check()
        step.get_by_role("button", name="请帮我（林小雨）").click()
        expect(step).to_contain_text("已告诉 林小雨", timeout=5000)
        expect(step.locator("input[value=pass]")).to_be_checked()
        expect(helper.locator("#toasts")).to_contain_text(f"王建国 请你帮忙：{place.press}，第 1 步", timeout=8000)
        worker.reload()
        expect(worker.locator("[data-step]").first).to_contain_text("已告诉 林小雨")
        assert worker.faults == helper.faults == []
    assert HelpCall.objects.get().item.position == 1
