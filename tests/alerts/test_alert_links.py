"""The link in a message opens one alert for one person; it takes it by a button, never by being opened."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from alerts import links
from alerts.actions import acknowledge_alert, raise_alert
from core.models import Event
from people.permissions import Role
from tenants import provisioning
from tenants.current import in_factory
from tests import make


@pytest.fixture
def officer(factory):
    return make.person(Role.SAFETY_OFFICER, name="周敏")


@pytest.fixture
def alert(officer):
    place = make.area()
    return raise_alert(
        place, "2号冲压机 · 光幕失灵", by=make.person(Role.WORKER, name="王建国"), department_id=place.department_id
    )


@pytest.fixture
def phone(factory):
    """A browser that nobody signed in with, and that checks every form's token as a real one."""
    return Client(HTTP_HOST=provisioning.host_of("one"), enforce_csrf_checks=True)


def test_it_says_what_is_wrong_and_has_one_button(phone, alert, officer):
    answer = phone.get(links.path_of(alert, officer))
    shown = answer.content.decode()
    assert "光幕失灵" in shown and "王建国" in shown and shown.count("<button") == 1
    assert "我来处理" in shown
    assert answer["Referrer-Policy"] == "no-referrer" and "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_it_takes_nothing(phone, alert, officer, method):
    getattr(phone, method)(links.path_of(alert, officer))
    alert.refresh_from_db()
    assert alert.acknowledged_at is None
    assert not Event.objects.filter(name="alert.acknowledged").exists()


def test_the_button_takes_it_in_the_persons_name(phone, alert, officer):
    path = links.path_of(alert, officer)
    answer = phone.post(path, follow=True)
    alert.refresh_from_db()
    assert alert.acknowledged_by == officer
    assert "你已接警" in answer.content.decode() and "<button" not in answer.content.decode()
    assert Event.objects.get(name="alert.acknowledged").data["way"] == "link"
    phone.post(path)
    assert Event.objects.filter(name="alert.acknowledged").count() == 1


def test_whoever_comes_later_sees_who_was_first(phone, alert, officer):
    acknowledge_alert(alert, by=make.person(Role.LEADER, name="孙立"))
    shown = phone.post(links.path_of(alert, officer), follow=True).content.decode()
    assert "孙立" in shown and "<button" not in shown


def test_it_signs_nobody_in(phone, alert, officer):
    phone.get(links.path_of(alert, officer))
    assert phone.get(reverse("console:home")).status_code == 302


def test_it_opens_for_a_day(phone, alert, officer):
    path = links.path_of(alert, officer)
    with time_machine.travel(timezone.now() + timedelta(hours=23, minutes=59)):
        assert phone.get(path).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(hours=24, minutes=1)):
        for answer in (phone.get(path), phone.post(path)):
            assert answer.status_code == 410 and "24 小时" in answer.content.decode()
    alert.refresh_from_db()
    assert alert.acknowledged_at is None


def test_that_of_another_factory_opens_nothing(phone, alert, officer, other_factory):
    with in_factory(other_factory):
        there = make.person(Role.SAFETY_OFFICER)
        strange = links.path_of(raise_alert(make.area(), "别厂的事", by=make.person(Role.WORKER)), there)
    with in_factory(provisioning.find("one")):
        for answer in (phone.get(strange), phone.post(strange)):
            assert answer.status_code == 404 and "别厂的事" not in answer.content.decode()
            assert "打不开" in answer.content.decode()


def test_that_of_a_closed_account_says_so(phone, alert, officer):
    type(officer).objects.filter(pk=officer.pk).update(is_active=False)
    answer = phone.post(links.path_of(alert, officer))
    assert answer.status_code == 410 and "停用" in answer.content.decode()
    alert.refresh_from_db()
    assert alert.acknowledged_at is None


@pytest.mark.parametrize("token", ["x", "1-1.1.1", "%00", "..", "1-1.abc." + "a" * 22, "a" * 2000])
def test_what_we_did_not_sign_opens_nothing(phone, alert, token):
    assert phone.get(f"/a/{token}/").status_code in (404, 400)


def test_one_changed_letter_opens_nothing(phone, alert, officer):
    token = links.token_of(alert, officer)
    for at in range(len(token)):
        changed = token[:at] + ("x" if token[at] != "x" else "y") + token[at + 1 :]
        assert phone.post(f"/a/{changed}/").status_code == 404, changed


def test_a_link_pressed_too_often_waits(phone, alert, officer):
    path = links.path_of(alert, officer)
    with time_machine.travel(timezone.now(), tick=False):  # within one minute of the clock
        answers = [phone.get(path).status_code for _ in range(65)]
    assert answers[0] == 200 and answers[-1] == 429


def test_the_groups_link_asks_who_it_is_and_then_shows_the_alert(phone, browser, alert, officer):
    path = reverse("alert", args=[alert.pk])
    assert phone.get(path).status_code == 302
    browser.force_login(officer)
    assert "我来处理" in browser.get(path).content.decode()
    browser.force_login(make.person(Role.WORKER))
    assert browser.get(path).status_code == 404
