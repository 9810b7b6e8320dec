"""The safety officer makes a list from nothing, moves its items by hand and by key, and publishes; a begun run keeps its version."""

import os

import pytest
from playwright.sync_api import Locator, Page, expect

from inspections.models import Checklist, Item, Run
from people.permissions import Role
from tests.stories import plant
from tests.stories.browser import DESK, PHONE, chromium, signed_in

pytestmark = pytest.mark.browser


def shot(page: Page, name: str) -> None:
    if os.environ.get("SHOTS"):
        page.wait_for_timeout(300)
        page.screenshot(path=f"{os.environ['SHOTS']}/{name}.png", full_page=True)


def test_a_list_from_nothing_to_the_next_check(live, fresh_factory, tmp_path):
    place = plant.build(tmp_path)
    site = live.url(fresh_factory).rstrip("/")
    with chromium() as browser:
        officer = signed_in(browser, site, place.people[Role.SAFETY_OFFICER], DESK)
        officer.goto("/desk/checklists/")
        shot(officer, "list")
        officer.get_by_role("link", name="新建检查表").click()
        officer.get_by_label("检查表名称").fill("空压机班前检查")
        officer.get_by_label("周期").select_option("preshift")
        shot(officer, "add")
        officer.get_by_role("button", name="开始写").click()
        shot(officer, "empty")
        _add_every_kind(officer)
        assert _texts(officer) == ["有没有怪声？", "气压表多少？", "皮带怎么样？", "上一班交代了什么？", "拍一下铭牌"]

        _drag(officer, 4, 0)
        expect(officer.locator("[data-said]")).to_have_text("移到第 1 位了。")
        expect(officer.locator("[data-item] .bi-text").first).to_have_text("拍一下铭牌")
        officer.locator("[data-item]").nth(1).locator("[data-drag]").focus()
        officer.keyboard.press("Alt+ArrowDown")
        expect(officer.locator("[data-said]")).to_have_text("移到第 3 位了。")
        expect(officer.locator("[data-item]").nth(2).locator("[data-drag]")).to_be_focused()
        assert _texts(officer) == ["拍一下铭牌", "气压表多少？", "有没有怪声？", "皮带怎么样？", "上一班交代了什么？"]

        _autosaves(officer)
        _refuses_a_broken_order(officer)
        shot(officer, "editor")

        officer.get_by_role("link", name="试走一遍").click()
        expect(officer.locator("[data-step]").first).to_contain_text("拍一下铭牌")
        shot(officer, "try")
        officer.go_back()
        officer.get_by_role("link", name="看改动，发布").click()
        shot(officer, "compare")
        officer.get_by_role("button", name="发布", exact=True).click()
        expect(officer.get_by_role("status").filter(has_text="第 1 版已启用")).to_be_visible()
        shot(officer, "published")
        assert officer.faults == []
    made = Checklist.objects.current().get(title="空压机班前检查")
    assert [item.kind for item in made.items.all()] == ["photo", "number", "pass_fail", "choice", "text"]
    last = made.items.last()
    assert (last.only_if_position, last.only_if_value) == (4, "裂了")


def _add_every_kind(officer: Page) -> None:
    def begin(kind: str, text: str) -> None:
        officer.locator(".pal").get_by_role("link", name=kind).click()
        officer.get_by_label("题目，用工人的话问").fill(text)
        officer.get_by_label("有问题时算哪类隐患").select_option(index=1)

    def end(text: str) -> None:
        officer.get_by_role("button", name="加上这一项").click()
        expect(officer.locator(".bi-text").last).to_contain_text(text)

    begin("合格／有问题", "有没有怪声？")
    officer.get_by_label("合格标准").fill("不响、不漏")
    end("有没有怪声？")
    begin("数值", "气压表多少？")
    officer.get_by_label("下限").fill("0.60")
    officer.get_by_label("上限").fill("0.45")
    officer.get_by_role("button", name="加上这一项").click()
    expect(officer.locator(".field-error").first).to_contain_text("下限比上限还大")
    shot(officer, "refused")
    officer.get_by_label("下限").fill("0.45")
    officer.get_by_label("上限").fill("0.60")
    officer.get_by_label("单位").fill("MPa")
    end("气压表多少？")
    begin("选择", "皮带怎么样？")
    officer.get_by_label("选项 1").fill("完好")
    officer.get_by_label("选项 2").fill("裂了")
    officer.locator("input[name=choice_fail-1]").check()
    shot(officer, "choice")
    end("皮带怎么样？")
    begin("文字", "上一班交代了什么？")
    officer.get_by_label("什么时候才问").select_option(label="3: 裂了")
    end("上一班交代了什么？")
    begin("只拍照", "拍一下铭牌")
    officer.get_by_label("照片要拍到什么").fill("设备铭牌")
    end("拍一下铭牌")


def _texts(page: Page) -> list[str]:
    return [text.split("\n")[0].strip() for text in page.locator("[data-item] .bi-text").all_inner_texts()]


def _drag(page: Page, item: int, to: int) -> None:
    """By the handle, as with a mouse or a finger."""
    handle = _at_rest(page, page.locator("[data-drag]").nth(item))
    goal = page.locator("[data-item]").nth(to).bounding_box()
    page.mouse.move(handle["x"] + 20, handle["y"] + 20)
    page.mouse.down()
    page.mouse.move(handle["x"] + 20, handle["y"] - 10, steps=3)
    page.mouse.move(goal["x"] + 30, goal["y"] + 4, steps=6)
    shot(page, "drag")
    page.mouse.up()


def _drag_by_finger(page: Page, item: int, to: int) -> None:
    page.locator("[data-designer][data-is-ready]").wait_for()
    grip = page.locator("[data-drag]").nth(item)
    grip.evaluate("grip => grip.scrollIntoView({ block: 'center', behavior: 'instant' })")
    handle = _at_rest(page, grip)
    goal = page.locator("[data-item]").nth(to).bounding_box()
    finger = page.context.new_cdp_session(page)
    x, start, end = handle["x"] + 20, handle["y"] + 20, goal["y"] + 4
    places = [start, start - 12, (start + end) / 2, end]
    for kind, y in zip(("touchStart", "touchMove", "touchMove", "touchMove"), places, strict=True):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def _at_rest(page: Page, thing: Locator) -> dict:
    """Where it is once nothing above it comes or goes any more, such as the chip of the connection."""
    before = None
    while (box := thing.bounding_box()) != before:
        before = box
        page.wait_for_timeout(500)
    return box


def _autosaves(officer: Page) -> None:
    """Typing is enough: the phone beside it shows it, and leaving at once loses nothing."""
    officer.get_by_role("link", name="气压表多少？").click()
    officer.get_by_label("题目，用工人的话问").fill("气压表现在是多少？")
    expect(officer.locator("#preview")).to_contain_text("气压表现在是多少？")
    officer.get_by_label("单位").fill("")
    expect(officer.locator("#item-notes")).to_contain_text("写上单位")
    officer.get_by_label("单位").fill("bar")
    officer.get_by_role("link", name="皮带怎么样？").click()
    expect(officer.get_by_label("选项 1")).to_have_value("完好")
    officer.get_by_role("link", name="气压表现在是多少？").click()
    expect(officer.get_by_label("单位")).to_have_value("bar")


def _refuses_a_broken_order(officer: Page) -> None:
    officer.locator("[data-item]").last.locator("[data-drag]").focus()
    officer.keyboard.press("Alt+ArrowUp")
    expect(officer.locator("#refusal")).to_contain_text("只能排在它后面")
    officer.locator("#refusal button").click()
    assert _texts(officer)[-1] == "上一班交代了什么？"


def test_on_the_phone_by_finger_and_a_begun_run_keeps_its_version(live, fresh_factory, tmp_path):
    place = plant.build(tmp_path)
    site = live.url(fresh_factory).rstrip("/")
    listed = Checklist.objects.get(code="press-preshift")
    run = Run.objects.filter(checklist=listed).first()
    first = listed.items.first().text["zh"]
    with chromium() as browser:
        officer = signed_in(browser, site, place.people[Role.SAFETY_OFFICER], PHONE)
        officer.goto(f"/desk/checklists/{listed.pk}/")
        shot(officer, "phone-version")
        officer.get_by_role("button", name="改这张表").click()
        shot(officer, "phone-editor")
        _drag_by_finger(officer, 2, 1)
        expect(officer.locator("[data-said]")).to_have_text("移到第 2 位了。")
        officer.get_by_role("link", name=first).click()
        shot(officer, "phone-item")
        officer.get_by_label("题目，用工人的话问", exact=True).fill("开起来听一听，响不响？")
        officer.get_by_role("link", name="看改动，发布").click()
        expect(officer.locator(".feed")).to_contain_text("开起来听一听，响不响？")
        shot(officer, "phone-compare")
        officer.get_by_role("button", name="发布", exact=True).click()
        expect(officer.get_by_role("status").filter(has_text="第 2 版已启用")).to_be_visible()
        worker = signed_in(browser, site, place.people[Role.WORKER], PHONE)
        worker.goto("/m/")
        worker.get_by_role("button", name="开始检查").first.click()
        expect(worker.locator("[data-step]").first).to_contain_text(first)
        assert officer.faults == worker.faults == []
    assert Run.objects.get(pk=run.pk).checklist == listed
    newest = Checklist.objects.current().get(code="press-preshift")
    assert newest.items.first().text["zh"] == "开起来听一听，响不响？"
    assert newest.items.first().text["en"], "the other language is still there"
    assert Item.objects.get(checklist=listed, position=1).text["zh"] == first


def test_without_scripts_links_and_buttons_do_the_same(live, fresh_factory, tmp_path):
    place = plant.build(tmp_path)
    site = live.url(fresh_factory).rstrip("/")
    listed = Checklist.objects.get(code="press-preshift")
    second = listed.items.all()[1].text["zh"]
    with chromium() as browser:
        officer = signed_in(browser, site, place.people[Role.SAFETY_OFFICER], DESK | {"java_script_enabled": False})
        officer.goto(f"/desk/checklists/{listed.pk}/")
        officer.get_by_role("button", name="改这张表").click()
        row = officer.locator("[data-item]").nth(1)
        row.locator("summary").click()
        row.get_by_role("button", name="往上移").click()
        expect(officer.locator("[data-item] .bi-text").first).to_contain_text(second)
        officer.locator("[data-item] .bi-text").first.click()
        officer.get_by_label("题目，用工人的话问", exact=True).fill("罩子在不在？")
        shot(officer, "no-scripts")
        officer.locator("[data-item]").first.get_by_role("button", name="保存").click()
        expect(officer.locator("#preview")).to_contain_text("罩子在不在？")
    draft = Checklist.objects.get(status="draft")
    assert draft.items.first().text["zh"] == "罩子在不在？"


def test_two_at_one_item_see_both_and_one_decides(live, fresh_factory, tmp_path):
    place = plant.build(tmp_path)
    site = live.url(fresh_factory).rstrip("/")
    listed = Checklist.objects.get(code="press-preshift")
    field = "题目，用工人的话问"
    with chromium() as browser:
        first, second = (signed_in(browser, site, place.people[Role.SAFETY_OFFICER], DESK) for _number in range(2))
        first.goto(f"/desk/checklists/{listed.pk}/")
        first.get_by_role("button", name="改这张表").click()
        first.locator(".bi-text").first.click()
        second.goto(first.url)
        first.get_by_label(field, exact=True).fill("先写的")
        expect(first.locator("#preview")).to_contain_text("先写的")
        second.get_by_label(field, exact=True).fill("后写的")
        expect(second.locator("#item-notes")).to_contain_text("刚改过这里")
        expect(second.locator("#item-notes")).to_contain_text("先写的")
        expect(second.get_by_label(field, exact=True)).to_have_value("后写的")
        shot(second, "conflict")
        second.get_by_role("button", name="用我写的").click()
        expect(second.locator("#preview")).to_contain_text("后写的")
        first.reload()
        expect(first.get_by_label(field, exact=True)).to_have_value("后写的")
        assert first.faults == second.faults == []
