"""What a worker sees and proves in a check: photos that fit, spoken notes, questions that come and go, Ex areas, big text."""

import io
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from core.events import history
from facilities.models import Area
from facilities.qr import issue_sticker, token_of
from hazards.models import Hazard, Status
from inspections.models import Item, Run
from people.permissions import Role
from tests import make
from tests.stories.browser import PHONE, chinese_font, chromium, signed_in

pytestmark = pytest.mark.browser

MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
NARROW = PHONE | {"viewport": {"width": 360, "height": 760}}
PRESSURE = {"kind": Item.Kind.NUMBER, "unit": "MPa", "minimum": "0.45", "maximum": "0.60", "photo": "never"}
COLOUR = {
    "kind": Item.Kind.CHOICE,
    "photo": "never",
    "choices": [{"zh": "清", "en": "Clear"}, {"zh": "发黑", "en": "Black", "is_fail": True}],
}


@dataclass(frozen=True)
class Check:
    phone: str
    run: Run
    address: str
    token: str


def _check(*items: dict, is_ex: bool = False) -> Check:
    """A started check of one worker on one machine. Commits; no more queries once the browser runs."""
    make.policies()
    worker = make.person(Role.WORKER, name="王建国")
    machine = make.machine()
    Area.objects.filter(pk=machine.area_id).update(is_ex=is_ex)
    run = make.run(worker, of=make.checklist(*items), equipment=machine)
    if not is_ex:
        Run.objects.filter(pk=run.pk).update(status=Run.Status.DOING, inspector=worker, started_at=timezone.now())
    token = token_of(issue_sticker(machine, by=make.person(Role.ADMIN)))
    return Check(worker.phone, run, f"/m/runs/{run.pk}/", token)


def _answer(page: Page, value: str) -> None:
    page.locator(f"[data-step]:visible label:has(input[name^=value-][value={value}])").click()


def _next(page: Page) -> None:
    page.get_by_role("button", name="下一项").click()


def _hand_in(page: Page) -> None:
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", name="已提交")).to_be_visible()
    assert page.faults == []


def _big_photo(folder: Path) -> str:
    """12 megapixels of fine grain, such as a chequered floor plate: nothing compresses worse."""
    grain = Image.frombytes("RGB", (1000, 750), random.Random(1).randbytes(1000 * 750 * 3)).resize((4000, 3000))
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:03:02 08:30:00"
    exif.get_ifd(0x8825)[1], exif.get_ifd(0x8825)[2] = "N", (31.0, 13.0, 49.44)
    path = folder / "grain.jpg"
    grain.save(path, "JPEG", quality=90, exif=exif)
    assert path.stat().st_size > 3_000_000
    return str(path)


def test_a_photo_of_twelve_megapixels_goes_in_400_kilobytes_and_without_its_position(live, fresh_factory, tmp_path):
    check, path = _check({"kind": Item.Kind.PHOTO}), _big_photo(tmp_path)
    site = live.url(fresh_factory).rstrip("/")
    with chromium() as browser:
        context = {**PHONE, "timezone_id": "Asia/Shanghai"}
        worker = signed_in(browser, site, check.phone, context)
        worker.goto(check.address)
        worker.locator("[data-shots] input[type=file]").first.set_input_files(path)
        expect(worker.locator(".shot img")).to_have_count(1)
        _next(worker)
        _hand_in(worker)
    photo = check.run.answers.get().photos.get()
    assert photo.size <= 400_000
    assert max(photo.width, photo.height) >= 800
    assert not Image.open(io.BytesIO(photo.original.read())).getexif()
    assert photo.taken_at == datetime(2026, 3, 2, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert photo.stamp.startswith(f"{timezone.localtime():%Y-%m-%d}")
    assert "2026-03-02 08:30" in photo.stamp


def test_nothing_moves_under_a_finger_when_a_photo_that_was_drawn_anew_is_shown(live, fresh_factory, tmp_path):
    owner = make.person(Role.MAINTENANCE, name="陈志强")
    hazard, path = make.hazard(Status.RECTIFYING, owner=owner), _big_photo(tmp_path)
    site = live.url(fresh_factory).rstrip("/")
    with chromium() as browser:
        fixer = signed_in(browser, site, owner.phone, PHONE)
        answers = "document.querySelector('fieldset.w-ans').getBoundingClientRect().top + scrollY"
        fixer.goto(f"/m/hazards/{hazard.pk}/rectify/", wait_until="domcontentloaded")
        drawn_first = fixer.evaluate(answers)
        fixer.wait_for_load_state("networkidle")
        assert fixer.evaluate(answers) == drawn_first
        for count in (1, 2, 3):
            fixer.locator("#after-shots input[type=file]").set_input_files(path)
            expect(fixer.locator("#after-shots [data-shot]")).to_have_count(count)
            at_once = fixer.evaluate(answers)
            expect(fixer.locator("#after-shots .shot img")).to_have_count(count)
            assert fixer.evaluate(answers) == at_once
        assert fixer.faults == []


def test_a_spoken_note_is_recorded_played_deleted_and_handed_in_with_the_hazard(live, fresh_factory):
    check = _check({"photo": "never"})
    officer = make.person(Role.SAFETY_OFFICER)
    site = live.url(fresh_factory).rstrip("/")
    with chromium(*MICROPHONE) as browser:
        worker = signed_in(browser, site, check.phone, PHONE)
        worker.goto(check.address)
        _answer(worker, "fail")
        button = worker.locator("[data-voice-record]")
        button.click(delay=1200)
        expect(worker.locator(".voice-x audio")).to_have_count(1)
        worker.get_by_role("button", name="删掉").click()
        expect(worker.locator(".voice-x audio")).to_have_count(0)
        button.click()
        expect(button).to_contain_text("正在录")
        worker.wait_for_timeout(1500)
        button.click()
        expect(worker.locator(".voice-x audio")).to_have_count(1)
        worker.wait_for_timeout(600)
        worker.reload()
        expect(worker.locator(".voice-x audio")).to_have_count(1), "kept on the phone"
        _next(worker)
        _hand_in(worker)
        worker.locator(".w-item").filter(has_text="YH-").click()
        player = worker.locator("audio")
        expect(player).to_have_count(1)
        assert worker.locator(".shot").count() == 0, "sound is no picture"
        assert _plays(player)
        desk = signed_in(browser, site, officer.phone, {"viewport": {"width": 1440, "height": 900}})
        desk.goto(f"/desk/runs/{check.run.pk}/")
        assert _plays(desk.locator("audio"))
        assert worker.faults == desk.faults == []
    note = check.run.answers.get().voice
    assert note.is_sound
    assert Hazard.objects.get().evidence.get().attachment == note


def _plays(player) -> bool:
    return player.evaluate(
        """async (audio) => { audio.muted = true; await audio.play(); await new Promise((done) => setTimeout(done, 300)); return audio.currentTime > 0; }"""
    )


def test_questions_come_and_go_with_the_answers_and_a_bad_choice_is_a_problem(live, fresh_factory):
    quiet = {"photo": "never"}
    wiped = quiet | {"text": {"zh": "擦了吗", "en": "Wiped?"}, "only_if_position": 1, "only_if_value": "fail"}
    black = quiet | {"text": {"zh": "油换了吗", "en": "Changed?"}, "only_if_position": 4, "only_if_value": "发黑"}
    check = _check(quiet, wiped, PRESSURE, COLOUR, black)
    site = live.url(fresh_factory).rstrip("/")
    with chromium() as browser:
        worker = signed_in(browser, site, check.phone, PHONE)
        worker.goto(check.address)
        cells, here = worker.locator("[data-cells] li"), worker.locator("[data-step]:visible")
        expect(cells).to_have_count(3)
        _answer(worker, "fail")
        expect(cells).to_have_count(4)
        _next(worker)
        expect(here).to_contain_text("擦了吗")
        worker.get_by_role("button", name="上一项").click()
        worker.context.set_offline(True)
        _answer(worker, "pass")
        expect(here.locator("[data-number]")).to_be_visible()
        expect(cells).to_have_count(3)
        worker.context.set_offline(False)

        worker.fill("[data-step]:visible input[name^=number]", "0.68")
        expect(here.locator("[data-off]")).to_have_text("高了 0.08")
        expect(here.get_by_role("alert")).to_contain_text("先停机")
        worker.fill("[data-step]:visible input[name^=number]", "0.52")
        expect(here.locator("[data-off]")).to_have_text("")
        _next(worker)

        worker.locator("label", has_text="发黑").click()
        expect(here.locator("input[value=fail]")).to_be_checked()
        expect(cells).to_have_count(4)
        _next(worker)
        expect(here).to_contain_text("油换了吗")
        _answer(worker, "pass")
        expect(worker.locator("[data-summary-list] li")).to_have_count(4)
        _hand_in(worker)
    assert [answer.item.position for answer in check.run.answers.all()] == [1, 3, 4, 5]
    assert Hazard.objects.count() == 1


def test_where_explosions_threaten_the_check_first_says_that_the_phone_stays_outside(live, fresh_factory):
    check = _check({"photo": "never"}, is_ex=True)
    site = live.url(fresh_factory).rstrip("/")
    with chromium() as browser:
        worker = signed_in(browser, site, check.phone, PHONE)
        worker.goto(f"/m/q/{check.token}/")
        expect(worker.get_by_role("note")).to_contain_text("爆炸危险")
        worker.get_by_role("button", name="开始检查").click()
        expect(worker.locator("[data-cells]")).to_be_visible()
        expect(worker.locator("[data-step]:visible")).to_contain_text("普通手机不带进去")
        _next(worker)
        expect(worker.get_by_text("先选一个答案")).to_be_visible()
        with worker.expect_response("**/start/"):
            worker.locator("label", has_text="站在边界外拍").click()
        _answer(worker, "pass")
        _hand_in(worker)
    run = Run.objects.get(pk=check.run.pk)
    started = next(event for event in history(run) if event.name == "run.started")
    assert started.data["ex"] == "outside"
    assert run.scanned is not None
    assert run.submitted_at - run.started_at > timedelta()


@pytest.mark.parametrize("size", ["large", "huge"])
def test_big_text_stays_on_a_narrow_screen_and_on_the_way_in(live, fresh_factory, tmp_path, size):
    check = _check(PRESSURE, COLOUR, {"kind": Item.Kind.PHOTO}, {"kind": Item.Kind.TEXT}, {})
    hazard = make.hazard(reporter=check.run.assignee)
    words = {"large": "大", "huge": "特大"}[size]
    site = live.url(fresh_factory).rstrip("/")
    with chromium(fonts=chinese_font()) as browser:
        worker = signed_in(browser, site, check.phone, NARROW)
        worker.goto("/m/")
        worker.get_by_role("button", name=words, exact=True).click()
        expect(worker.locator(f"body.text-{size}")).to_have_count(1)
        expect(worker.get_by_text("字的大小")).to_have_count(0)
        pages = ["/m/", "/m/me/", "/m/scan/", f"/m/q/{check.token}/", "/m/report/", f"/m/hazards/{hazard.pk}/"]
        for address in pages:
            worker.goto(address)
            _fits(worker)
        worker.goto(check.address)
        for _step in range(5):
            _fits(worker)
            worker.evaluate(
                "document.querySelectorAll('[data-step] input[value=fail]').forEach((each) => each.click())"
            )
            _fits(worker)
            worker.evaluate("document.querySelector('[data-next]').click()")
        worker.goto("/m/me/")
        worker.get_by_role("button", name="退出登录").click()
        worker.goto("/account/login/")
        expect(worker.locator(f"body.text-{size}")).to_have_count(1)
        _fits(worker)


def _fits(page: Page) -> None:
    wide = page.evaluate(
        """() => [...document.querySelectorAll("body *")].filter((each) => each.getBoundingClientRect().right > innerWidth + 1
             && each.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !each.closest(".sr, .skip"))
             .map((each) => each.outerHTML.slice(0, 120))"""
    )
    assert wide == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, page.url
