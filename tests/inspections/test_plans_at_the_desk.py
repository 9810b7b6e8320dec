"""Plans made and stopped at the desk."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.models import Event
from inspections.models import Plan, Run
from people.models import User
from people.permissions import Role
from tests import make


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER)
    User.objects.filter(pk=officer.pk).update(language="en")
    browser.force_login(officer)
    return officer


def a_plan(**more):
    facts = {
        "name": "冲压机班前",
        "checklist": make.checklist().pk,
        "machines": [make.machine().pk, make.machine().pk],
        "team": make.team().pk,
        "rule": "FREQ=DAILY",
        "starts_on": timezone.localdate().isoformat(),
        "opens_at": "00:00",
        "window_minutes": 1439,
    }
    return {name: value for name, value in (facts | more).items() if value is not None}


def test_one_form_makes_a_route_over_the_machines_and_their_checks_of_today(browser, officer):
    data = a_plan()
    assert browser.post("/desk/plans/add/", data).status_code == 302
    plan = Plan.objects.get()
    assert [stop.equipment_id for stop in plan.stops.all()] == data["machines"]
    assert plan.runs.filter(opens_at__date=timezone.localdate()).count() == 2
    body = browser.get("/desk/plans/").content.decode()
    assert "every day" in body and "23 h 59 min" in body


def test_a_plan_for_one_person(browser, officer):
    worker = make.person(Role.WORKER)
    assert browser.post("/desk/plans/add/", a_plan(team=None, person=f" {worker.employee_no} ")).status_code == 302
    assert {run.assignee for run in Run.objects.all()} == {worker}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"machines": None}, "machines"),
        ({"team": None}, "team"),
        ({"person": "13999999999"}, "person"),
        ({"window_minutes": 0}, "window_minutes"),
        ({"rule": "FREQ=SECONDLY"}, "rule"),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_the_rest_stays(browser, officer, wrong, field):
    response = browser.post("/desk/plans/add/", a_plan(opens_at="07:45", **wrong))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert "07:45" in response.content.decode()
    assert not Plan.objects.exists()


def test_a_stopped_plan_makes_no_more_checks_and_says_who_stopped_it(browser, officer):
    browser.post("/desk/plans/add/", a_plan())
    plan = Plan.objects.first()
    browser.post(f"/desk/plans/{plan.pk}/stop/")
    browser.post(f"/desk/plans/{plan.pk}/stop/")
    assert not Plan.objects.get(pk=plan.pk).is_active
    assert Event.objects.get(name="plan.stopped").actor == officer
    assert "every day" in browser.get("/desk/plans/?stopped=1").content.decode()
    assert Run.objects.filter(plan=plan, opens_at__lt=timezone.now() + timedelta(days=2)).exists(), "what stands stays"


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.SAFETY_OFFICER, Role.ADMIN}])
def test_others_do_not_plan(browser, officer, role):
    browser.post("/desk/plans/add/", a_plan())
    plan = Plan.objects.first()
    browser.force_login(make.person(role))
    assert browser.post("/desk/plans/add/", a_plan()).status_code == 403
    assert browser.post(f"/desk/plans/{plan.pk}/stop/").status_code == 403
    assert Plan.objects.filter(is_active=True).count() == 1
