"""A near miss on the phone: three taps with network, the same three without, and each arrives once."""

import pytest
from playwright.sync_api import expect

from incidents.models import Incident
from tests.stories.browser import chromium
from tests.stories.phone import go_offline, worker_at

pytestmark = pytest.mark.browser


def _tap(page, what: str) -> None:
    page.locator(".what-x label").filter(has_text=what).tap()
    page.locator("main form").get_by_role("button", name="上报").tap()


def test_three_taps_with_network_and_without(site, place, path):
    with chromium() as browser:
        worker = worker_at(browser, site, place, "/m/incident/")
        worker.goto("/m/")
        worker.locator('a[href="/m/incident/"]').tap()
        expect(worker.locator(".hurt-x")).to_be_hidden()
        expect(worker.locator("[data-where-name]")).not_to_have_text("…")
        _tap(worker, "滑倒")
        worker.wait_for_url("**/m/incidents/*/")
        go_offline(worker.context)
        worker.goto("/m/incident/")
        worker.locator('.kind-x label:has(input[value="first_aid"])').tap()
        worker.fill("input[name=hurt]", "王建国")
        _tap(worker, "夹到")
        worker.wait_for_url("**/m/sync/**")
        row = worker.locator("[data-queue] .w-item").filter(has_text="未遂、受伤")
        expect(row).to_be_visible()
        go_offline(worker.context, False)
        worker.locator("body:not([data-kept])").wait_for()
        expect(worker.locator("[data-sync]")).to_have_text("已同步", timeout=40_000)
        assert worker.faults == []
    slipped, caught = Incident.objects.order_by("pk")
    assert (slipped.severity, slipped.accident) == ("near_miss", "GB6441-2025:fall")
    assert (caught.severity, caught.hurt, caught.accident) == ("first_aid", "王建国", "GB6441-2025:machine")
    assert caught.phone_reported_at and caught.happened_at <= caught.reported_at
