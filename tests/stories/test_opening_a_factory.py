"""From the landing page to the first scanned check of the own factory, on a phone; what it takes is counted and printed."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from playwright.sync_api import Page, Route, WebSocket, expect

from portals.operator.demo.pictures import draw_scene
from tests.stories.browser import PHONE, chinese_font, chromium

pytestmark = pytest.mark.browser
MOST_INTERACTIONS, MOST_SECONDS = 25, 60


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

    def check(self, picture: str) -> None:
        """Every question of the check is answered; a photo is one thing more, and so is a number."""
        expect(self.page.locator("[data-cells]")).to_be_visible()
        steps = self.page.locator("[data-step]")
        for position in range(steps.count()):
            step = steps.nth(position)
            expect(step).to_be_visible()
            if step.get_attribute("data-photo") == "always":
                self.count += 1
                step.locator("[data-shots] input[type=file]").set_input_files(picture)
                expect(step.locator(".shot img")).to_have_count(1)
            if step.get_attribute("data-kind") == "number":
                self.count += 1
                number = step.locator("[data-number]")
                number.locator("input").fill(number.get_attribute("data-min") or "1")
                self.tap("下一项")
            else:
                self.count += 1
                step.locator("label:has(input[value=pass])").first.click()
            expect(step).to_be_hidden()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began


def test_from_the_landing_page_to_the_first_scanned_check(live, tmp_path, capsys):
    stem = "".join(secrets.choice("bcdfghjkmnpqrstvwxz") for _n in range(8))
    picture = str(tmp_path / "plate.jpg")
    draw_scene("gauge", True).resize((1600, 1200)).save(picture, "JPEG", quality=88)
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
        with late(page, "slug"):
            with late(page, "six"):
                hand.tap("发送验证码")
                hand.type("六位数字", page.locator("[data-demo-code]").inner_text())
            hand.tick("金属加工")
            hand.type("工厂名称", f"{stem} 金属制品有限公司")
        hand.choose("全厂多少人", "101–300")
        expect(page.get_by_label("网址里的简称")).to_have_value(stem)
        hand.type("你的姓名", "刘洋")
        hand.tap("开通")
        expect(page.get_by_text("专属空间")).to_be_visible()
        page.wait_for_url(lambda url: "/welcome/" in url)
        hand.tap("开始")
        page.wait_for_url(lambda url: "/welcome/" not in url)
        assert page.url.startswith(f"http://{stem}.{settings.BASE_DOMAIN}")
        opened = hand.count
        hand.tap("加上它，生成二维码")
        hand.tap("就在手机上：直接打开", "link")
        hand.tap("班前")
        hand.check(picture)
        hand.tap("提交")
        expect(page.get_by_role("heading", name="已提交")).to_be_visible()
        counted, seconds = hand.count, hand.seconds

        page.goto(f"http://{stem}.{settings.BASE_DOMAIN}:{live.port}/desk/launch/")
        expect(page.locator("#inspection.over")).to_be_visible()
        assert faults == []
        assert heard, "the socket told of the progress"
    with capsys.disabled():
        print(f"\nto the own factory {opened}, to the first scanned check {counted} interactions, {seconds:.1f} s")
    assert counted <= MOST_INTERACTIONS and seconds <= MOST_SECONDS


def test_a_wrong_code_is_sent_once_and_can_be_left(live):
    with chromium(fonts=chinese_font()) as browser:
        page = browser.new_context(locale="zh-CN", **PHONE).new_page()
        sent = []
        page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
        page.goto(f"http://{settings.BASE_DOMAIN}:{live.port}/start/")
        page.get_by_label("手机号或邮箱").fill(f"138{secrets.randbelow(10**8):08}")
        page.get_by_label("我看过使用条款和隐私说明").check()
        page.get_by_role("button", name="发送验证码").click()
        code = page.locator("[data-demo-code]").inner_text()
        sent.clear()
        refused = page.get_by_text("验证码不对")
        page.get_by_label("六位数字").fill(f"{9 - int(code[0])}{code[1:3]} {code[3:]}")
        expect(refused).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert len(sent) == 1
        page.go_back()
        expect(refused).to_be_hidden()
        page.wait_for_load_state("networkidle")
        assert len(sent) == 1
        page.get_by_label("六位数字").fill(code)
        expect(page.get_by_label("金属加工")).to_be_visible()


@contextmanager
def late(page: Page, script: str) -> Iterator[None]:
    """The script reaches the page only afterwards: whoever is faster loses nothing."""
    held: list[Route] = []
    is_over = False

    def hold(route: Route) -> None:
        if is_over:
            route.continue_()
        else:
            held.append(route)

    page.route(f"**/{script}*.js", hold)
    yield
    is_over = True
    for route in held:
        route.continue_()


def _listen(socket: WebSocket, heard: list[str]) -> None:
    if socket.url.endswith("/ws/sign-up/"):
        socket.on("framereceived", lambda frame: heard.append(frame) if '"sign_up"' in str(frame) else None)
