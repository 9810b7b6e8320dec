"""Browsers of the stories: Debian's Chromium, without any help from the network."""

import atexit
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from people.models import User
from tenants.current import in_factory
from tenants.models import Domain
from tests import make
from tests.live import session_of

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1440, "height": 900}}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

expect.set_options(timeout=15_000)


@contextmanager
def chromium(*flags: str, fonts: str = "") -> Iterator[Browser]:
    """This process's browser for these flags; at the end the test's own contexts are closed, the browser stays.

    fonts: a file from chinese_font(), where it matters how wide Chinese really is.
    """
    browser = _started(flags, fonts)
    try:
        yield browser
    finally:
        for context in browser.contexts:
            context.close()


@cache
def _started(flags: tuple[str, ...], fonts: str) -> Browser:
    if CHROMIUM is None:
        pytest.fail("There is no Chromium; `make test` installs it where it may.")
    env = {**os.environ, "FONTCONFIG_FILE": fonts} if fonts else None
    return started().chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags], env=env)


@cache
def started() -> Playwright:
    """Before a test's first query: a thread in which a loop runs has another connection."""
    # Its loop runs in this thread from now on, where Django would refuse every query.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    playwright = sync_playwright().start()
    atexit.register(playwright.stop)
    return playwright


@cache
def chinese_font() -> str:
    """Settings by which the browser finds the project's own font: a bare machine draws empty boxes, half as wide."""
    folder = Path(mkdtemp())
    atexit.register(shutil.rmtree, folder)
    path = folder / "fonts.conf"
    dirs = f"<dir>{settings.PDF_FONT_DIR}</dir><dir>/usr/share/fonts</dir><cachedir>{folder}</cachedir>"
    path.write_text(f'<?xml version="1.0"?><fontconfig>{dirs}</fontconfig>', encoding="utf-8")
    return str(path)


def signed_in(browser: Browser, site: str, phone: str, device: dict, language: str = "zh-CN", at: str = "") -> Page:
    """At a page where `at` names one. Signing in costs two pages more, and `sign_in` goes through it where it matters."""
    context = browser.new_context(base_url=site, locale=language, **device)
    with in_factory(Domain.objects.get(domain=urlsplit(site).hostname).tenant):
        session = session_of(User.objects.get(phone=phone))
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("response", lambda response: page.faults.append(response.url) if response.status >= 500 else None)
    if at:
        page.goto(at, wait_until="networkidle")
    return page


def sign_in(page: Page, phone: str) -> None:
    page.goto("/account/login/")
    page.fill("input[name=login]", phone)
    page.fill("input[name=password]", make.PASSWORD)
    page.click("main form button.w-btn")
    page.wait_for_url(lambda url: "/account/" not in url)
