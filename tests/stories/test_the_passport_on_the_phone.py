"""A worker carries what was ticked to a second factory, sees there what came along and what is left, and takes it back."""

import re

import pytest
from django.conf import settings
from django.core.cache import cache
from playwright.sync_api import Page, expect

from partners import actions
from partners.models import CrewMember
from people.models import User
from tenants.current import in_factory
from tests import make
from tests.live import session_of
from tests.stories.browser import PHONE, chromium
from tests.stories.crew import NUMBER, come_to_the_gate

pytestmark = pytest.mark.browser
TICKED = ("姓名", "手机号", "身份证号", "本人照片", "紧急联系人", "工种")


@pytest.fixture
def worker(second_fresh_factory, fresh_factory) -> User:
    """Registered at the first factory, without any licence."""
    cache.clear()
    make.site_texts()
    member = actions.register(make.project().code, phone=NUMBER, name="欧阳小米")
    user = User.objects.get(pk=member.user_id)
    facts = {"trade": "fitter", "emergency_name": "欧阳大姐", "emergency_phone": "13911112222"}
    badge = make.photo(user)
    actions.record_person(member, by=user, name="欧阳小米", id_number=make.id_number(), badge=badge, **facts)
    return user


def test_what_is_ticked_comes_along_and_goes_again(site, live, worker, second_fresh_factory):
    end, cookie = CrewMember.objects.get(user=worker).id_end, session_of(worker)
    with in_factory(second_fresh_factory):
        make.site_texts()
        project = make.project()
    there = live.url(second_fresh_factory).rstrip("/")
    with chromium() as browser:
        here = browser.new_context(base_url=site, locale="zh-CN", **PHONE)
        here.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site}])
        first = here.new_page()
        agree(first)
        second = browser.new_context(base_url=there, locale="zh-CN", **PHONE).new_page()
        come_to_the_gate(second, project, second_fresh_factory)
        bring(second, end)
        take_back(second)
        for _second in range(10):
            first.goto("/k/passport/")
            if first.get_by_text("已收回").count():
                break
            first.wait_for_timeout(500)
        expect(first.get_by_text("已收回")).to_be_visible()


def agree(page: Page) -> None:
    """Field by field; nothing is ticked beforehand."""
    page.goto("/k/passport/")
    assert page.locator("input[name=carry]:checked").count() == 0
    for label in TICKED:
        page.locator("label.tick", has_text=label).first.click()
    page.get_by_role("button", name="同意带走勾选的").click()
    expect(page.get_by_text(re.compile(r"\d{4} \d{4} \d{4}"))).to_be_visible()


def bring(page: Page, end: str) -> None:
    """A wrong end first; then what came along is seen, and only the part of the site is left."""
    stages = page.locator(".steps-v li")
    assert stages.count() == 4
    page.get_by_role("link", name="看一看").click()
    for typed in ("000X", end):
        page.fill("input[name=code]", typed)
        page.get_by_role("button", name="下一步").click()
    for label in TICKED:
        expect(page.locator("ul.plain li", has_text=label)).to_be_visible()
    page.get_by_role("button", name="带过来").click()
    expect(page.get_by_role("link", name="看安全交底")).to_be_visible()
    expect(stages.first).to_have_class("done")
    expect(page.get_by_role("heading", name="欧阳小米")).to_be_visible()
    expect(stages.locator("nth=1")).to_have_class("now")


def take_back(page: Page) -> None:
    """At the second factory, too."""
    page.get_by_role("link", name="带到别的工厂").click()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="收回，从这里删掉").click()
    expect(page.get_by_text("已收回，这里删掉了")).to_be_visible()
    page.goto("/k/")
    expect(page.get_by_role("link", name="填我的资料")).to_be_visible()
    assert page.get_by_text("欧阳小米").count() == 0
