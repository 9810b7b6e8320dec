"""The plant at the desk and from Excel."""

import pytest

from core.models import Event
from facilities.models import Area, Equipment, EquipmentType, RiskColour
from people.permissions import Role
from tests import make, sheets
from tests.sheets import workbook

HEAD = ("设备编号*", "设备名称*", "设备类型*", "区域*", "部门", "型号", "风险颜色")
URL = "/desk/plant/machines/import/"


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER)
    browser.force_login(officer)
    return officer


def read_in(browser, *lines, may_add: bool = True):
    return sheets.read_in(browser, URL, workbook(HEAD, *lines), **({"may_add": "1"} if may_add else {}))


def test_machines_with_their_kinds_areas_and_departments(browser, officer):
    response = read_in(
        browser,
        ("CY-001", "1 号冲压机", "冲压机", "A 区", "冲压车间", "JH21-110", "橙"),
        ("CY-002", "2 号冲压机", "冲压机", "A 区", "", "", "red"),
    )
    assert response.status_code == 302
    first, second = Equipment.objects.order_by("code")
    assert (first.colour, second.colour, first.area, first.type) == (
        RiskColour.ORANGE,
        RiskColour.RED,
        second.area,
        second.type,
    )
    assert first.area.department.name == "冲压车间"


def test_one_faulty_row_keeps_all_out(browser, officer):
    read_in(browser, ("CY-001", "1 号", "冲压机", "A 区", "冲压车间"))
    response = read_in(
        browser,
        ("CY-009", "9 号", "冲压机", "A 区"),
        ("cy-009", "又一台 9 号", "冲压机", "A 区"),
        ("CY-010", "10 号", "冲压机", "B 区"),
        ("CY-011", "11 号", "冲压机", "A 区", "", "", "紫"),
    )
    assert response.status_code == 422
    assert [row.number for row in response.context["outlook"].faulty] == [3, 4, 5]
    assert Equipment.objects.count() == 1


def test_what_is_there_already_is_changed_in_what_the_list_says(browser, officer):
    read_in(browser, ("CY-001", "1 号", "冲压机", "A 区", "冲压车间", "JH21", "橙"))
    assert read_in(browser, ("cy-001", "1 号", "冲压机", "A 区", "", "JH31", "")).status_code == 302
    machine = Equipment.objects.get()
    assert (machine.model, machine.colour) == ("JH31", RiskColour.ORANGE), "an empty cell leaves what stands"
    assert Event.objects.get(name="equipment.changed").data["changed"] == {"model": ["JH21", "JH31"]}
    again = read_in(browser, ("CY-001", "1 号", "冲压机", "A 区"))
    assert again.status_code == 422 and again.context["outlook"].counts["skipped"] == 1


def test_a_machine_is_changed_and_its_history_says_what(browser, officer):
    area = make.area()
    kind = EquipmentType.objects.create(code="press", name={"zh": "冲压机", "en": "Press"})
    press = Equipment.objects.create(code="CY-001", name={"zh": "1 号冲压机", "en": "Press 1"}, type=kind, area=area)
    form = {
        "name": "1 号冲压机",
        "type": kind.pk,
        "area": area.pk,
        "model": "JH21",
        "colour": "red",
        "status": "in_service",
    }
    assert browser.post(f"/desk/plant/machines/{press.pk}/", form).status_code == 302
    press.refresh_from_db()
    assert press.name == {"zh": "1 号冲压机", "en": "Press 1"}, "an untouched name keeps both languages"
    assert Event.objects.get(name="equipment.changed").data["changed"] == {
        "model": ["", "JH21"],
        "colour": ["yellow", "red"],
    }
    browser.post(f"/desk/plant/machines/{press.pk}/", form)
    assert Event.objects.filter(name="equipment.changed").count() == 1, "nothing changed, nothing written"


def test_a_number_that_is_taken_is_refused(browser, officer):
    department = make.department()
    data = {"code": "A1", "name": "A 区", "department": department.pk, "colour": "blue"}
    assert browser.post("/desk/plant/areas/add/", data).status_code == 302
    assert browser.post("/desk/plant/areas/add/", data | {"code": "a1"}).status_code == 422
    assert Area.objects.count() == 1


@pytest.mark.parametrize("role", [Role.WORKER, Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.INSPECTOR, Role.SUPPLIER])
def test_others_do_not_change_the_plant(browser, factory, role):
    department = make.department()
    browser.force_login(make.person(role))
    data = {"code": "A1", "name": "A 区", "department": department.pk, "colour": "blue", "kind": "workshop"}
    for path in ("areas/add/", "departments/add/", "teams/add/"):
        assert browser.post(f"/desk/plant/{path}", data).status_code == 403
    assert read_in(browser, ("CY-001", "1 号", "冲压机", "A 区", "冲压车间")).status_code == 403
    assert not Area.objects.exists() and not Equipment.objects.exists()
