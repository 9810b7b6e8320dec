"""The server takes a photo not: the worker sees at once which and why, keeps all the rest, and takes it again."""

import random
from pathlib import Path

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from inspections.models import Item, Run
from people.permissions import Role
from tests import make
from tests.stories.browser import PHONE, chromium, signed_in

pytestmark = pytest.mark.browser

QUIET = {"photo": "never"}
NUMBER = QUIET | {"kind": Item.Kind.NUMBER, "unit": "MPa", "minimum": "0.45", "maximum": "0.60"}
LONG = {
    "text": {"zh": "双手按钮，光幕，急停，都试一遍", "en": "Try all"},
    "accept": {"zh": "松开一只手滑块就停，挡住光幕滑块就停，按下急停滑块就停", "en": "All stop"},
}


@pytest.fixture
def check(fresh_factory) -> tuple[str, Run]:
    """A worker's phone number and a begun check; its second question wants a photo where there is a problem."""
    make.policies()
    worker = make.person(Role.WORKER, name="王建国")
    run = make.run(worker, of=make.checklist(NUMBER, LONG, QUIET), equipment=make.machine())
    Run.objects.filter(pk=run.pk).update(status=Run.Status.DOING, inspector=worker, started_at=timezone.now())
    return worker.phone, run


def _no_picture(folder: Path) -> str:
    path = folder / "DSC_0001.jpg"
    path.write_bytes(random.Random(3).randbytes(4000))
    return str(path)


def _picture(folder: Path) -> str:
    path = folder / "guard.jpg"
    Image.effect_noise((640, 480), 60).save(path)
    return str(path)


def _next(page: Page) -> None:
    page.get_by_role("button", name="下一项").click()


def _photograph(page: Page, *paths: str) -> None:
    for path in paths:
        before = page.locator("[data-step]:visible [data-shot]").count()
        page.locator("[data-step]:visible [data-shots] input[type=file]").set_input_files(path)
        expect(page.locator("[data-step]:visible [data-shot]")).to_have_count(before + 1)


def _answer(page: Page, good: str, bad: str) -> None:
    page.fill("[data-step]:visible input[name^=number]", "0.52")
    _next(page)
    page.locator("[data-step]:visible label:has(input[value=fail])").click()
    page.fill("[data-step]:visible textarea", "左边的护罩松了")
    _photograph(page, good, bad)
    _next(page)
    page.locator("[data-step]:visible label:has(input[value=pass])").click()


def _is_told(page: Page) -> None:
    """Without scrolling, at the head of its question, and read out."""
    told = page.locator("[data-step]:visible").get_by_role("alert").filter(has_text="第 2 张")
    expect(told).to_be_in_viewport(ratio=1)
    expect(told).to_contain_text("请重新拍照")
    question = page.locator("[data-step]:visible .w-q")
    expect(question).to_be_in_viewport(ratio=1)
    assert told.bounding_box()["y"] < page.locator("[data-step]:visible [data-shots]").bounding_box()["y"]
    covers = page.locator("#refusal > *")
    assert (
        covers.count() == 0
        or covers.bounding_box()["y"] + covers.bounding_box()["height"] < question.bounding_box()["y"]
    )


def _goes_on(page: Page, good: str) -> None:
    """What was answered is still there; a new photo takes the place of the refused one."""
    here = page.locator("[data-step]:visible")
    expect(here.locator("[data-shot] img")).to_have_count(1)
    expect(here.locator("textarea")).to_have_value("左边的护罩松了")
    with page.expect_file_chooser() as chooser:
        here.get_by_role("button", name="重拍").click()
    chooser.value.set_files(good)
    expect(here.locator("[data-shot] img")).to_have_count(2)
    expect(here.get_by_role("alert")).to_have_count(0)
    _next(page)
    expect(page.locator("[data-step]:visible input[value=pass]")).to_be_checked()
    _next(page)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", name="已提交")).to_be_visible()
    assert page.faults == []


def _is_whole(run: Run) -> None:
    number, problem, _last = run.answers.all()
    assert (str(number.number.normalize()), problem.text) == ("0.52", "左边的护罩松了")
    assert [photo.name for photo in problem.photos.all()] == ["guard.jpg", "guard.jpg"]


def test_it_is_told_where_the_photo_belongs_and_taken_again(site, check, tmp_path):
    phone, run = check
    good, bad = _picture(tmp_path), _no_picture(tmp_path)
    with chromium() as browser:
        page = signed_in(browser, site, phone, PHONE)
        page.goto(f"/m/runs/{run.pk}/")
        _answer(page, good, bad)
        page.get_by_role("button", name="提交").click()
        _is_told(page)
        page.reload()
        _is_told(page)
        _goes_on(page, good)
    _is_whole(run)


def test_it_went_later_and_the_way_leads_from_the_list_of_what_waits(site, check, tmp_path):
    phone, run = check
    good, bad = _picture(tmp_path), _no_picture(tmp_path)
    with chromium() as browser:
        page = signed_in(browser, site, phone, PHONE)
        page.goto(f"/m/runs/{run.pk}/")
        _answer(page, good, bad)
        page.context.set_offline(True)
        page.get_by_role("button", name="提交").click()
        expect(page.get_by_role("heading", name="存在手机里了")).to_be_visible()
        page.context.set_offline(False)
        page.goto("/m/sync/")
        row = page.locator("[data-queue] .w-item").filter(has_text="第 2 张")
        expect(row).to_contain_text("请重新拍照", timeout=40_000)
        row.get_by_role("link", name="重拍").click()
        _is_told(page)
        _goes_on(page, good)
    _is_whole(run)
