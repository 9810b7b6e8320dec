"""停用锁 seen by three people at once: locked at the desk, red on the phone and on the wall within five seconds."""

import pytest
from playwright.sync_api import expect

from facilities.models import Equipment
from hazards.actions import report_hazard
from hazards.models import Category, Hazard, Level
from people.models import User
from people.permissions import Role
from tests import make
from tests.stories import plant
from tests.stories.browser import DESK, PHONE, chromium, signed_in

pytestmark = pytest.mark.browser
CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


def _report() -> Hazard:
    press = Equipment.objects.get(code="CY-002")
    worker = User.objects.get(name="王建国")
    return report_hazard(
        by=worker,
        title="2 号冲压机光电保护失效",
        category=Category.objects.get(code="machine-guarding"),
        area=press.area,
        equipment=press,
        photos=[make.photo(worker)],
    )


def test_locked_at_the_desk_red_on_the_phone_and_on_the_wall_until_it_is_over(live, fresh_factory, tmp_path):
    place = plant.build(tmp_path)
    hazard, workshop = _report(), Equipment.objects.get(code="CY-002").area.department_id
    site = live.url(fresh_factory).rstrip("/")
    with chromium() as browser:
        officer = signed_in(browser, site, place.people[Role.SAFETY_OFFICER], DESK)
        wall = signed_in(browser, site, place.people[Role.TEAM_LEADER], DESK)
        wall.goto(f"/desk/screen/?department={workshop}")
        expect(wall.locator(".screen")).to_contain_text("没有停用的设备")
        worker = signed_in(browser, site, place.people[Role.WORKER], PHONE)
        worker.goto("/m/")
        expect(worker.get_by_role("button", name="开始检查")).to_be_visible()
        for page in (wall, worker):
            expect(page.locator("[data-link].ok, [data-feed-seq]").first).to_be_attached()
            page.evaluate("window.neverReloaded = true")

        officer.goto(f"/desk/hazards/{hazard.pk}/")
        officer.locator("label:has(input[name=level][value=major])").click()
        officer.get_by_role("button", name="确认", exact=True).click()

        expect(wall.locator(".wall-x")).to_contain_text("2 号冲压机")
        expect(worker.locator(".stops .stop-x")).to_contain_text("2 号冲压机")
        assert wall.evaluate("window.neverReloaded") and worker.evaluate("window.neverReloaded")
        expect(wall.locator(".wall-x")).to_contain_text("光电保护失效")

        worker.get_by_role("button", name="开始检查").click()
        expect(worker.locator(".big-x")).to_contain_text(hazard.number)
        worker.goto(f"/m/q/{place.sticker}/")
        expect(worker.locator(".big-x .word")).to_contain_text("停用")
        expect(worker.locator(".big-x")).to_contain_text("周敏")
        expect(worker.get_by_role("link", name="在这里报别的隐患")).to_be_visible()
        expect(worker.get_by_role("button", name="开始检查")).to_have_count(0)
        assert worker.evaluate("document.documentElement.scrollWidth") <= 390

        worker.goto("/m/")
        officer.goto(f"/desk/hazards/{hazard.pk}/")
        officer.get_by_text("不进入整改", exact=True).click()
        form = officer.locator("form[action$='/void/']")
        form.locator("input[name=note]").fill("录错设备了")
        form.get_by_role("button").click()

        expect(wall.locator(".screen")).to_contain_text("没有停用的设备")
        expect(worker.locator(".stops .stop-x")).to_have_count(0)
        worker.goto(f"/m/q/{place.sticker}/")
        expect(worker.locator(".big-x")).to_have_count(0)
        worker.locator("form[action$='/inspect/'] button").first.click()
        expect(worker.locator("[data-cells]")).to_be_visible()
        assert officer.faults == wall.faults == worker.faults == []


def test_the_fix_is_photographed_over_the_old_photo_and_compared_with_it(live, fresh_factory, tmp_path):
    place = plant.build(tmp_path)
    fixer = User.objects.get(name="陈志强")
    hazard = make.hazard("rectifying", owner=fixer, level=Level.SERIOUS)
    site = live.url(fresh_factory).rstrip("/")
    with chromium(*CAMERA) as browser:
        phone = signed_in(browser, site, place.people[Role.MAINTENANCE], PHONE)
        phone.add_init_script(
            "const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices); window.asked = 0;"
            "navigator.mediaDevices.getUserMedia = async (what) => { window.asked++; return window.stream = await ask(what); };"
        )
        phone.goto(f"/m/hazards/{hazard.pk}/rectify/")
        send = phone.get_by_role("button", name="提交验收")
        expect(send).to_have_attribute("aria-disabled", "true")
        expect(phone.locator(".need-x")).to_contain_text("整改后照片")
        send.click(force=True)
        assert phone.url.endswith("/rectify/")
        assert phone.evaluate("window.asked") == 0, "the camera is asked for when the button is pressed"

        phone.get_by_role("button", name="照着整改前的角度拍").click()
        expect(phone.locator("dialog.ghost img")).to_be_visible()
        expect(phone.locator("dialog.ghost video")).not_to_have_js_property("videoWidth", 0)
        phone.locator(".ghost-mix input").fill("20")
        assert phone.locator("dialog.ghost img").evaluate("image => image.style.opacity") == "0.2"
        phone.locator(".ghost-shoot").click()
        expect(phone.locator("dialog.ghost")).to_have_count(0)
        assert phone.evaluate("window.stream.getTracks().every((track) => track.readyState === 'ended')")
        expect(phone.locator("#after-shots [data-shot]")).to_have_count(1)
        expect(phone.locator(".need-x")).not_to_contain_text("整改后照片")

        phone.fill("textarea[name=measure]", "装回防护罩")
        phone.locator("label:has(input[name=passed_1][value=no])").click()
        expect(phone.locator(".need-x")).to_contain_text("测试没通过")
        phone.locator("label:has(input[name=passed_1][value=yes])").click()
        expect(send).to_have_attribute("aria-disabled", "false")
        send.click()
        expect(phone.get_by_text("接下来由班组长初审")).to_be_visible()

        for page in (phone, signed_in(browser, site, place.people[Role.SAFETY_OFFICER], DESK)):
            page.goto(f"/m/hazards/{hazard.pk}/" if page is phone else f"/desk/hazards/{hazard.pk}/")
            slider = page.get_by_role("slider", name="整改前后对比")
            slider.focus()
            page.keyboard.press("End")
            expect(page.locator(".cmp-see .shot").nth(1)).to_have_attribute(
                "style", "clip-path: inset(0px 0px 0px 100%);"
            )
            page.get_by_role("button", name="并排").click()
            expect(slider).to_be_hidden()
            assert page.faults == []
