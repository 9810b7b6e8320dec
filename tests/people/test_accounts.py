"""Accounts at the desk: written down, changed, closed, opened again; the last administrator stays."""

import re

import pytest

from core.models import Event
from people.models import User
from people.permissions import Role
from tests import make


@pytest.fixture
def admin(browser, factory):
    admin = make.person(Role.ADMIN, name="刘洋")
    User.objects.filter(pk=admin.pk).update(language="en")
    browser.force_login(admin)
    return admin


def test_a_person_is_added_and_can_sign_in_with_the_given_password(browser, admin):
    workshop = make.department()
    browser.post(
        "/desk/people/add/",
        {"name": "张三", "phone": "139 1111 0001", "roles": ["workshop_head"], "department": workshop.pk},
    )
    zhang = User.objects.get(phone="13911110001")
    assert zhang.grants.get().department == workshop, "a workshop head counts in the workshop"
    body = browser.post(f"/desk/people/{zhang.pk}/password/").content.decode()
    password = re.search(r"<b class=\"mono t-18\">(.+?)</b>", body)[1]
    assert password not in browser.get(f"/desk/people/{zhang.pk}/").content.decode()
    browser.logout()
    browser.post("/account/login/", {"login": "13911110001", "password": password})
    assert int(browser.session["_auth_user_id"]) == zhang.pk


def test_a_number_that_is_taken_is_refused_and_what_was_typed_stays(browser, admin):
    other = make.person(Role.WORKER, name="李四")
    response = browser.post("/desk/people/add/", {"name": "张三丰", "phone": other.phone, "roles": ["worker"]})
    assert response.status_code == 422
    body = response.content.decode()
    assert "李四" in body and "has this number already" in body and "张三丰" in body
    assert not User.objects.filter(name="张三丰").exists()


def test_somebody_without_any_number_is_refused(browser, admin):
    response = browser.post("/desk/people/add/", {"name": "张三", "roles": ["worker"]})
    assert response.status_code == 422 and "A phone number or an employee number is needed" in response.content.decode()


def test_closing_needs_a_reason_and_ends_the_session(browser, admin, client):
    worker = make.person(Role.WORKER, name="张三")
    assert browser.post(f"/desk/people/{worker.pk}/close/", {"note": " "}).status_code == 422
    browser.post(f"/desk/people/{worker.pk}/close/", {"note": "离职"})
    worker.refresh_from_db()
    assert not worker.is_active
    assert Event.objects.get(name="user.closed").data["note"] == "离职"
    browser.force_login(worker)
    assert browser.get("/m/").status_code == 302


def test_the_last_administrator_can_neither_close_nor_degrade_himself(browser, admin):
    assert browser.post(f"/desk/people/{admin.pk}/close/", {"note": "x"}).status_code == 422
    response = browser.post(f"/desk/people/{admin.pk}/", {"name": "刘洋", "phone": admin.phone, "roles": ["worker"]})
    assert response.status_code == 422 and "only administrator" in response.content.decode()
    assert User.objects.get(pk=admin.pk).can("people.manage")


def test_people_are_found_by_sound_number_and_department(browser, admin):
    make.person(Role.WORKER, name="欧阳振华")
    User.objects.filter(name="欧阳振华").update(sort_key="ou yang zhen hua", employee_no="HD7788")
    for words in ("欧阳", "zhen hua", "HD7788", "hd77"):
        assert "欧阳振华" in browser.get("/desk/people/", {"q": words}).content.decode(), words
    assert "欧阳振华" not in browser.get("/desk/people/", {"q": "张"}).content.decode()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_nobody_else_changes_accounts(browser, factory, role):
    victim = make.person(Role.WORKER)
    browser.force_login(make.person(role))
    for path in ("add/", f"{victim.pk}/close/", f"{victim.pk}/password/"):
        assert (
            browser.post(
                f"/desk/people/{path}", {"name": "x", "phone": "13911110001", "roles": ["admin"], "note": "x"}
            ).status_code
            == 403
        )
    browser.post(f"/desk/people/{victim.pk}/", {"name": "x", "phone": "13911110001", "roles": ["admin"]})
    assert User.objects.get(pk=victim.pk).role_codes == {Role.WORKER}
    assert User.objects.get(pk=victim.pk).check_password(make.PASSWORD)


def test_a_teams_leader_is_named_by_number(browser, admin):
    team, leader = make.team(), make.person(Role.TEAM_LEADER, name="李四")
    browser.post(f"/desk/plant/teams/{team.pk}/leader/", {"person": leader.employee_no})
    team.refresh_from_db()
    assert team.leader == leader
    assert Event.objects.get(name="team.leader_named").actor == admin
    assert browser.post(f"/desk/plant/teams/{team.pk}/leader/", {"person": "nobody"}).status_code == 422
    browser.force_login(make.person(Role.SAFETY_OFFICER))
    assert browser.post(f"/desk/plant/teams/{team.pk}/leader/", {"person": leader.employee_no}).status_code == 403


def test_somebody_has_two_roles_and_keeps_where_they_count(browser, admin):
    stamping, stores = make.department("冲压车间"), make.department("仓库")
    leader = make.person(Role.TEAM_LEADER, in_department=stores, bound=True)
    form = {
        "name": "李四",
        "phone": leader.phone,
        "department": stamping.pk,
        "roles": ["team_leader", "safety_officer"],
    }
    assert browser.post(f"/desk/people/{leader.pk}/", form).status_code == 302
    grants = set(leader.grants.values_list("role", "department"))
    assert grants == {("team_leader", stores.pk), ("safety_officer", None)}
    browser.post(f"/desk/people/{leader.pk}/", form | {"roles": ["safety_officer"]})
    assert set(leader.grants.values_list("role", "department")) == {("safety_officer", None)}
    assert browser.post(f"/desk/people/{leader.pk}/", {"name": "李四", "phone": leader.phone}).status_code == 422
