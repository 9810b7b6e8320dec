"""From the landing page to the first page of the own factory, on a phone; what it takes is counted and printed."""

import secrets
import time

import pytest
from django.conf import settings
from playwright.sync_api import Page, WebSocket, expect

from tests.stories.browser import PHONE, chinese_font, chromium

pytestmark = pytest.mark.browser
# From here to the first inspection there may be 25; this is the way to the first page.
MOST_INTERACTIONS, MOST_SECONDS = 13, 25


class Hand:
    """Does what a person does, and counts it."""

    def __init__(self, page: Page) -> None:
        self.page, self.count, self.began = page, 0, time.monotonic()

    def tap(self, name: str, role: str = "button") -> None:
        self.count += 1
        self.page.get_by_role(role, name=name).first.click()

    def tick(self, label: str) -> None:
        self.count += 1
        self.page.get_by_label(label).check()

    def type(self, label: str, words: str) -> None:
        self.count += 1
        self.page.get_by_label(label).fill(words)

    def choose(self, label: str, option: str) -> None:
        self.count += 1
        self.page.get_by_label(label).select_option(label=option)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began


def test_from_the_landing_page_to_the_first_page_of_the_own_factory(live, tmp_path, capsys):
    slug = f"own{secrets.token_hex(4)}"
    with chromium(fonts=chinese_font()) as browser:
        page = browser.new_context(locale="zh-CN", **PHONE).new_page()
        faults, heard = [], []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("response", lambda response: faults.append(response.url) if response.status >= 500 else None)
        page.on("websocket", lambda socket: _listen(socket, heard))
        page.goto(f"http://{settings.BASE_DOMAIN}:{live.port}/")
        hand = Hand(page)
        hand.tap("免费试用 30 天", "link")
        hand.type("手机号或邮箱", f"138{secrets.randbelow(10**8):08}")
        hand.tick("我看过使用条款和隐私说明")
        hand.tap("发送验证码")
        hand.type("六位数字", page.locator("[data-demo-code]").inner_text())
        hand.tap("确认")
        hand.tick("金属加工")
        hand.type("工厂名称", "苏州市恒川金属制品有限公司")
        hand.choose("全厂多少人", "101–300")
        expect(page.get_by_label("网址里的简称")).to_have_value("hengchuan")
        hand.type("网址里的简称", slug)
        hand.type("你的姓名", "刘洋")
        hand.tap("开通")
        expect(page.get_by_text("专属空间")).to_be_visible()
        page.wait_for_url(lambda url: "/welcome/" in url)
        hand.tap("开始")
        page.wait_for_url(lambda url: "/welcome/" not in url)
        assert page.url.startswith(f"http://{slug}.{settings.BASE_DOMAIN}")
        expect(page.locator("main")).to_be_visible()
        assert faults == []
        assert heard, "the socket told of the progress"
    with capsys.disabled():
        print(f"\nlanding page to own factory: {hand.count} interactions, {hand.seconds:.1f} s")
    assert hand.count <= MOST_INTERACTIONS and hand.seconds <= MOST_SECONDS


def _listen(socket: WebSocket, heard: list[str]) -> None:
    if socket.url.endswith("/ws/sign-up/"):
        socket.on("framereceived", lambda frame: heard.append(frame) if '"sign_up"' in str(frame) else None)
