"""A screen on a wall: its link opens one page and nothing else, and can be taken back."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from alerts.actions import acknowledge_alert, raise_alert
from alerts.models import Screen
from alerts.screens import lit_screen, make_screen, revoke_screen
from core.errors import NotAllowed
from core.models import Event
from hazards.actions import stop_equipment
from hazards.models import Status
from people.permissions import Role
from tenants import provisioning
from tenants.current import in_factory
from tests import make


@pytest.fixture
def officer(factory):
    return make.person(Role.SAFETY_OFFICER, name="周敏敏")


@pytest.fixture
def workshop(factory):
    return make.department("冲压车间")


@pytest.fixture
def wall(factory) -> Client:
    """The browser of the screen: nobody is signed in there."""
    return Client(HTTP_HOST=provisioning.host_of("one"))


def path(token: str) -> str:
    return reverse("wall", args=[token])


def made_at_the_desk(browser, officer, workshop) -> tuple[str, str]:
    browser.force_login(officer)
    answer = browser.post("/desk/screens/", {"name": "  门口  的电视 ", "department": workshop.pk}, follow=True)
    page = answer.content.decode()
    return re.search(r'value="http://[^/]+/wall/([^/"]+)/"', page)[1], page


def test_the_link_is_shown_once_and_kept_nowhere(browser, officer, workshop, wall):
    token, page = made_at_the_desk(browser, officer, workshop)
    assert "data:image/svg+xml" in page
    screen = Screen.objects.get()
    assert screen.name == "门口 的电视" and token not in screen.token_hash
    assert token not in browser.get("/desk/screens/").content.decode()
    assert token not in str(list(Event.objects.values_list("data", flat=True)))
    assert wall.get(path(token)).status_code == 200


def test_the_wall_shows_numbers_alerts_and_locked_machines_of_its_workshop(officer, workshop, wall):
    press = make.machine(make.area(workshop))
    stopping = make.hazard(
        Status.RECTIFYING,
        equipment=press,
        area=press.area,
        title="光幕失灵",
        owner=make.person(Role.MAINTENANCE, name="陈志强"),
    )
    stop_equipment(stopping, by=officer, equipment=press, reason="光幕失灵，先停机")
    late = make.hazard(Status.ASSIGNED, area=press.area, due_at=timezone.now() - timedelta(hours=1), title="通道堵塞")
    unconfirmed = make.hazard(area=press.area, title="没有人核实过的话")
    elsewhere = make.hazard(Status.ASSIGNED, title="喷涂车间的事")
    alert = raise_alert(late, "2号冲压机 夹手", by=officer, department_id=workshop.pk)
    raise_alert(elsewhere, "喷涂车间的告警", by=officer, department_id=elsewhere.department_id)
    _screen, token = make_screen("门口", workshop, by=officer)
    page = wall.get(path(token)).content.decode()
    for text in ("光幕失灵，先停机", "通道堵塞", "2号冲压机 夹手", "<b>3</b>"):
        assert text in page
    for text in (unconfirmed.title, elsewhere.title, "喷涂车间的告警"):
        assert text not in page
    acknowledge_alert(alert, by=officer)
    assert "已接警" in wall.get(path(token)).content.decode()


def test_no_whole_name_of_a_person_stands_on_the_wall(officer, workshop, wall):
    press = make.machine(make.area(workshop))
    names = ["陈志强", "李卫国", "周敏敏"]
    hazard = make.hazard(
        Status.RECTIFYING, equipment=press, area=press.area,
        owner=make.person(Role.MAINTENANCE, name=names[0]), reporter=make.person(Role.WORKER, name=names[1]),
    )  # fmt: skip
    stop_equipment(hazard, by=officer, equipment=press, reason="光幕失灵")
    acknowledge_alert(raise_alert(hazard, "夹手", by=hazard.reporter, department_id=workshop.pk), by=officer)
    _screen, token = make_screen("门口", workshop, by=officer)
    page = wall.get(path(token)).content.decode()
    assert not [name for name in names if name in page]
    assert "陈*强" in page and "周*敏" in page


def test_a_screen_that_was_switched_off_goes_dark_with_a_sentence(browser, officer, workshop, wall):
    screen, token = make_screen("门口", workshop, by=officer)
    assert wall.get(f"{path(token)}alive/").status_code == 204
    assert lit_screen(token) == screen
    browser.force_login(officer)
    browser.post(f"/desk/screens/{screen.pk}/revoke/")
    answer = wall.get(path(token))
    assert answer.status_code == 410
    assert "这块大屏已停用" in answer.content.decode() and "冲压车间" not in answer.content.decode()
    asked = wall.get(f"{path(token)}alive/", headers={"HX-Request": "true"})
    assert (asked.status_code, asked["HX-Refresh"]) == (410, "true")
    assert lit_screen(token) is None
    assert Event.objects.filter(name="screen.revoked").count() == 1
    revoke_screen(screen, by=officer)
    assert Event.objects.filter(name="screen.revoked").count() == 1


def test_only_who_looks_after_screens_makes_them(browser, officer, workshop):
    for role in (Role.WORKER, Role.TEAM_LEADER, Role.LEADER, Role.GUARD):
        person = make.person(role)
        with pytest.raises(NotAllowed):
            make_screen("门口", workshop, by=person)
        browser.force_login(person)
        assert browser.get("/desk/screens/").status_code == 403
    bound = make.person(Role.SAFETY_OFFICER, in_department=make.department("喷涂车间"), bound=True)
    with pytest.raises(NotAllowed):
        make_screen("门口", workshop, by=bound)
    screen, _token = make_screen("门口", workshop, by=officer)
    browser.force_login(bound)
    assert f"screens/{screen.pk}/" not in browser.get("/desk/screens/").content.decode()
    assert browser.post(f"/desk/screens/{screen.pk}/revoke/").status_code == 404


def test_names_are_asked_for_and_can_be_changed(browser, officer, workshop):
    browser.force_login(officer)
    assert browser.post("/desk/screens/", {"name": "   ", "department": workshop.pk}).status_code == 422
    assert browser.post("/desk/screens/", {"name": "x" * 61, "department": workshop.pk}).status_code == 422
    assert browser.post("/desk/screens/", {"name": "门口", "department": "999999"}).status_code == 422
    assert not Screen.objects.exists()
    screen, _token = make_screen("门口", workshop, by=officer)
    browser.post(f"/desk/screens/{screen.pk}/rename/", {"name": "挂钟旁"})
    browser.post(f"/desk/screens/{screen.pk}/rename/", {"name": "  "})
    screen.refresh_from_db()
    assert screen.name == "挂钟旁"


def test_who_looks_after_it_sees_when_it_last_asked(browser, officer, workshop, wall):
    screen, token = make_screen("门口", workshop, by=officer)
    browser.force_login(officer)
    assert make.in_language("zh-hans", "not opened yet") in browser.get("/desk/screens/").content.decode()
    wall.get(f"{path(token)}alive/")
    assert "在用" in browser.get("/desk/screens/").content.decode()
    Screen.objects.filter(pk=screen.pk).update(seen_at=timezone.now() - timedelta(hours=1))
    assert "没有响应" in browser.get("/desk/screens/").content.decode()


def test_a_link_opens_nothing_but_its_page_and_nothing_in_another_factory(officer, workshop, wall, other_factory):
    _screen, token = make_screen("门口", workshop, by=officer)
    with in_factory(other_factory):
        _foreign, foreign = make_screen("门口", make.department(), by=make.person(Role.SAFETY_OFFICER))
    for wrong in (foreign, token[:-1], token + "x", "1", "x" * 500):
        for address in (path(wrong), f"{path(wrong)}alive/"):
            assert wall.get(address).status_code == 404
        assert lit_screen(wrong) is None
    assert wall.post(path(token)).status_code == 405
    assert wall.get("/desk/").status_code == 302


def test_the_wall_speaks_the_language_of_its_browser_and_keeps_to_its_theme(officer, workshop, wall):
    _screen, token = make_screen("门口", workshop, by=officer)
    page = wall.get(path(token), headers={"Accept-Language": "en"}).content.decode()
    assert "Open hazards" in page and 'data-bs-theme="dark"' in page
    wall.cookies["theme"] = "light"
    assert 'data-bs-theme="light"' in wall.get(path(token)).content.decode()
