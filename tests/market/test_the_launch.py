"""The launch checklist: steps tick themselves, and a new factory's administrator is led from one to the next."""

import pytest
from django.urls import reverse

from core.models import Event
from facilities.models import Area, Department, Equipment, EquipmentType, QRPoint
from facilities.qr import issue_sticker, token_of
from inspections.models import Run
from market.actions import install_pack
from market.launch import STEPS, launch_now, standings
from market.packs import load_pack
from people.models import User
from people.permissions import Role
from tests import make

PAGE = "/desk/launch/"


@pytest.fixture
def admin(browser, factory):
    admin = make.person(Role.ADMIN, Role.SAFETY_OFFICER, name="刘洋")
    User.objects.filter(pk=admin.pk).update(language="en")
    browser.force_login(admin)
    return admin


def done() -> set[str]:
    return {standing.step.key for standing in launch_now().standings if standing.is_done}


def test_nothing_is_done_in_an_empty_factory_and_all_of_it_by_its_facts():
    none = dict.fromkeys(
        ("checklists", "labels", "scanned", "review_1", "review_2", "review_3", "printed", "plans", "routes",
         "old_hazards", "duties", "tried", "learned", "learners", "companies", "closed", "week", "exported",
         "people", "machines"), False,
    )  # fmt: skip
    assert not any(standing.is_done for standing in standings(none, {}))
    assert all(standing.is_done for standing in standings(dict.fromkeys(none, True), {}))
    assert sum(step.minutes for step in STEPS if step.key != "course") <= 120


def test_the_first_machine_comes_with_its_area_its_label_and_its_check(browser, admin):
    install_pack(load_pack("metal-working"), by=None)
    home = browser.get("/desk/").content.decode()
    assert "Your first machine and its label" in home and 'value="Workshop 1"' in home
    kind = browser.get(reverse("console:first_machine")).context["form"].initial["kind"]
    facts = {"kind": kind, "code": "001", "place": "一车间"}
    answer = browser.post(reverse("console:first_machine"), facts, follow=True)
    point = QRPoint.objects.get()
    area = point.equipment.area
    assert (point.equipment.code, area.name, area.department.name) == ("001", "一车间", "一车间")
    address = reverse("field:qr", args=[token_of(point)])
    assert address in answer.content.decode()
    place = browser.get(address)
    assert place.context["may_inspect"] and place.context["checklists"], "the administrator needs nobody to begin"
    assert {"pack", "machine"} <= done() and "inspection" not in done()
    Run.objects.create(
        checklist=place.context["checklists"][0], equipment=point.equipment, area=point.equipment.area,
        department=area.department, status=Run.Status.DONE, scanned=point, opens_at="2026-01-01T00:00Z",
    )  # fmt: skip
    assert "inspection" in done()
    assert "Add your people" in browser.get("/desk/").content.decode()


def test_the_first_machine_may_stand_in_an_area_of_the_pack(browser, admin):
    install_pack(load_pack("metal-working"), by=None)
    there = Area.objects.count()
    facts = {
        "kind": EquipmentType.objects.get(code="press").pk,
        "code": "001",
        "place": Area.objects.get(code="press-shop").name["zh"],
    }
    browser.post(reverse("console:first_machine"), facts)
    assert Equipment.objects.get(code="001").area.code == "press-shop" and Area.objects.count() == there
    assert Department.objects.get().name["zh"] == "全厂"


def test_a_second_machine_goes_into_the_area_that_is_there(browser, admin):
    area, kind = make.area(), make.machine().type
    browser.post(reverse("console:first_machine"), {"kind": kind.pk, "code": "X9", "place": area.name["zh"]})
    assert Equipment.objects.get(code="X9").area == area
    assert Area.objects.count() == 2, "that of the other machine"


def test_a_number_that_is_taken_is_said_and_what_was_typed_stays(browser, admin):
    machine = make.machine()
    answer = browser.post(
        reverse("console:first_machine"), {"kind": machine.type.pk, "code": machine.code, "place": "新车间"}
    )
    assert answer.status_code == 422 and not Area.objects.filter(name="新车间").exists()
    body = answer.content.decode()
    assert "is taken already" in body and "新车间" in body


def test_people_and_machines_tick_when_there_are_enough_of_them(admin):
    make.person(Role.WORKER)
    for _n in range(4):
        make.machine()
    assert not {"people", "plant"} & done()
    make.person(Role.WORKER)
    make.machine()
    assert {"people", "plant"} <= done()


def test_a_step_that_does_not_apply_is_left_out_with_a_reason_and_can_come_back(browser, admin):
    skip = reverse("console:skip_step", args=["old_hazards"])
    assert browser.post(skip, {"reason": " "}).status_code == 422
    assert browser.post(skip, {"reason": "我们没有旧台账"}).status_code == 302
    assert "Left out: 我们没有旧台账" in browser.get(PAGE).content.decode()
    assert Event.objects.get(name="launch.skipped").data == {"step": "old_hazards", "reason": "我们没有旧台账"}
    browser.post(reverse("console:resume_step", args=["old_hazards"]))
    assert "我们没有旧台账" not in browser.get(PAGE).content.decode()


@pytest.mark.parametrize("key", ["inspection", "unheard-of"])
def test_what_every_factory_needs_cannot_be_left_out(browser, admin, key):
    assert browser.post(reverse("console:skip_step", args=[key]), {"reason": "keine Zeit"}).status_code == 422
    assert not Event.objects.filter(name="launch.skipped").exists()


def test_put_away_it_leaves_the_first_page_and_comes_back(browser, admin):
    assert PAGE in browser.get("/desk/").content.decode().split("<main")[1]
    browser.post(reverse("console:put_launch_away"))
    assert PAGE not in browser.get("/desk/").content.decode().split("<main")[1]
    assert "Show it on the first page" in browser.get(PAGE).content.decode()
    browser.post(reverse("console:bring_launch_back"))
    assert PAGE in browser.get("/desk/").content.decode().split("<main")[1]


def test_others_see_who_does_what_and_change_nothing(browser, factory):
    leader = make.person(Role.LEADER, name="赵国庆")
    User.objects.filter(pk=leader.pk).update(language="en")
    browser.force_login(leader)
    assert PAGE not in browser.get("/desk/").content.decode()
    assert "Administrator" in browser.get(PAGE).content.decode()
    for name, arguments in (("put_launch_away", []), ("skip_step", ["partners"]), ("resume_step", ["partners"])):
        assert browser.post(reverse(f"console:{name}", args=arguments), {"reason": "x"}).status_code == 403
    assert browser.get(reverse("console:first_machine")).status_code == 403


def test_a_worker_does_not_see_it(browser, factory):
    browser.force_login(make.person(Role.WORKER))
    assert browser.get(PAGE).status_code == 403


def test_without_a_label_its_page_leads_to_the_machine(browser, admin):
    assert browser.get(reverse("console:first_label")).url == reverse("console:first_machine")
    point = issue_sticker(make.machine(), by=admin)
    assert browser.get(reverse("console:first_label") + "?code=%00").context["point"] == point
