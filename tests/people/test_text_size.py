"""Whoever reads with difficulty makes the text big once, and it stays so: on every page, and before signing in."""

import pytest
from django.urls import reverse

from people.models import User
from people.permissions import Role
from tests import make


@pytest.fixture
def worker(browser):
    worker = make.person(Role.WORKER)
    browser.force_login(worker)
    return worker


def _choose(browser, size: str, to: str = "/m/"):
    return browser.post(reverse("text_size"), {"text_size": size, "next": to})


@pytest.mark.parametrize("size", ["large", "huge"])
def test_the_choice_stays_with_the_person_and_on_the_phone(browser, worker, size):
    assert _choose(browser, size).url == "/m/"
    assert User.objects.get(pk=worker.pk).text_size == size
    assert f'class="w text-{size}"' in browser.get("/m/me/").content.decode()
    browser.post(reverse("account_logout"))
    assert f'class="w text-{size}"' in browser.get(reverse("account_login")).content.decode()


def test_the_usual_size_has_no_class_of_its_own(browser, worker):
    _choose(browser, "huge")
    _choose(browser, "normal")
    assert 'class="w"' in browser.get("/m/me/").content.decode()


@pytest.mark.parametrize("size", ["", "tiny", "huge'><script>", "x" * 500])
def test_anything_else_changes_nothing(browser, worker, size):
    answer = _choose(browser, size)
    assert answer.status_code == 302
    assert "text_size" not in answer.cookies
    assert User.objects.get(pk=worker.pk).text_size == "normal"


def test_a_strange_cookie_is_no_class(browser, factory):
    browser.cookies["text_size"] = 'huge" onload="alert(1)'
    assert "onload" not in browser.get(reverse("account_login")).content.decode()


def test_the_home_page_asks_once(browser, worker):
    assert reverse("text_size") in browser.get("/m/").content.decode()
    _choose(browser, "normal")
    assert reverse("text_size") not in browser.get("/m/").content.decode()
    assert reverse("text_size") in browser.get("/m/me/").content.decode(), "to be changed later"
