"""Which team a kind of hazard goes to is decided at the desk."""

import pytest

from core.models import Event
from hazards.actions import confirm_hazard
from hazards.models import Category, Level, Route, Status
from people.permissions import Role
from tests import make


def test_the_next_hazard_goes_where_the_officer_said(browser, factory):
    officer, leader = make.person(Role.SAFETY_OFFICER), make.person(Role.MAINTENANCE)
    kind, other, team = make.category(), make.category(), make.team(leader)
    browser.force_login(officer)
    browser.post("/desk/hazards/routes/", {f"team-{kind.pk}": team.pk, f"team-{other.pk}": ""})
    assert [event.subject_id for event in Event.objects.filter(name="category.routed")] == [str(kind.pk)]
    hazard = make.hazard(Status.REPORTED, category=Category.objects.get(pk=kind.pk))
    assert confirm_hazard(hazard, by=officer, level=Level.GENERAL).owner == leader
    browser.post("/desk/hazards/routes/", {})
    assert not Route.objects.filter(category=kind).exists()


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.SAFETY_OFFICER, Role.ADMIN}])
def test_others_do_not_decide_it(browser, factory, role):
    kind, team = make.category(), make.team()
    browser.force_login(make.person(role))
    assert browser.post("/desk/hazards/routes/", {f"team-{kind.pk}": team.pk}).status_code == 403
    assert not Route.objects.filter(category=kind).exists()
