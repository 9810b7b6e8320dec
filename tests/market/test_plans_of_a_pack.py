"""A pack's plans are offered once something is there to check, and made as it writes them."""

import pytest

from facilities.models import EquipmentType
from inspections.models import Plan
from market.actions import install_pack
from market.packs import codes, load_pack
from market.planning import ROLES
from people.permissions import Role
from tests import make

PAGE, ADOPT = "/desk/plans/", "/desk/plans/suggested/"


@pytest.fixture
def desk(factory, browser):
    install_pack(load_pack("metal-working"), by=None)
    browser.force_login(make.person(Role.SAFETY_OFFICER))
    return browser


def press(number: int):
    machine = make.machine()
    machine.type = EquipmentType.objects.get(checklists__code="press-preshift")
    machine.save()
    return machine


def test_offered_with_the_first_machine_made_by_a_click_and_offered_no_more(desk):
    assert "press-preshift FREQ=DAILY" not in desk.get(PAGE).content.decode()
    first, second = press(1), press(2)
    assert "press-preshift FREQ=DAILY" in desk.get(PAGE).content.decode()
    assert desk.post(ADOPT, {"plan": ["press-preshift FREQ=DAILY"]}).status_code == 302
    plan = Plan.objects.get(themes__checklist__code="press-preshift")
    assert {stop.equipment for stop in plan.stops.all()} == {first, second}
    assert (plan.window_minutes, plan.role, plan.is_active) == (30, Role.WORKER, True)
    assert "press-preshift FREQ=DAILY" not in desk.get(PAGE).content.decode()
    assert desk.post(ADOPT, {"plan": ["press-preshift FREQ=DAILY"]}).status_code == 409
    assert desk.post(ADOPT, {"plan": ["no such"]}).status_code == 409
    assert Plan.objects.filter(themes__checklist__code="press-preshift").count() == 1


def test_every_plan_of_every_pack_can_be_made(desk):
    for code in codes():
        install_pack(load_pack(code), by=None)
        assert {row["by"] for row in load_pack(code)["plans"]} <= ROLES.keys()
    for kind in EquipmentType.objects.all():
        machine = make.machine()
        machine.type = kind
        machine.save()
    page = desk.get(PAGE).content.decode()
    offered = [part.partition('"')[0] for part in page.split('name="plan" value="')[1:]]
    assert len(offered) > 20
    assert desk.post(ADOPT, {"plan": offered}).status_code == 302
    assert Plan.objects.filter(is_active=True).count() == len(offered)


@pytest.mark.parametrize("role", [Role.TEAM_LEADER, Role.HEAD, Role.WORKER])
def test_only_who_plans_may(role, factory, browser):
    browser.force_login(make.person(role))
    assert browser.post(ADOPT, {"plan": ["x"]}).status_code == 403
