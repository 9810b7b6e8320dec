"""Signing in by whatever a person has at hand, and what a stranger learns by trying."""

import re

import pytest
from django.core.cache import cache

from notifications.models import Message
from people.models import User
from people.permissions import Role
from tenants.current import in_factory
from tests import make

LOGIN, CODE, CONFIRM = "/account/login/", "/account/login/code/", "/account/login/code/confirm/"


@pytest.fixture(autouse=True)
def _no_earlier_tries(browser):
    cache.clear()


@pytest.fixture
def worker(factory):
    worker = make.person(Role.WORKER)
    User.objects.filter(pk=worker.pk).update(phone="13912345678", employee_no="HD0042", email="li@example.com")
    return User.objects.get(pk=worker.pk)


def is_signed_in(browser) -> bool:
    return "_auth_user_id" in browser.session


@pytest.mark.parametrize(
    "login",
    [
        "13912345678",
        " 139 1234 5678 ",
        "+86 139-1234-5678",
        "１３９１２３４５６７８",
        "HD0042",
        "hd0042",
        "li@example.com",
        "LI@Example.com",
    ],
)
def test_one_field_takes_phone_number_and_mail(browser, worker, login):
    response = browser.post(LOGIN, {"login": login, "password": make.PASSWORD})
    assert response.status_code == 302 and response["Location"] == "/"
    assert is_signed_in(browser)


@pytest.mark.parametrize("login", ["13912345678", "HD0042", "nobody"])
def test_a_wrong_password_and_an_unknown_person_get_the_same_words(browser, worker, login):
    response = browser.post(LOGIN, {"login": login, "password": "not it"})
    assert not is_signed_in(browser)
    assert "That does not fit together" in _in_english(browser, LOGIN, {"login": login, "password": "not it"})
    assert login in response.content.decode(), "what was typed stays"


def test_a_closed_account_stays_outside(browser, worker):
    User.objects.filter(pk=worker.pk).update(is_active=False)
    browser.post(LOGIN, {"login": worker.phone, "password": make.PASSWORD})
    assert not is_signed_in(browser)


def test_too_many_wrong_tries_stop_even_the_right_password(browser, worker):
    for _try in range(5):
        browser.post(LOGIN, {"login": worker.phone, "password": "not it"})
    assert "Too many tries" in _in_english(browser, LOGIN, {"login": worker.phone, "password": make.PASSWORD})
    assert not is_signed_in(browser)


def test_a_code_by_text_message_signs_in(browser, worker, work_off):
    browser.post(CODE, {"phone": "+86 13912345678"})
    work_off()
    text = Message.objects.get(address=worker.phone).text
    response = browser.post(CONFIRM, {"code": re.search(r"\d{6}", text)[0]})
    assert response.status_code == 302 and is_signed_in(browser)
    worker.refresh_from_db()
    assert worker.phone_verified


def test_a_wrong_code_does_not(browser, worker, work_off):
    browser.post(CODE, {"phone": worker.phone})
    work_off()
    right = re.search(r"\d{6}", Message.objects.get(address=worker.phone).text)[0]
    browser.post(CONFIRM, {"code": "000000" if right != "000000" else "111111"})
    assert not is_signed_in(browser)


@pytest.mark.parametrize("phone", ["13900009999", "13912345678"])
def test_unknown_and_closed_numbers_look_like_any_other_but_get_no_code(browser, worker, work_off, phone):
    User.objects.filter(pk=worker.pk).update(is_active=False)
    response = browser.post(CODE, {"phone": phone})
    work_off()
    assert response["Location"].endswith(CONFIRM)
    assert not Message.objects.exists()


def test_what_is_no_phone_number_is_said(browser, worker):
    body = _in_english(browser, CODE, {"phone": "12345"})
    assert "is not a phone number" in body and "12345" in body


def test_a_person_of_another_factory_is_nobody_here(browser, other_factory):
    with in_factory(other_factory):
        make.person(Role.WORKER)
        User.objects.update(phone="13711112222")
    browser.post(LOGIN, {"login": "13711112222", "password": make.PASSWORD})
    assert not is_signed_in(browser)


def test_somebody_without_a_password_sets_one_and_signs_in_with_it(browser, worker):
    worker.set_unusable_password()
    worker.save()
    browser.force_login(worker)
    assert browser.get("/account/password/change/")["Location"] == "/account/password/set/"
    new = "horse-battery-7"
    assert browser.post("/account/password/set/", {"password1": new, "password2": new}).status_code == 302
    browser.logout()
    browser.post(LOGIN, {"login": worker.phone, "password": new})
    assert is_signed_in(browser)


def test_changing_the_password_asks_for_the_present_one(browser, worker):
    browser.force_login(worker)
    new = {"password1": "horse-battery-7", "password2": "horse-battery-7"}
    browser.post("/account/password/change/", {"oldpassword": "wrong", **new})
    worker.refresh_from_db()
    assert worker.check_password(make.PASSWORD)
    browser.post("/account/password/change/", {"oldpassword": make.PASSWORD, **new})
    worker.refresh_from_db()
    assert worker.check_password("horse-battery-7")
    assert is_signed_in(browser)


@pytest.mark.parametrize(
    "path", ["/account/signup/", "/account/email/", "/account/password/reset/", "/account/phone/change/"]
)
def test_pages_that_nobody_needs_are_not_there(browser, worker, path):
    assert browser.get(path).status_code == 404


def _in_english(browser, path, data) -> str:
    return browser.post(path, data, headers={"Accept-Language": "en"}).content.decode()


def test_who_has_no_phone_number_signs_in_by_a_code_in_the_mail(browser, worker, work_off):
    User.objects.filter(pk=worker.pk).update(phone=None)
    assert browser.post(CODE, {"phone": "", "email": "LI@example.com"}).status_code == 302
    work_off()
    message = Message.objects.get(channel="email")
    assert message.address.lower() == "li@example.com"
    assert browser.post(CONFIRM, {"code": re.search(r"\d{6}", message.text)[0]}).status_code == 302
    assert is_signed_in(browser)


def test_who_has_no_phone_number_signs_in_with_the_password(browser, worker):
    User.objects.filter(pk=worker.pk).update(phone=None)
    browser.post(LOGIN, {"login": "li@example.com", "password": make.PASSWORD})
    assert is_signed_in(browser)


def test_a_mailbox_that_nobody_has_gets_nothing_and_the_same_page(browser, worker, work_off):
    known, unknown = (browser.post(CODE, {"email": mail}) for mail in ("li@example.com", "nobody@example.com"))
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    work_off()
    assert [message.address for message in Message.objects.all()] == ["li@example.com"]


def test_neither_number_nor_mail_says_what_is_missing(browser, worker):
    answer = browser.post(CODE, {"phone": "", "email": ""})
    assert "填手机号" in answer.content.decode()
