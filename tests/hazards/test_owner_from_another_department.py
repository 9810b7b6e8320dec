"""Hazards go to the team that can fix them, and that team often belongs to another department."""

import pytest

from core.errors import NotAllowed
from hazards.actions import confirm_hazard, start_hazard, submit_hazard
from hazards.models import Hazard, Level, Status
from people.permissions import Role
from tests import make


@pytest.fixture
def officer(factory):
    make.policies()
    return make.person(Role.SAFETY_OFFICER)


def routed_to(leader) -> Hazard:
    stores = make.department("仓库")
    hazard = make.hazard(Status.REPORTED, category=make.category(for_team=make.team(leader, stores)))
    make.before(hazard)
    return hazard


def test_a_leader_bound_to_his_own_department_fixes_what_was_routed_to_him(officer):
    leader = make.person(Role.TEAM_LEADER, in_department=make.department("仓库"), bound=True)
    hazard = confirm_hazard(routed_to(leader), by=officer, level=Level.SERIOUS)
    assert hazard.owner == leader
    assert list(Hazard.objects.waiting_for(leader)) == [hazard]
    start_hazard(hazard, by=leader)
    submit_hazard(hazard, by=leader, measure="装好了", tests=make.PASSED, photos=[make.photo(leader)])
    assert hazard.status == Status.FIRST_REVIEW


def test_nobody_else_of_that_department_fixes_it(officer):
    leader = make.person(Role.TEAM_LEADER, in_department=make.department("仓库"), bound=True)
    hazard = confirm_hazard(routed_to(leader), by=officer, level=Level.SERIOUS)
    other = make.person(Role.TEAM_LEADER, in_department=leader.department, bound=True)
    with pytest.raises(NotAllowed):
        start_hazard(hazard, by=other)
    assert not Hazard.objects.waiting_for(other).exists()


def test_a_leader_whose_role_fixes_nothing_is_passed_over(officer):
    hazard = confirm_hazard(routed_to(make.person(Role.TRAINER)), by=officer, level=Level.SERIOUS)
    assert (hazard.status, hazard.owner) == (Status.CONFIRMED, None)
    assert hazard in Hazard.objects.waiting_for(officer)
