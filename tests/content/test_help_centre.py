"""From any screen to its help, and from a worry in one's own words to the page about it."""

import re

import pytest
from django.test import Client

from people.permissions import Role
from tenants import provisioning
from tests import make


def test_each_screen_leads_to_the_page_that_explains_it(browser):
    browser.force_login(make.person(Role.WORKER))
    for path, task in (("/m/report/", "report-a-hazard"), ("/m/scan/", "scan-a-label"), ("/m/me/", "settings")):
        assert f'href="/help/{task}/"' in browser.get(path).content.decode(), path
    browser.force_login(make.person(Role.SAFETY_OFFICER))
    assert 'href="/help/make-a-plan/"' in browser.get("/desk/plans/").content.decode()
    page = browser.get("/help/make-a-plan/").content.decode()
    assert 'href="/desk/plans/"' in page, "and back to the screen"


def test_what_the_own_role_does_stands_first_and_the_rest_is_folded(browser):
    browser.force_login(make.person(Role.GUARD))
    page = browser.get("/help/").content.decode()
    own, _fold, others = page.partition("<details")
    assert "/help/gate-scan/" in own
    assert "/help/make-a-plan/" in others and "/help/make-a-plan/" not in own


@pytest.mark.parametrize(
    ("words", "task"),
    [
        ("没有网络", "no-network"),
        ("手机没网怎么办", "no-network"),
        ("忘记密码", "sign-in"),
        ("字太小", "settings"),
        ("怎么拍照片", "take-photos"),
    ],
)
def test_a_question_as_people_type_it_finds_its_page(browser, words, task):
    browser.force_login(make.person(Role.WORKER))
    page = browser.get("/help/", {"q": words}).content.decode()
    found = page.partition('role="search"')[2].partition("<h2")[0]
    assert task in re.findall(r"/help/([\w-]+)/", found)[:3]


def test_help_is_there_before_the_sign_in_and_in_the_readers_language(factory):
    visitor = Client(HTTP_HOST=provisioning.host_of("one"))
    assert 'href="/help/sign-in/"' in visitor.get("/account/login/").content.decode()
    assert "登录" in visitor.get("/help/sign-in/").content.decode()
    visitor.cookies["django_language"] = "en"
    page = visitor.get("/help/sign-in/").content.decode()
    assert "Sign in" in page and "登录" not in page
    for odd in ("\x00", "x" * 500, "%", "   ", "没有这样的词啊啊"):
        assert visitor.get("/help/", {"q": odd}).status_code == 200
    assert visitor.get("/help/no-such-task/").status_code == 404
