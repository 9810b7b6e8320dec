"""Support sees a factory only when its administrator lets it, reads only, and each page stands in the factory's ledger."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from core import ledger
from core.models import Event
from notifications.models import Notification
from operators.models import OperatorEntry
from people import support
from people.models import SupportAccess, User
from people.permissions import Role
from tenants import provisioning
from tests import make
from tests.operator.conftest import url

PAGE, OFFER = "/desk/factory/support/", "/desk/factory/support/offer/"
REASON = "导出的表里少了一列,想看一眼"


@pytest.fixture
def admin(factory):
    return make.person(Role.ADMIN, name="管理员")


@pytest.fixture
def desk(admin, browser):
    browser.force_login(admin)
    return browser


def the_link(page: str) -> str:
    """Path of the link on the console's page."""
    start = page.index('href="http', page.index('id="support"')) + len('href="')
    path = urlsplit(page[start : page.index('"', start)]).path
    assert path.startswith("/support/")
    return path


def go_in(operator, factory) -> tuple[Client, str]:
    link = the_link(operator.post(url("enter_support", factory.pk)).content.decode())
    visitor = Client(HTTP_HOST=provisioning.host_of("one"))
    assert escape(REASON) in visitor.get(link).content.decode()
    assert visitor.post(link).status_code == 302
    return visitor, link


def test_asked_allowed_looked_at_and_over(operator, factory, desk, admin, work_off):
    assert operator.post(url("ask_support", factory.pk), {"reason": ""}).status_code == 422
    assert operator.post(url("ask_support", factory.pk), {"reason": REASON}).status_code == 302
    assert operator.post(url("ask_support", factory.pk), {"reason": REASON}).status_code == 409
    assert operator.post(url("enter_support", factory.pk)).status_code == 409, "asked is not allowed"
    work_off()
    assert Notification.objects.filter(user=admin, event="support.asked").exists()
    page = desk.get(PAGE).content.decode()
    assert escape(REASON) in page and "anna" in page
    access = SupportAccess.objects.get()
    assert desk.post(f"{PAGE}{access.pk}/allow/", {"hours": "999"}).status_code == 422
    assert desk.post(f"{PAGE}{access.pk}/allow/", {"hours": "4"}).status_code == 302
    visitor, link = go_in(operator, factory)
    assert visitor.get("/desk/hazards/?level=major").status_code == 200
    assert Client(HTTP_HOST=provisioning.host_of("one")).post(link).status_code == 410, "a link opens once"
    seen = Event.objects.filter(name="support.seen")
    assert seen.get(data__path="/desk/hazards/?level=major").actor.name.endswith("anna")
    assert "/desk/hazards/?level=major" in desk.get(f"{PAGE}{access.pk}/").content.decode()
    assert desk.post(f"{PAGE}{access.pk}/end/").status_code == 302
    gone = visitor.get("/desk/hazards/")
    assert gone.status_code in (302, 403) and not seen.filter(data__path="/desk/hazards/").exists()
    assert ledger.verify().is_whole
    kinds = OperatorEntry.objects.filter(factory=factory.pk).order_by("pk").values_list("what", flat=True)
    assert list(kinds) == ["support_asked", "support_entered"]


def test_support_only_reads(operator, factory, desk, admin):
    assert desk.post(OFFER, {"reason": REASON, "hours": "1"}).status_code == 302
    visitor, _link = go_in(operator, factory)
    make.department("WS1")
    for path in ("/m/report/", "/inbox/", "/bell/", OFFER):
        assert visitor.post(path, {"name": "x"}).status_code in (403, 405), path
    assert visitor.get("/desk/people/").status_code == 200
    assert visitor.get(PAGE).status_code == 403, "whether it may stay is not its own affair"
    assert visitor.post("/language/", {"language": "en"}).status_code == 302
    name = User.objects.get(support_accesses__isnull=False).name
    assert name not in desk.get("/desk/people/").content.decode()


def test_it_ends_by_itself_and_nothing_else_lets_anybody_in(operator, factory, desk, work_off):
    assert operator.post(url("enter_support", factory.pk)).status_code == 409
    assert desk.post(OFFER, {"reason": "", "hours": "1"}).status_code == 422
    assert desk.post(OFFER, {"reason": REASON, "hours": "1"}).status_code == 302
    assert desk.post(OFFER, {"reason": REASON, "hours": "1"}).status_code == 409
    visitor, _link = go_in(operator, factory)
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert visitor.get("/desk/hazards/").status_code in (302, 403), "also before the clock has struck"
        work_off()
        assert SupportAccess.objects.get().status == "ended"
        assert not User.objects.get(support_accesses__isnull=False).is_active


def test_a_link_is_good_for_five_minutes_and_for_its_factory(operator, factory, other_factory, desk):
    desk.post(OFFER, {"reason": REASON, "hours": "1"})
    link = the_link(operator.post(url("enter_support", factory.pk)).content.decode())
    assert Client(HTTP_HOST=provisioning.host_of("two")).post(link).status_code == 410
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert Client(HTTP_HOST=provisioning.host_of("one")).post(link).status_code == 410


def test_refused_stays_out(operator, factory, desk):
    operator.post(url("ask_support", factory.pk), {"reason": REASON})
    access = SupportAccess.objects.get()
    assert desk.post(f"{PAGE}{access.pk}/refuse/").status_code == 302
    assert operator.post(url("enter_support", factory.pk)).status_code == 409
    assert support.standing() is None
    assert desk.post(f"{PAGE}{access.pk}/allow/", {"hours": "1"}).status_code == 409, "an old page opens nothing"


@pytest.mark.parametrize("role", [Role.SAFETY_OFFICER, Role.HEAD, Role.INSPECTOR, Role.WORKER])
def test_only_the_administrator_lets_somebody_in(role, factory, browser):
    browser.force_login(make.person(role))
    assert browser.get(PAGE).status_code == 403
    assert browser.post(OFFER, {"reason": REASON, "hours": "1"}).status_code == 403
    assert not SupportAccess.objects.exists()
