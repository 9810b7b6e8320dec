"""Signing in with WeCom, DingTalk or Feishu: whose account it is, said once by phone and code, and what goes wrong."""

import html
import re

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from core.models import Event
from notifications.models import Message
from partners.actions.companies import add_member
from people.models import User, WorkApp
from people.permissions import Role
from people.work_accounts import connect_account, set_work_app
from tenants import provisioning
from tests import gateways, make
from tests.gateways import Reply, vendors
from tests.gateways.vendors import HOSTS, KEYS, SERVERS

LOGIN, CODE, CONFIRM = "/account/login/", "/account/login/code/", "/account/login/code/confirm/"
ALL = pytest.mark.parametrize("vendor", list(SERVERS))
INSIDE = {"wecom": "Mozilla/5.0 wxwork/4.1.6 MicroMessenger/7.0.1", "dingtalk": "DingTalk/7.5", "feishu": "Lark/7.1"}


@pytest.fixture(autouse=True)
def _no_earlier_tries(browser):
    cache.clear()


@pytest.fixture
def admin(factory):
    return make.person(Role.ADMIN)


@pytest.fixture
def worker(factory):
    worker = make.person(Role.WORKER, name="王建国")
    User.objects.filter(pk=worker.pk).update(phone="13912345678")
    return User.objects.get(pk=worker.pk)


@pytest.fixture
def company():
    return vendors.Company(host=provisioning.host_of("one"))


@pytest.fixture
def running(vendor, company, admin, settings):
    """The vendor's server, and the factory's app at it."""
    set_work_app(vendor, **KEYS[vendor], by=admin)
    with gateways.running(SERVERS[vendor](company)) as server:
        settings.GATEWAYS = {HOSTS[vendor]: server.url}
        yield server


def leave(browser, vendor: str, **more) -> str:
    """The vendor's page to which the button leads."""
    answer = browser.post(f"/account/with/{vendor}/", more)
    assert answer.status_code == 200, answer.content.decode()[:400]
    return answer["Refresh"].partition("url=")[2]


def come_back(browser, vendor: str, company, who: str = "wang", **more):
    return browser.get(f"/account/{vendor}/back/", company.say_yes(leave(browser, vendor, **more), who))


def text_of(browser, path: str = LOGIN, **more) -> str:
    return html.unescape(browser.get(path, **more).content.decode())


def says(browser, sentence: str, **words) -> bool:
    return make.in_language("zh-hans", sentence, **words) in text_of(browser)


def is_signed_in(browser, person: User | None = None) -> bool:
    found = browser.session.get("_auth_user_id")
    return found == str(person.pk) if person else found is not None


def code_for(worker) -> str:
    return re.findall(r"\d{6}", Message.objects.filter(address=worker.phone).latest("id").text)[0]


def names_of(person: User) -> list[str]:
    return [
        event.name
        for event in Event.objects.filter(subject_id=str(person.pk), name__startswith="work_account.").order_by("seq")
    ]


@ALL
def test_the_first_time_phone_and_code_say_whose_it_is_and_then_the_button_is_enough(
    browser, worker, company, running, work_off, vendor
):
    answer = come_back(browser, vendor, company)
    assert answer.status_code == 302 and answer["Location"] == f"{CODE}?connect={vendor}"
    assert not is_signed_in(browser) and not SocialAccount.objects.exists()
    assert make.in_language("zh-hans", "Not connected yet") in text_of(browser, answer["Location"])
    browser.post(CODE, {"phone": worker.phone})
    work_off()
    assert browser.post(CONFIRM, {"code": code_for(worker)}).status_code == 302
    assert is_signed_in(browser, worker)
    account = SocialAccount.objects.get()
    assert (account.user, account.provider, account.extra_data) == (worker, vendor, {})
    browser.logout()
    answer = come_back(browser, vendor, company, next="/m/learn/")
    assert is_signed_in(browser, worker) and answer["Location"] == "/m/learn/"
    assert names_of(worker) == ["work_account.connected", "work_account.used"]
    assert not any("wang" in str(event.data) for event in Event.objects.all())


@ALL
def test_who_is_signed_in_connects_and_disconnects_on_the_own_page(browser, worker, company, running, vendor):
    browser.force_login(worker)
    assert reverse("work_account", args=[vendor]) in text_of(browser, "/m/me/")
    assert come_back(browser, vendor, company)["Location"] == "/m/me/"
    assert SocialAccount.objects.get().user == worker
    page = text_of(browser, "/m/me/")
    away = reverse("disconnect_work_account", args=[SocialAccount.objects.get().pk])
    assert away in page
    assert browser.post(away).status_code == 302
    assert not SocialAccount.objects.exists()
    assert names_of(worker) == ["work_account.connected", "work_account.disconnected"]


@pytest.fixture
def wecom(company, admin, settings):
    set_work_app("wecom", **KEYS["wecom"], by=admin)
    with gateways.running(vendors.wecom(company)) as server:
        settings.GATEWAYS = {HOSTS["wecom"]: server.url}
        yield server


def test_nobody_disconnects_what_is_somebody_elses(browser, worker, admin, wecom):
    account = connect_account(worker, "wecom", "ww1f2e3d:wang", by=worker)
    browser.force_login(make.person(Role.SAFETY_OFFICER))
    assert browser.post(reverse("disconnect_work_account", args=[account.pk])).status_code == 404
    assert browser.post(reverse("console:disconnect_work_account", args=[account.pk])).status_code == 403
    browser.force_login(admin)
    assert "企业微信" in text_of(browser, reverse("console:person", args=[worker.pk]))
    assert browser.post(reverse("console:disconnect_work_account", args=[account.pk])).status_code == 302
    assert not SocialAccount.objects.exists()


def test_partners_disconnect_on_a_page_of_their_own_portal(browser, factory, wecom):
    foreman, member = make.person(), make.crew_member()
    add_member(make.contractor(), foreman, role=Role.CONTRACTOR_ADMIN)
    supplier, foreman = make.supplier(), User.objects.get(pk=foreman.pk)
    way_out = reverse("disconnect_work_account", args=[0]).removesuffix("0/disconnect/")
    pages = ((supplier, "/s/people/"), (foreman, "/k/company/"), (member.user, f"/k/crew/{member.pk}/"))
    for number, (person, path) in enumerate(pages):
        browser.force_login(person)
        assert way_out not in text_of(browser, path)
        account = connect_account(person, "wecom", f"ww1f2e3d:{number}", by=person)
        away = reverse("disconnect_work_account", args=[account.pk])
        assert away in text_of(browser, path)
        assert browser.post(away, {"next": "https://elsewhere.example/"})["Location"] == "/m/me/"
        account = connect_account(person, "wecom", f"ww1f2e3d:{number}", by=person)
        away = reverse("disconnect_work_account", args=[account.pk])
        assert browser.post(away, {"next": path})["Location"] == path
        assert way_out not in text_of(browser, path) and not SocialAccount.objects.exists()


def test_who_knows_no_number_of_the_list_connects_nothing(browser, worker, company, wecom, work_off):
    come_back(browser, "wecom", company)
    browser.post(CODE, {"phone": "13900009999"})
    work_off()
    browser.post(CONFIRM, {"code": "123456"})
    assert not is_signed_in(browser) and not SocialAccount.objects.exists() and not Message.objects.exists()
    assert User.objects.count() == 2, "nobody is made"


def test_the_next_person_at_the_browser_is_not_connected(browser, worker, company, wecom, work_off):
    come_back(browser, "wecom", company)
    browser.get(LOGIN)
    browser.post(CODE, {"phone": worker.phone})
    work_off()
    browser.post(CONFIRM, {"code": code_for(worker)})
    assert is_signed_in(browser, worker) and not SocialAccount.objects.exists()


def test_a_password_does_not_say_whose_it_is(browser, worker, company, wecom):
    come_back(browser, "wecom", company)
    browser.post(LOGIN, {"login": worker.phone, "password": make.PASSWORD})
    assert is_signed_in(browser, worker) and not SocialAccount.objects.exists()


def test_what_belongs_to_somebody_else_stays_theirs(browser, worker, company, wecom):
    other = make.person(Role.WORKER)
    connect_account(other, "wecom", "ww1f2e3d:wang", by=other)
    browser.force_login(worker)
    come_back(browser, "wecom", company)
    assert SocialAccount.objects.get().user == other
    sentence = "This %(vendor)s account belongs to somebody else here. Ask your administrator."
    assert make.in_language("zh-hans", sentence, vendor="企业微信") in text_of(browser, "/m/me/")


def test_a_closed_account_stays_outside(browser, worker, company, wecom):
    connect_account(worker, "wecom", "ww1f2e3d:wang", by=worker)
    User.objects.filter(pk=worker.pk).update(is_active=False)
    answer = come_back(browser, "wecom", company)
    assert not is_signed_in(browser) and answer["Location"] == "/account/inactive/"
    assert "work_account.used" not in names_of(worker)


def test_the_same_number_at_another_company_is_somebody_else(browser, worker, company, wecom):
    connect_account(worker, "wecom", "wwother:wang", by=worker)
    assert "connect=" in come_back(browser, "wecom", company)["Location"]


@ALL
def test_a_code_counts_once(browser, worker, company, running, vendor):
    connect_account(worker, vendor, f"{vendors.CORP}:wang" if vendor == "wecom" else "wang", by=worker)
    query = company.say_yes(leave(browser, vendor), "wang")
    code = {name: value for name, value in query.items() if name != "state"}
    browser.get(f"/account/{vendor}/back/", query)
    assert is_signed_in(browser)
    browser.logout()
    again = company.say_yes(leave(browser, vendor), "wang")
    assert browser.get(f"/account/{vendor}/back/", {**again, **code}).status_code == 302
    assert not is_signed_in(browser)
    label = WorkApp.Vendor(vendor).label
    sentence = "This sign-in with %(vendor)s is used up or too old. Press the button again."
    assert says(browser, sentence, vendor=make.in_language("zh-hans", str(label)))


def test_what_was_begun_in_another_browser_is_refused(browser, worker, company, wecom):
    """Or somebody would be signed in as whoever sent the link."""
    connect_account(worker, "wecom", "ww1f2e3d:wang", by=worker)
    query = company.say_yes(leave(browser, "wecom"), "wang")
    other = Client(HTTP_HOST=provisioning.host_of("one"))
    other.get("/account/wecom/back/", query)
    assert not is_signed_in(other)
    assert query["code"] in company.codes, "nobody was asked about it"
    browser.get("/account/wecom/back/", query)
    browser.logout()
    browser.get("/account/wecom/back/", query)
    assert not is_signed_in(browser), "a state counts once too"


def test_what_was_begun_at_one_factory_is_nothing_at_another(browser, worker, company, wecom, other_factory):
    connect_account(worker, "wecom", "ww1f2e3d:wang", by=worker)
    query = company.say_yes(leave(browser, "wecom"), "wang")
    answer = browser.get("/account/wecom/back/", query, HTTP_HOST=provisioning.host_of("two"))
    assert answer.status_code == 404, "the other one has no such app"


@ALL
def test_a_no_a_stranger_and_a_vendor_that_is_down_say_so_and_leave_the_other_ways(
    browser, worker, company, running, vendor
):
    label = make.in_language("zh-hans", str(WorkApp.Vendor(vendor).label))
    state = company.say_yes(leave(browser, vendor), "wang")["state"]
    browser.get(f"/account/{vendor}/back/", {"state": state, "error": "access_denied"})
    assert says(
        browser, "You did not say yes in %(vendor)s. Press its button again, or sign in another way.", vendor=label
    )
    for reply in (Reply("<html>502</html>", 502), Reply([1]), Reply(b"\xff\xfe"), Reply({"errcode": -1, "code": -1})):
        running.force(reply)
        cache.clear()
        come_back(browser, vendor, company)
        down = "%(vendor)s does not answer right now. Sign in another way, or try again in a minute."
        page = text_of(browser)
        assert make.in_language("zh-hans", down, vendor=label) in page
        assert 'name="password"' in page and CODE in page
    assert not is_signed_in(browser)


def test_a_guest_of_the_company_and_wrong_keys(browser, company, wecom, admin):
    come_back(browser, "wecom", company, who="stranger")
    assert says(browser, "This account is not of your factory's %(vendor)s. Sign in another way.", vendor="企业微信")
    set_work_app("wecom", vendors.CORP, secret="wrong", agent_id=vendors.AGENT, by=admin)
    come_back(browser, "wecom", company)
    sentence = "The way in by %(vendor)s is not set up right. Sign in another way and tell your administrator."
    assert says(browser, sentence, vendor="企业微信")


def test_a_token_that_ended_early_is_asked_for_anew(browser, worker, company, wecom):
    connect_account(worker, "wecom", "ww1f2e3d:wang", by=worker)
    come_back(browser, "wecom", company)
    browser.logout()
    company.tokens.clear()
    come_back(browser, "wecom", company)
    assert is_signed_in(browser, worker)
    assert [request.path for request in wecom.requests].count("/cgi-bin/gettoken") == 2


@ALL
def test_inside_the_vendors_own_app_its_button_comes_first(browser, running, vendor):
    page, inside = text_of(browser), text_of(browser, HTTP_USER_AGENT=INSIDE[vendor])
    button = f'action="/account/with/{vendor}/"'
    assert page.index('name="password"') < page.index(button)
    assert inside.index(button) < inside.index('name="password"')
    for other in set(SERVERS) - {vendor}:
        assert f"/account/with/{other}/" not in page


def test_in_wecoms_own_browser_it_asks_nothing(browser, worker, company, wecom):
    connect_account(worker, "wecom", "ww1f2e3d:wang", by=worker)
    answer = browser.post("/account/with/wecom/", HTTP_USER_AGENT=INSIDE["wecom"])
    address = answer["Refresh"].partition("url=")[2]
    assert address.startswith("https://open.weixin.qq.com/")
    browser.get("/account/wecom/back/", company.say_yes(address, "Wang"))
    assert is_signed_in(browser, worker)


@pytest.mark.parametrize("address", ["https://evil.example.com/", "//evil.example.com", "javascript:alert(1)"])
def test_nobody_is_led_to_another_site(browser, worker, company, wecom, address):
    connect_account(worker, "wecom", "ww1f2e3d:wang", by=worker)
    assert come_back(browser, "wecom", company, next=address)["Location"] == "/"


def test_nothing_of_it_is_there_while_nothing_is_set_up(browser, factory):
    assert "/account/with/" not in text_of(browser)
    for vendor in SERVERS:
        assert browser.post(f"/account/with/{vendor}/").status_code == 404
        assert browser.get(f"/account/{vendor}/back/", {"code": "1", "state": "1"}).status_code == 404


def test_many_tries_are_too_many(browser, wecom, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "2/m/ip"}
    for _try in range(3):
        answer = browser.post("/account/with/wecom/")
    assert answer.status_code == 302
    assert says(browser, "Too many tries. Wait five minutes, or ask your administrator.")
