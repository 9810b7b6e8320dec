"""Who fixes what is offered by the pack once there is somebody for it, taken over by a click, and never changed behind one's back."""

import html

import pytest
from django.urls import reverse

from core.models import Event
from facilities.models import Area
from hazards.actions import confirm_hazard
from hazards.models import Category, Level, Route, Status
from market.actions import install_pack
from market.packs import codes, load_pack
from people.models import Team
from people.permissions import Role
from tests import make

PAGE, ADOPT, LAUNCH = "/desk/hazards/routes/", "/desk/hazards/routes/suggested/", "/desk/launch/"


@pytest.fixture
def officer(factory, browser):
    install_pack(load_pack("metal-working"), by=None)
    officer = make.person(Role.SAFETY_OFFICER)
    browser.force_login(officer)
    return officer


def offered(browser) -> list[str]:
    page = browser.get(PAGE).content.decode()
    return [part.partition('"')[0] for part in page.split('name="kind" value="')[1:]]


def crew(name: str, *roles: Role, department=None) -> Team:
    made = make.team(make.person(*roles, in_department=department), department)
    Team.objects.filter(pk=made.pk).update(name={"zh": name, "en": name})
    return Team.objects.get(pk=made.pk)


def routes() -> dict[str, Team]:
    return {route.category.code: route.team for route in Route.objects.filter(area=None)}


def test_by_name_or_by_role_of_the_leader_and_only_what_is_not_set(officer, browser):
    assert offered(browser) == [], "nobody is here yet who could fix anything"
    assert "#suggested" not in browser.get(LAUNCH).content.decode()
    electricians, menders = crew("电工班", Role.MAINTENANCE), crew("丙班", Role.MAINTENANCE)
    crew("仓库", Role.TRAINER)  # its leader fixes nothing
    kinds = {row["code"]: row["fixes"] for row in load_pack("metal-working")["categories"]}
    hands = {code for code, fixes in kinds.items() if fixes in {"electrician", "maintenance"}}
    assert set(offered(browser)) == hands and {"electrical", "machine-guarding"} <= hands
    assert "#suggested" in browser.get(LAUNCH).content.decode()
    page = html.unescape(browser.get(PAGE).content.decode())
    assert electricians.leader.name in page and make.in_language("zh-hans", "The team's name says so.") in page
    own = Category.objects.get(code="machine-guarding")
    browser.post(PAGE, {f"team-{own.pk}": menders.pk})
    assert set(offered(browser)) == hands - {"machine-guarding"}

    assert browser.post(ADOPT, {"kind": ["electrical", "machine-guarding", "no such"]}).status_code == 302
    assert routes() == {"machine-guarding": menders, "electrical": electricians}
    assert set(offered(browser)) == hands - {"machine-guarding", "electrical"}
    assert browser.post(ADOPT, {"kind": ["electrical"]}).status_code == 409
    event = Event.objects.filter(name="category.routed").latest("seq")
    assert (event.data["code"], event.actor_id) == ("electrical", officer.pk)
    hazard = make.hazard(Status.REPORTED, category=Category.objects.get(code="electrical"))
    assert confirm_hazard(hazard, by=officer, level=Level.GENERAL).owner == electricians.leader


def test_what_the_workshop_fixes_goes_area_by_area_or_everywhere_where_one_team_has_all(officer, browser):
    here = Area.objects.first().department
    Area.objects.update(department=here)
    head = crew("甲班", Role.WORKSHOP_HEAD, department=here)
    page = offered(browser)
    assert {"housekeeping", "ppe"} <= set(page)
    browser.post(ADOPT, {"kind": ["housekeeping"]})
    assert routes() == {"housekeeping": head}
    # A second team: the head's fixes what the workshop does, whose team leader is meant nobody can tell.
    crew("乙班", Role.TEAM_LEADER, department=here)
    far = make.area()
    left = set(offered(browser))
    assert "height" in left and "ppe" not in left
    browser.post(ADOPT, {"kind": ["height"]})
    kind = Category.objects.get(code="height")
    assert {route.team for route in kind.routes.all()} == {head}
    areas = set(kind.routes.values_list("area", flat=True))
    assert areas == set(Area.objects.exclude(pk=far.pk).values_list("pk", flat=True))
    # The area that had nobody gets its team later; what stands is not asked about again.
    away = crew("远处", Role.TEAM_LEADER, department=far.department)
    assert "height" in offered(browser)
    browser.post(ADOPT, {"kind": ["height"]})
    assert kind.routes.get(area=far).team == away and kind.routes.count() == len(areas) + 1
    assert reverse("console:except_area") in browser.get(PAGE).content.decode()


def test_every_kind_of_every_pack_finds_its_hands_in_a_small_factory(officer, browser):
    for code in codes():
        install_pack(load_pack(code), by=None)
    place = Area.objects.first().department
    Area.objects.update(department=place)
    for name, role in (("设备组", Role.MAINTENANCE), ("电工", Role.MAINTENANCE), ("仓储", Role.TEAM_LEADER)):
        crew(name, role)
    crew("安环部", Role.SAFETY_OFFICER)
    crew("车间", Role.WORKSHOP_HEAD, department=place)
    written = {row["code"] for code in codes() for row in load_pack(code)["categories"]}
    assert set(offered(browser)) == written
    assert browser.post(ADOPT, {"kind": list(written)}).status_code == 302
    assert routes().keys() == written and offered(browser) == []


@pytest.mark.parametrize("role", [Role.TEAM_LEADER, Role.HEAD, Role.WORKER])
def test_only_who_decides_where_hazards_go_may(role, factory, browser):
    browser.force_login(make.person(role))
    assert browser.post(ADOPT, {"kind": ["electrical"]}).status_code == 403
