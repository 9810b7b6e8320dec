"""The keys of work accounts at the desk: typed in once, never shown again, tried at the vendor's own server."""

import html

import pytest
from django.urls import reverse

from core.models import Event
from core.secrets import unseal
from people.models import WorkApp
from people.permissions import Role
from tenants import provisioning
from tests import gateways, make
from tests.gateways import vendors
from tests.gateways.vendors import HOSTS, KEYS, SERVERS

ALL = pytest.mark.parametrize("vendor", list(SERVERS))
DESK = "/desk/work-accounts/"


@pytest.fixture
def admin(browser):
    admin = make.person(Role.ADMIN)
    browser.force_login(admin)
    return admin


@pytest.fixture
def company(vendor, settings):
    company = vendors.Company(host=provisioning.host_of("one"))
    with gateways.running(SERVERS[vendor](company)) as server:
        settings.GATEWAYS = {HOSTS[vendor]: server.url}
        yield company


def tried(browser, vendor: str) -> str:
    browser.post(f"{DESK}{vendor}/test/")
    return html.unescape(browser.get(DESK).content.decode())


@ALL
def test_a_secret_is_typed_in_once_and_never_shown_again(browser, admin, vendor):
    assert browser.post(f"{DESK}{vendor}/", KEYS[vendor]).status_code == 302
    app = WorkApp.objects.get()
    assert unseal(app.secret) == vendors.SECRET and vendors.SECRET not in app.secret
    page = browser.get(DESK).content.decode()
    assert vendors.SECRET not in page and vendors.SECRET[-4:] in page
    assert KEYS[vendor]["app_id"] in page
    assert f"http://{provisioning.host_of('one')}/account/dingtalk/back/" in page
    assert browser.post(f"{DESK}{vendor}/", {**KEYS[vendor], "secret": ""}).status_code == 302
    app.refresh_from_db()
    assert unseal(app.secret) == vendors.SECRET
    assert not any(vendors.SECRET in str(event.data) for event in Event.objects.all())
    assert browser.post(f"{DESK}{vendor}/remove/").status_code == 302
    assert not WorkApp.objects.exists()


@ALL
@pytest.mark.parametrize(
    "wrong", [{"app_id": "a b"}, {"app_id": ""}, {"secret": ""}, {"secret": "密"}, {"app_id": "x" * 101}]
)
def test_what_is_no_key_is_said_and_kept(browser, admin, vendor, wrong):
    answer = browser.post(f"{DESK}{vendor}/", {**KEYS[vendor], **wrong})
    assert answer.status_code == 422 and not WorkApp.objects.exists()


@ALL
def test_the_right_keys_are_right(browser, admin, company, vendor):
    browser.post(f"{DESK}{vendor}/", KEYS[vendor])
    page = tried(browser, vendor)
    right = "All of it is right. Sign in with WeCom once yourself." if vendor == "wecom" else ""
    assert (make.in_language("zh-hans", right) if right else "密钥都对") in page


@pytest.mark.parametrize(
    ("vendor", "wrong", "sentence"),
    [
        ("wecom", {"app_id": "wwother"}, "There is no company with this corp ID. Copy it again under “My company” in WeCom's console."),
        ("wecom", {"secret": "other"}, "The secret does not belong to this app. Copy it again on the app's page in WeCom's console."),
        ("wecom", {"agent_id": "9"}, "The AgentId is not the one of this app. It stands on the app's page in WeCom's console."),
        ("dingtalk", {"secret": "other"}, "Client ID and client secret do not fit together. Copy both again on the app's page in DingTalk."),
        ("feishu", {"app_id": "cli_other"}, "There is no app with this ID. Copy it again on the app's page in Feishu."),
        ("feishu", {"secret": "other"}, "The secret does not belong to this app. Copy it again on the app's page in Feishu."),
    ],
)  # fmt: skip
def test_wrong_keys_say_which(browser, admin, company, vendor, wrong, sentence):
    browser.post(f"{DESK}{vendor}/", {**KEYS[vendor], **wrong})
    assert make.in_language("zh-hans", sentence) in tried(browser, vendor)


@pytest.mark.parametrize("vendor", ["wecom"])
def test_wecom_says_too_that_the_address_is_missing(browser, admin, company, vendor):
    company.host = "old.example.com"
    browser.post(f"{DESK}{vendor}/", KEYS[vendor])
    sentence = "The keys are right, the address is not set: enter %(host)s as the app's trusted domain."
    assert make.in_language("zh-hans", sentence, host=provisioning.host_of("one")) in tried(browser, vendor)


@ALL
def test_a_vendor_that_is_down(browser, admin, vendor, settings):
    settings.GATEWAYS = {HOSTS[vendor]: "http://127.0.0.1:9"}
    browser.post(f"{DESK}{vendor}/", KEYS[vendor])
    label = make.in_language("zh-hans", str(WorkApp.Vendor(vendor).label))
    assert make.in_language("zh-hans", "%(vendor)s does not answer. Try again in a minute.", vendor=label) in tried(
        browser, vendor
    )


@pytest.mark.parametrize("role", [Role.SAFETY_OFFICER, Role.HEAD, Role.WORKER])
def test_only_the_administrator_sees_and_changes_them(browser, factory, role):
    browser.force_login(make.person(role))
    assert browser.get(DESK).status_code == 403
    for path in ("wecom/", "wecom/test/", "wecom/remove/"):
        assert browser.post(f"{DESK}{path}", KEYS["wecom"]).status_code == 403
    assert reverse("console:work_apps") == DESK
