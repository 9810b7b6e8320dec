"""Browsers of the stories: Debian's Chromium, without any help from the network."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests import make

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1440, "height": 900}}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

expect.set_options(timeout=15_000)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start it after the last query of the test: Django refuses queries while Playwright's loop runs."""
    if CHROMIUM is None:
        pytest.fail("There is no Chromium; `make test` installs it where it may.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def signed_in(browser: Browser, site: str, phone: str, device: dict, language: str = "zh-CN") -> Page:
    context = browser.new_context(base_url=site, locale=language, **device)
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("response", lambda response: page.faults.append(response.url) if response.status >= 500 else None)
    page.goto("/account/login/")
    page.fill("input[name=login]", phone)
    page.fill("input[name=password]", make.PASSWORD)
    page.click("main form button.w-btn")
    page.wait_for_url(lambda url: "/account/" not in url)
    return page
