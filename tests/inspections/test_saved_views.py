"""常用筛选: a filter kept under a name, for oneself."""

import html

import pytest

from core.models import SavedView
from core.saved_views import MOST
from people.permissions import Role
from tests import make

LIST = "/desk/runs/"


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER)
    browser.force_login(officer)
    return officer


def keep(browser, name: str, query: str = "span=month&status=missed"):
    return browser.post(f"{LIST}view/?{query}", {"name": name})


def says(page, sentence: str, **words) -> bool:
    return make.in_language("zh-hans", sentence, **words) in html.unescape(page.content.decode())


def test_a_kept_view_is_one_tap_above_the_list(browser, officer):
    answer = keep(browser, " 本月  漏检 ")
    assert answer["Location"] == f"{LIST}?span=month&status=missed"
    page = browser.get(LIST).content.decode()
    assert 'href="?span=month&amp;status=missed"' in page and "本月 漏检" in page
    assert 'aria-current="true">本月 漏检' in browser.get(answer["Location"]).content.decode()


def test_only_the_filter_is_kept_not_the_place_in_the_list(browser, officer):
    keep(browser, "漏检", "at=n1-1&status=missed&x=1&csrf=2")
    assert SavedView.objects.get().query == "status=missed"


@pytest.mark.parametrize("name", ["漏检", " 漏检 "])
def test_a_taken_name_is_said(browser, officer, name):
    keep(browser, "漏检")
    page = keep(browser, name)
    assert page.status_code == 422
    assert says(page, "You have a view named “%(name)s” already. Take another name.", name="漏检")
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "sentence", "words"),
    [
        ("", "Give the view a name.", {}),
        ("   ", "Give the view a name.", {}),
        ("\x00", "Give the view a name.", {}),
        ("长" * 10_000, "The name is too long. %(most)d characters are enough.", {"most": 60}),
    ],
)
def test_a_name_that_is_none(browser, officer, name, sentence, words):
    page = keep(browser, name)
    assert page.status_code == 422 and says(page, sentence, **words)
    assert not SavedView.objects.exists()


def test_a_filter_that_is_too_long(browser, officer):
    page = keep(browser, "长", "q=" + "长" * 10_000)
    assert page.status_code == 422 and says(page, "This filter is too long to be kept. Use fewer words.")


def test_fifty_are_enough(browser, officer):
    for number in range(MOST):
        SavedView.objects.create(by=officer, page="runs", name=f"{number}", query="status=missed")
    page = keep(browser, "再一个")
    assert page.status_code == 422 and says(page, "You keep %(most)d views already. Remove one first.", most=MOST)


def test_each_sees_and_removes_only_their_own(browser, officer):
    keep(browser, "我的漏检")
    view = SavedView.objects.get()
    browser.force_login(make.person(Role.ADMIN))
    assert "我的漏检" not in browser.get(LIST).content.decode()
    assert browser.post(f"/desk/views/{view.pk}/forget/").status_code == 404
    keep(browser, "我的漏检")
    browser.force_login(officer)
    assert browser.post(f"/desk/views/{view.pk}/forget/")["Location"] == LIST
    assert list(SavedView.objects.exclude(by=officer).values_list("name", flat=True)) == ["我的漏检"]
    assert not SavedView.objects.filter(by=officer).exists()


def test_looking_at_the_address_changes_nothing(browser, officer):
    keep(browser, "漏检")
    assert browser.get(f"/desk/views/{SavedView.objects.get().pk}/forget/").status_code == 405
    assert browser.get(f"{LIST}view/").status_code == 405
