"""A tablet that is everybody's: paired once, number and PIN, minutes, the worker's pages and nothing that stays."""

import html
import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core import limits
from core.models import Event
from notifications.models import Message
from people.kiosks import REST, TRIES_AT_TABLET, fault_of, make_kiosk, pair, set_pin
from people.models import Kiosk, Pin, User
from people.permissions import Role
from tenants import provisioning
from tenants.current import in_factory
from tests import make

DESK, TABLET, PIN = "/desk/kiosks/", "/kiosk/", "482915"
WRONG = "Number and PIN do not fit together. Look at both again."
TOO_MANY = "Too many wrong tries. The PIN rests for a quarter of an hour; sign in by text message instead."


@pytest.fixture(autouse=True)
def _no_earlier_tries(browser):
    cache.clear()


@pytest.fixture
def officer(factory):
    return make.person(Role.SAFETY_OFFICER)


@pytest.fixture
def worker(factory):
    worker = make.person(Role.WORKER, name="王建国")
    User.objects.filter(pk=worker.pk).update(phone="13912345678", employee_no="HD0042")
    worker = User.objects.get(pk=worker.pk)
    set_pin(worker, PIN, by=worker)
    return worker


@pytest.fixture
def tablet(officer):
    """The browser of a paired tablet."""
    _kiosk, token = make_kiosk("急救箱旁边", make.department(), by=officer)
    _kiosk, device = pair(token, by=None)
    tablet = Client(HTTP_HOST=provisioning.host_of("one"))
    tablet.cookies["kiosk"] = device
    return tablet


def signs_in(tablet, number: str = "HD0042", pin: str = PIN):
    return tablet.post(TABLET, {"number": number, "pin": pin})


def is_signed_in(tablet) -> bool:
    return "_auth_user_id" in tablet.session


def text_of(answer) -> str:
    return html.unescape(answer.content.decode())


def says(answer, sentence: str) -> bool:
    return make.in_language("zh-hans", sentence) in text_of(answer)


def test_a_link_pairs_one_browser_once(browser, officer):
    browser.force_login(officer)
    workshop = make.department()
    assert browser.post(DESK, {"name": "急救箱旁边", "department": workshop.pk}).status_code == 302
    link = re.search(r'value="http://[^/]+(/kiosk/[^"]+)"', browser.get(DESK).content.decode())[1]
    assert link not in browser.get(DESK).content.decode(), "shown once"
    kiosk = Kiosk.objects.get()
    assert link.split("/")[2] not in (kiosk.link_hash, kiosk.device_hash)
    tablet, late = (Client(HTTP_HOST=provisioning.host_of("one")) for _each in range(2))
    assert tablet.get(link).status_code == 200 and not Kiosk.objects.exclude(device_hash=None), "looking takes nothing"
    assert tablet.post(link)["Location"] == TABLET
    assert "急救箱旁边" in text_of(tablet.get(TABLET)) and tablet.cookies["kiosk"]["httponly"]
    assert tablet.get("/")["Location"].startswith("/account/login/")
    assert tablet.get("/account/login/")["Location"] == TABLET
    assert late.post(link).status_code == 410 and late.get(link).status_code == 404
    assert "kiosk" not in late.cookies and late.get(TABLET)["Location"] == "/account/login/"
    names = [event.name for event in Event.objects.order_by("seq")]
    assert names == ["kiosk.made", "kiosk.paired"]


def test_a_link_ends_and_a_new_one_moves_the_tablet(browser, officer, tablet, worker):
    browser.force_login(officer)
    kiosk = Kiosk.objects.get()
    browser.post(f"{DESK}{kiosk.pk}/link/")
    link = re.search(r'(/kiosk/[^"]+)"', browser.get(DESK).content.decode())[1]
    other = Client(HTTP_HOST=provisioning.host_of("one"))
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert other.post(link).status_code == 410
    assert signs_in(tablet)["Location"] == "/m/"
    assert other.post(link).status_code == 302
    assert tablet.get("/m/").status_code == 302 and not is_signed_in(tablet), "the old one is one no longer"


def test_switched_off_it_opens_nothing_at_once(browser, officer, tablet, worker):
    signs_in(tablet)
    assert tablet.get("/m/").status_code == 200
    browser.force_login(officer)
    assert browser.post(f"{DESK}{Kiosk.objects.get().pk}/revoke/").status_code == 302
    assert tablet.get("/m/").status_code == 302 and not is_signed_in(tablet)
    assert signs_in(tablet)["Location"] == "/account/login/" and not is_signed_in(tablet)


@pytest.mark.parametrize("number", ["HD0042", "hd0042", " 13912345678", "5678"])
def test_number_and_pin_open_the_workers_pages(tablet, worker, number):
    assert "王建国" not in text_of(tablet.get(TABLET)), "nobody is listed"
    assert signs_in(tablet, number)["Location"] == "/m/"
    page = text_of(tablet.get("/m/"))
    assert "data-tablet" in page and "王建国" in page
    assert Event.objects.filter(name="pin.used", actor=worker).exists()


@pytest.mark.parametrize(
    ("number", "pin"), [("HD0042", "482916"), ("HD0043", PIN), ("", PIN), ("HD0042", ""), ("👷", "四八二")]
)
def test_what_does_not_fit_is_said_without_saying_what(tablet, worker, number, pin):
    answer = signs_in(tablet, number, pin)
    assert answer.status_code == 422 and not is_signed_in(tablet)
    assert says(answer, WRONG) or not (number and pin)
    assert PIN not in text_of(answer)


def test_last_digits_that_two_have_open_nothing(tablet, worker):
    other = make.person(Role.WORKER)
    User.objects.filter(pk=other.pk).update(phone="13800005678")
    set_pin(other, "730164", by=other)
    assert says(signs_in(tablet, "5678"), WRONG)
    assert signs_in(tablet, "13800005678", "730164").status_code == 302


def test_wrong_tries_stop_the_pin_for_a_while_and_right_ones_do_not_count(tablet, worker):
    for _try in range(7):
        assert signs_in(tablet).status_code == 302
        tablet.post("/account/logout/")
    for _try in range(5):
        assert says(signs_in(tablet, pin="482916"), WRONG)
    assert says(signs_in(tablet), TOO_MANY) and not is_signed_in(tablet)
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert signs_in(tablet).status_code == 302


def test_a_tablet_at_which_somebody_goes_through_numbers_stops_too(tablet, worker):
    for _try in range(TRIES_AT_TABLET - 2):
        limits.count("pin.tablet", str(Kiosk.objects.get().pk), within=REST)
    for number in ("HD1001", "HD1002"):
        assert says(signs_in(tablet, number, "482916"), WRONG)
    assert says(signs_in(tablet), TOO_MANY)


def test_without_use_it_ends_after_three_minutes(tablet, worker):
    signs_in(tablet)
    now = timezone.now()
    with time_machine.travel(now + timedelta(seconds=170)):
        assert tablet.get("/m/").status_code == 200
    with time_machine.travel(now + timedelta(seconds=340)):
        look = {"HTTP_SEC_FETCH_MODE": "cors", "HTTP_HX_REQUEST": "true"}
        assert tablet.get("/bell/", **look).status_code == 200, "a page that looks itself up"
    with time_machine.travel(now + timedelta(seconds=360)):
        answer = tablet.get("/m/")
        assert answer.status_code == 302 and not is_signed_in(tablet)
    signs_in(tablet)
    tablet.post("/account/logout/")
    assert tablet.get("/account/login/")["Location"] == TABLET


def test_who_was_done_while_there_was_no_network_is_out_with_the_next_request(tablet, worker):
    signs_in(tablet)
    tablet.cookies["tablet-left"] = "1"
    answer = tablet.get("/m/")
    assert answer.status_code == 302 and not is_signed_in(tablet)
    assert answer.cookies["tablet-left"]["max-age"] == 0
    del tablet.cookies["tablet-left"]
    assert signs_in(tablet).status_code == 302 and tablet.get("/m/").status_code == 200


def test_who_fills_in_a_long_form_stays(tablet, worker):
    signs_in(tablet)
    now = timezone.now()
    for minute in range(1, 9):
        with time_machine.travel(now + timedelta(minutes=minute)):
            assert tablet.post("/kiosk/here/").status_code == 204
    with time_machine.travel(now + timedelta(minutes=12)):
        assert tablet.post("/kiosk/here/").status_code == 401


@pytest.mark.parametrize(
    "path", ["/desk/", "/desk/hazards/", "/gate/", "/s/", "/account/password/change/", "/account/password/set/"]
)
def test_it_never_opens_the_desk(tablet, path):
    leader = make.person(Role.TEAM_LEADER)
    User.objects.filter(pk=leader.pk).update(employee_no="HD0007")
    set_pin(leader, PIN, by=leader)
    signs_in(tablet, "HD0007")
    assert leader.can("console.open")
    assert tablet.get(path)["Location"] == "/m/"
    assert tablet.post(path).status_code == 403
    assert tablet.post(reverse("field:push_on")).status_code == 403
    assert "/desk/" not in text_of(tablet.get("/m/me/"))


@pytest.mark.parametrize("role", [Role.SAFETY_OFFICER, Role.ADMIN, Role.HEAD, Role.SUPPLIER, Role.GUARD])
def test_only_the_shop_floor_has_a_pin(browser, tablet, role):
    person = make.person(role)
    User.objects.filter(pk=person.pk).update(employee_no="HD0009")
    browser.force_login(person)
    browser.post("/m/me/pin/", {"pin": PIN, "again": PIN})
    assert not Pin.objects.exists()
    tablet.force_login(person)
    answer = tablet.get("/", follow=True)
    assert not is_signed_in(tablet)
    assert says(answer, "A shared tablet is for the shop floor. Sign in on a device of your own.")


def test_a_pin_does_not_outlive_account_and_role(tablet, worker, officer):
    User.objects.filter(pk=worker.pk).update(is_active=False)
    assert says(signs_in(tablet), WRONG)
    User.objects.filter(pk=worker.pk).update(is_active=True)
    worker.grants.create(role=Role.ADMIN)
    assert says(signs_in(tablet), WRONG)


def test_the_pin_is_chosen_on_the_own_phone_and_counts_on_no_other_device(browser, worker, tablet):
    browser.force_login(worker)
    assert "/m/me/pin/" in text_of(browser.get("/m/me/"))
    assert browser.post("/m/me/pin/", {"pin": "730164", "again": "730164"}).status_code == 302
    secret = Pin.objects.get().secret
    assert "730164" not in secret and "$" in secret
    browser.logout()
    assert signs_in(browser, pin="730164")["Location"] == "/account/login/" and not is_signed_in(browser)
    assert signs_in(tablet, pin="730164").status_code == 302
    assert not any("730164" in str(event.data) for event in Event.objects.all())


def test_on_the_tablet_the_present_pin_is_asked_for(tablet, worker):
    signs_in(tablet)
    new = {"pin": "730164", "again": "730164"}
    assert says(tablet.post("/m/me/pin/", {**new, "present": "111112"}), "This is not your present PIN.")
    assert tablet.post("/m/me/pin/", {**new, "present": PIN})["Location"] == "/m/"
    tablet.post("/account/logout/")
    assert signs_in(tablet, pin="730164").status_code == 302


def test_who_has_none_gets_a_code_by_text_message_and_chooses_one(tablet, worker, work_off):
    Pin.objects.all().delete()
    assert tablet.get("/account/login/code/?next=/m/me/pin/").status_code == 200
    tablet.post("/account/login/code/", {"phone": worker.phone, "next": "/m/me/pin/"})
    work_off()
    code = re.search(r"\d{6}", Message.objects.get(address=worker.phone).text)[0]
    answer = tablet.post("/account/login/code/confirm/", {"code": code, "next": "/m/me/pin/"})
    assert answer["Location"] == "/m/me/pin/"
    assert tablet.get("/desk/")["Location"] == "/m/", "a session of the tablet as any other"
    assert tablet.post("/m/me/pin/", {"pin": PIN, "again": PIN})["Location"] == "/m/"
    with time_machine.travel(timezone.now() + timedelta(minutes=4)):
        assert tablet.get("/m/").status_code == 302


@pytest.mark.parametrize(
    "pin", ["000000", "123456", "654321", "135791", "112112", "121212", "199003", "850714", "140785", "12345", "1234567", "①②③④⑤⑥"]
)  # fmt: skip
def test_what_is_easy_to_guess_is_refused_with_a_sentence(browser, worker, pin):
    browser.force_login(worker)
    answer = browser.post("/m/me/pin/", {"pin": pin, "again": pin})
    assert answer.status_code == 422 and Pin.objects.get().secret
    assert fault_of(pin)
    assert browser.post("/m/me/pin/", {"pin": "345678", "again": "345678"}).status_code == 422, "of the own phone"


def test_the_administrator_removes_a_pin(browser, worker, officer, tablet):
    drop = reverse("console:drop_pin", args=[worker.pk])
    browser.force_login(officer)
    assert browser.post(drop).status_code == 403
    browser.force_login(make.person(Role.ADMIN))
    assert drop in text_of(browser.get(reverse("console:person", args=[worker.pk])))
    assert browser.post(drop).status_code == 302 and not Pin.objects.exists()
    assert says(signs_in(tablet), WRONG)


def test_a_tablet_of_one_factory_is_nothing_in_another(tablet, worker, other_factory):
    with in_factory(other_factory):
        other = make.person(Role.WORKER)
        User.objects.filter(pk=other.pk).update(employee_no="HD0042")
        other = User.objects.get(pk=other.pk)
        set_pin(other, PIN, by=other)
        _kiosk, token = make_kiosk("二厂平板", make.department(), by=make.person(Role.SAFETY_OFFICER))
    there = {"HTTP_HOST": provisioning.host_of("two")}
    answer = tablet.post(TABLET, {"number": "HD0042", "pin": PIN}, **there)
    assert answer["Location"] == "/account/login/"
    for answer in (tablet.get(f"/kiosk/{token}/"), tablet.post(f"/kiosk/{token}/")):
        assert answer.status_code in (404, 410) and "二厂平板" not in text_of(answer)


@pytest.mark.parametrize("role", [Role.WORKER, Role.TEAM_LEADER, Role.HEAD, Role.TRAINER])
def test_only_who_looks_after_tablets_makes_one(browser, factory, role):
    browser.force_login(make.person(role))
    assert browser.get(DESK).status_code == 403
    assert browser.post(DESK, {"name": "x", "department": make.department().pk}).status_code == 403
    assert not Kiosk.objects.exists()


@pytest.mark.parametrize(
    "bad", [{"name": ""}, {"name": "  "}, {"department": ""}, {"department": "999999"}, {"name": "长" * 61}]
)
def test_a_tablet_without_name_or_workshop(browser, officer, bad):
    browser.force_login(officer)
    answer = browser.post(DESK, {"name": "急救箱", "department": make.department().pk, **bad})
    assert answer.status_code == 422 and not Kiosk.objects.exists()
