"""Whose task a run is: one rule for the list, for the page, for doing it and for who hears of it."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from core.errors import NotAllowed
from inspections.actions import refuse_others, start_run
from inspections.models import Run
from people.models import User
from people.permissions import Role
from tests import make


@pytest.fixture
def here(factory):
    return make.department()


def its(run: Run, person: User) -> bool:
    """The same answer everywhere."""
    person = User.objects.get(pk=person.pk)
    is_in_list = Run.objects.assigned_to(person).filter(pk=run.pk).exists()
    try:
        refuse_others(run, person)
        may_do = True
    except NotAllowed:
        may_do = False
    assert is_in_list == may_do
    assert not is_in_list or Run.objects.visible_to(person).filter(pk=run.pk).exists()
    return is_in_list


def test_a_persons_task_is_theirs_alone(factory):
    worker, other = make.person(Role.WORKER), make.person(Role.WORKER)
    run = make.run(worker)
    assert its(run, worker) and not its(run, other)
    assert run.doers == [worker]


def test_a_teams_task_is_that_of_its_people(factory):
    leader, member, other = (make.person(role) for role in (Role.TEAM_LEADER, Role.WORKER, Role.WORKER))
    team = make.team(leader)
    User.objects.filter(pk=member.pk).update(team=team)
    run = make.run(team=team)
    assert its(run, leader) and its(run, member) and not its(run, other)
    assert set(run.doers) == {leader, member}


def test_a_roles_task_is_for_its_holders_in_the_department_of_the_run(here):
    there = make.department()
    everywhere = make.person(Role.MAINTENANCE)
    bound = make.person(Role.MAINTENANCE, in_department=here, bound=True)
    foreign = make.person(Role.MAINTENANCE, in_department=there, bound=True)
    worker = make.person(Role.WORKER)
    run = make.run(team=None, role=Role.MAINTENANCE, equipment=make.machine(make.area(here)))
    assert its(run, everywhere) and its(run, bound) and not its(run, foreign) and not its(run, worker)
    assert set(run.doers) == {everywhere, bound}


def test_a_grant_of_a_department_reaches_the_ones_below_it(here):
    above = make.department()
    here.parent = above
    here.save()
    head = make.person(Role.WORKSHOP_HEAD, in_department=above, bound=True)
    run = make.run(team=None, role=Role.WORKSHOP_HEAD, equipment=make.machine(make.area(here)))
    assert its(run, head) and run.doers == [head]


@pytest.mark.parametrize(("share", "is_theirs"), [(0.2, False), (0.49, False), (0.51, True), (0.9, True), (1.5, True)])
def test_the_stand_in_may_do_it_once_half_of_the_window_passed_and_nobody_began(factory, share, is_theirs):
    opened = timezone.now() - timedelta(minutes=100 * share)
    worker, other = make.person(Role.WORKER), make.person(Role.WORKER)
    run = make.run(worker, fallback=other, opens_at=opened, closes_at=opened + timedelta(minutes=100))
    assert its(run, worker) and its(run, other) is is_theirs
    Run.objects.filter(pk=run.pk).update(status=Run.Status.DOING, inspector=worker, started_at=timezone.now())
    assert its(run, worker) and not its(run, other), "somebody has begun"


def test_a_stand_in_who_began_goes_on(factory):
    opened = timezone.now() - timedelta(minutes=60)
    worker, other = make.person(Role.WORKER), make.person(Role.WORKER)
    run = make.run(worker, fallback=other, opens_at=opened, closes_at=opened + timedelta(minutes=100))
    start_run(run, by=other)
    assert its(run, other)


def test_the_stand_in_does_it_where_the_account_is_closed(factory):
    worker, other = make.person(Role.WORKER), make.person(Role.WORKER)
    run = make.run(worker, fallback=other)
    assert not its(run, other)
    User.objects.filter(pk=worker.pk).update(is_active=False)
    run = Run.objects.get(pk=run.pk)
    assert its(run, other) and run.doers == [other]


def test_who_has_no_role_to_inspect_does_nothing_in_anybodys_name(factory):
    leader = make.person(Role.LEADER)
    run = make.run(leader)
    with pytest.raises(NotAllowed):
        start_run(run, by=leader)


def test_nobody_without_team_gets_the_runs_without_team(factory):
    worker = make.person(Role.WORKER)
    run = make.run(team=None, role="")
    assert not its(run, worker) and run.doers == []


@pytest.mark.parametrize("role", list(Role))
def test_who_hears_of_it_is_who_may_see_it(here, role):
    team = make.team(in_department=here)
    for made in (
        partial(make.run, make.person(role, in_department=here, bound=True)),
        partial(make.run, team=team),
        partial(make.run, team=None, role=role),
    ):
        make.person(role, in_department=here, bound=True)
        run = made(equipment=make.machine(make.area(here)))
        for person in run.doers:
            assert Run.objects.visible_to(person).filter(pk=run.pk).exists()
