"""A joint group in three browsers: the desk, a phone, and somebody from outside by a link."""

import re

import pytest
from playwright.sync_api import expect

from hazards.actions import add_member, open_group
from hazards.models import Status
from people.models import User
from people.permissions import Role
from tests import make
from tests.stories import plant
from tests.stories.browser import DESK, PHONE, chromium, signed_in

pytestmark = pytest.mark.browser


def say(page, words: str) -> None:
    page.fill("#compose textarea", words)
    page.get_by_role("button", name="发送").click()
    expect(page.locator("#posts")).to_contain_text(words)
    expect(page.locator("#compose textarea")).to_have_value("")


def invite(officer) -> str:
    officer.get_by_text("邀请外部人员").click()
    officer.fill("[name=name]", "王工")
    officer.fill("[name=company]", "供电公司")
    officer.get_by_role("button", name="生成链接").click()
    officer.get_by_text("显示链接").click()
    return officer.locator("#links input[readonly]").input_value()


def stranger(browser, address: str):
    page = browser.new_context(locale="zh-CN", **PHONE).new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.goto(address)
    return page


def test_three_browsers_see_each_other_talk(live, fresh_factory, tmp_path):
    place = plant.build(tmp_path)
    site = live.url(fresh_factory).rstrip("/")
    officer_user, electrician_user = User.objects.get(name="周敏"), User.objects.get(name="陈志强")
    hazard = make.hazard(Status.RECTIFYING, owner=electrician_user, title="2 号冲压机配电箱漏电")
    add_member(open_group(hazard, by=officer_user), by=officer_user, user=User.objects.get(name="李卫东"))
    with chromium() as browser:
        officer = signed_in(browser, site, place.people[Role.SAFETY_OFFICER], DESK)
        electrician = signed_in(browser, site, place.people[Role.MAINTENANCE], PHONE)
        officer.goto(f"/desk/hazards/{hazard.pk}/group/")
        outsider = stranger(browser, re.sub(r"^https?://[^/]+", site, invite(officer)))
        expect(outsider.locator("h2").first).to_have_text("2 号冲压机配电箱漏电")
        officer.get_by_text("显示链接").click()
        expect(officer.locator("#links .state.ok")).to_contain_text("已打开")

        electrician.goto(f"/m/hazards/{hazard.pk}/")
        electrician.locator("a.talk-head", has_text="联合处理组").click()
        _talk(officer, electrician, outsider)
        _call_by_name(officer, electrician)
        _share_out(officer, outsider, place)
        _come_back(officer, electrician)
        _end(hazard, officer, electrician, outsider)
        assert officer.faults == electrician.faults == outsider.faults == []


def _talk(officer, electrician, outsider) -> None:
    say(electrician, "配电箱外壳带电，先断 3 号线")
    for page in (officer, outsider):
        expect(page.locator("#posts")).to_contain_text("先断 3 号线")


def _call_by_name(officer, electrician) -> None:
    electrician.goto("/m/")
    officer.locator("#compose textarea").press_sequentially("@陈")
    officer.locator(".at-menu li", has_text="陈志强").click()
    officer.locator("#compose textarea").press_sequentially("什么时候能停？")
    officer.locator("#compose textarea").press("Enter")
    expect(officer.locator(".seen")).to_contain_text("陈志强未读")
    expect(electrician.locator(".toast-x")).to_contain_text("什么时候能停")
    electrician.locator(".toast-x a").click()
    expect(electrician.locator(".at.me-x")).to_have_text("@陈志强")
    expect(officer.locator(".seen")).to_contain_text("陈志强已读")


def _share_out(officer, outsider, place) -> None:
    officer.get_by_text("派分任务").click()
    officer.fill("[name=title]", "停 3 号线")
    officer.select_option("[name=owner]", label="王工")
    officer.fill("[name=due_at]", "2099-01-01T08:00")
    officer.get_by_role("button", name="派下去").click()
    expect(officer.locator(".note.bad")).to_contain_text("一年之内")
    tomorrow = "new Date(Date.now() + 864e5).toISOString().slice(0, 16)"
    officer.fill("[name=due_at]", officer.evaluate(tomorrow))
    officer.get_by_role("button", name="派下去").click()
    expect(outsider.locator("#tasks")).to_contain_text("停 3 号线")
    outsider.get_by_text("做完了").click()
    outsider.fill("[name=result]", "14:05 已停，已挂牌")
    outsider.set_input_files("#tasks input[type=file]", place.photos["after"])
    expect(outsider.locator("#tasks .shot")).to_have_count(1)
    outsider.get_by_role("button", name="标为完成").click()
    expect(outsider.locator("#tasks .state.ok")).to_be_visible()
    expect(officer.locator("#tasks")).to_contain_text("14:05 已停，已挂牌")
    expect(officer.locator("#tasks")).to_contain_text("完成 1/1")


def _come_back(officer, electrician) -> None:
    """What was said while the phone had no network is there as soon as it has one."""
    electrician.context.set_offline(True)
    say(officer, "你离线时说的")
    electrician.context.set_offline(False)
    expect(electrician.locator("#posts")).to_contain_text("你离线时说的")


def _end(hazard, officer, electrician, outsider) -> None:
    """On pages that are open the form goes; what somebody was typing stays to be copied."""
    electrician.fill("#compose textarea", "还差一颗螺丝")
    officer.goto(f"/desk/hazards/{hazard.pk}/")
    officer.get_by_text("不进入整改").click()
    officer.locator("form[action$='/void/'] input[name=note]").fill("误报")
    officer.get_by_role("button", name="作废").click()
    expect(officer.locator("#posts")).to_contain_text("先断 3 号线")
    for page in (electrician, outsider):
        expect(page.locator("#compose")).to_contain_text("隐患已结束")
        expect(page.locator("#compose button")).to_have_count(0)
    expect(electrician.locator("#compose")).to_contain_text("没有发出去")
    expect(electrician.locator("#compose textarea")).to_have_value("还差一颗螺丝")
    for page in (officer, electrician, outsider):
        page.reload()
        expect(page.locator("#posts")).to_contain_text("先断 3 号线")
        expect(page.locator("#compose")).to_have_count(0)
