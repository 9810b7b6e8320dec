"""On the smallest phones and with the biggest letters: heading, countdown and what waits to be sent all have room."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from inspections.models import Run
from people.permissions import Role
from tests import make
from tests.stories.browser import PHONE, chinese_font, chromium, signed_in

pytestmark = pytest.mark.browser


@pytest.fixture
def checks(fresh_factory) -> tuple[str, list[str]]:
    """A worker's phone number and two begun checks."""
    make.policies()
    worker = make.person(Role.WORKER, name="王建国")
    now = timezone.now()
    runs = [
        make.run(
            worker,
            of=make.checklist({"photo": "never"}),
            equipment=make.machine(),
            opens_at=now - timedelta(hours=1),
            closes_at=now + timedelta(hours=3, minutes=20),
        )
        for _twice in range(2)
    ]
    Run.objects.update(status=Run.Status.DOING, inspector=worker, started_at=now)
    return worker.phone, [f"/m/runs/{run.pk}/" for run in runs]


def _hand_in_without_network(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("[data-cells]")).to_be_visible()
    page.context.set_offline(True)
    page.locator("[data-step]:visible label:has(input[value=pass])").click()
    page.locator("[data-hand-in]").click()
    expect(page.locator("[data-saved]")).to_be_visible()
    page.context.route("**/m/sync/runs/**", lambda route: route.abort())
    page.context.set_offline(False)


def _head(page: Page) -> dict[str, dict]:
    return {
        name: page.locator(f".w-head {selector}").bounding_box()
        for name, selector in {"heading": "h1", "count": "[data-count]", "chip": "[data-sync]"}.items()
    }


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_heading_countdown_and_chip_have_room(site, checks, tmp_path, language):
    phone, (first, second) = checks
    with chromium(fonts=chinese_font()) as browser:
        page = signed_in(browser, site, phone, PHONE, language)
        if language != "zh-CN":
            page.goto("/m/me/")
            page.get_by_role("button", name="English").click()
        _hand_in_without_network(page, first)
        page.goto(second)
        expect(page.locator(".w-head [data-sync]")).to_be_visible()
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 700})
            for size in ("normal", "large", "huge"):
                page.evaluate("(size) => { document.body.className = `w text-${size}` }", size)
                _has_room(page, width, size)


def _has_room(page: Page, width: int, size: str) -> None:
    boxes = _head(page)
    where = (width, size, boxes)
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes.values()), where
    assert boxes["heading"]["width"] >= width * 0.38, where
    below = boxes["heading"]["y"] + boxes["heading"]["height"]
    right = boxes["heading"]["x"] + boxes["heading"]["width"]
    for name in ("count", "chip"):
        assert boxes[name]["y"] >= below - 1 or boxes[name]["x"] >= right, where
    assert (
        boxes["count"]["x"] + boxes["count"]["width"] <= boxes["chip"]["x"] or boxes["count"]["y"] != boxes["chip"]["y"]
    )
