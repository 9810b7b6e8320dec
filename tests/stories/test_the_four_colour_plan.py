"""The safety officer draws an area on a picture of the hall; the worker taps it on the phone and reads what is dangerous."""

import pytest
from playwright.sync_api import expect

from people.permissions import Role
from risks.models import Risk, Zone
from tests import make
from tests.stories.browser import DESK, PHONE, chromium, signed_in

pytestmark = pytest.mark.browser


def test_an_area_is_drawn_at_the_desk_and_read_on_the_phone(place, site):
    picture = make.photo_file(size=(1200, 800))
    with chromium() as browser:
        officer = signed_in(browser, site, place.people[Role.SAFETY_OFFICER], DESK)
        _write_down(officer)
        officer.goto("/desk/risks/plans/add/")
        officer.get_by_label("平面图名称").fill("一号厂房")
        officer.get_by_label("平面图图片").set_input_files(
            {"name": "plan.jpg", "mimeType": "image/jpeg", "buffer": picture.read()}
        )
        officer.get_by_role("button", name="保存，去画").click()
        officer.get_by_label("区域", exact=True).select_option(index=1)
        _draw(officer)
        officer.get_by_role("button", name="保存区域").click()
        expect(officer.get_by_text("画好了")).to_be_visible()
        assert Zone.objects.get().points == [[20, 20], [60, 20], [60, 70], [20, 60]]

        worker = signed_in(browser, site, place.people[Role.WORKER], PHONE)
        worker.goto("/m/risks/")
        worker.locator(".map-x a").click()
        row = worker.locator(".zone-card:target")
        expect(row).to_contain_text("较大风险")
        row.click()
        expect(worker.get_by_role("heading", name="换模", exact=True)).to_be_visible()
        expect(worker.get_by_text("断电挂锁")).to_be_visible()
        assert worker.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out sideways"
        assert officer.faults == worker.faults == []


def _write_down(page) -> None:
    """D and its colour show while the values are being chosen."""
    page.goto("/desk/risks/add/")
    page.get_by_label("风险点", exact=True).fill("换模")
    page.get_by_label("区域", exact=True).select_option(index=1)
    page.get_by_label("危险因素").fill("滑块落下")
    page.get_by_label("事故类型").select_option(label="机械致害")
    page.get_by_label("工程技术").fill("断电挂锁")
    for name, value in (("likelihood", "3"), ("exposure", "6"), ("consequence", "15")):
        page.locator(f"[name={name}][value='{value}']").check()
    expect(page.locator("[data-lec-now]")).to_contain_text("3 × 6 × 15 = 270")
    expect(page.locator("[data-lec-colour='2']")).to_be_visible()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="换模")).to_be_visible()
    assert Risk.objects.latest("pk").colour == "orange"


def _draw(page) -> None:
    """Three taps and a fourth that is dragged to where it should lie."""
    frame = page.locator("[data-outline-on]").bounding_box()

    def at(x: float, y: float) -> tuple[float, float]:
        return frame["x"] + frame["width"] * x / 100, frame["y"] + frame["height"] * y / 100

    for x, y in ((20, 20), (60, 20), (60, 70), (30, 70)):
        page.mouse.click(*at(x, y))
    page.mouse.move(*at(30, 70))
    page.mouse.down()
    page.mouse.move(*at(20, 60), steps=4)
    page.mouse.up()
