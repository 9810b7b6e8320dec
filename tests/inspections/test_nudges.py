"""A word to those who have not done it yet: to all of them once, at most every half hour, only in the own department."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import history
from core.models import Event
from inspections.actions import nudge_runs
from inspections.models import Run
from notifications.actions import deliver
from notifications.models import Notification
from people.permissions import Role
from tests import make
from tests.threads import at_once


@pytest.fixture
def leader(factory):
    return make.person(Role.TEAM_LEADER)


def tell() -> None:
    for event in Event.objects.filter(name="run.nudged"):
        deliver(event)


def test_everybody_of_the_team_hears_once_of_all_its_checks(leader):
    team = make.team(make.person(Role.WORKER))
    mate = make.person(Role.WORKER)
    mate.team = team
    mate.save()
    runs = [make.run(team=team) for _number in range(3)]
    nudge_runs(runs, by=leader)
    tell()
    assert sorted(Notification.objects.values_list("user", flat=True)) == sorted([team.leader_id, mate.pk])
    assert "3" in Notification.objects.first().line
    assert all([event.name for event in history(run)] == ["run.nudged"] for run in runs)


def test_the_one_it_is_given_to_hears_and_the_message_leads_to_the_check(leader, browser):
    worker = make.person(Role.WORKER)
    run = make.run(worker)
    nudge_runs([run], by=leader)
    tell()
    note = Notification.objects.get(user=worker)
    assert run.place.name["zh"] in note.line
    browser.force_login(worker)
    assert browser.get(note.url).url == f"/m/runs/{run.pk}/"
    browser.force_login(leader)
    assert browser.get(note.url).url == f"/desk/runs/{run.pk}/"


def test_a_second_tap_says_when_it_goes_again(leader):
    run = make.run()
    nudge_runs([run], by=leader)
    with pytest.raises(WrongStatus, match=r"\d\d:\d\d"):
        nudge_runs([run], by=leader)
    Run.objects.update(nudged_at=timezone.now() - timedelta(minutes=31))
    assert nudge_runs([run], by=leader) == [run]


def test_what_was_not_nudged_yet_is_told_beside_what_was(leader):
    first, second = make.run(), make.run()
    nudge_runs([first], by=leader)
    assert nudge_runs([first, second], by=leader) == [second]


def test_what_is_done_is_not_nudged(leader):
    for columns in ({"status": "done"}, {"status": "missed"}, {"opens_at": timezone.now() + timedelta(hours=1)}):
        with pytest.raises(DomainError):
            nudge_runs([make.run(**columns)], by=leader)
    assert not Event.objects.filter(name="run.nudged").exists()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.SAFETY_OFFICER}))
def test_other_roles_may_not(factory, role):
    with pytest.raises(NotAllowed):
        nudge_runs([make.run()], by=make.person(role))


def test_only_in_the_own_department(factory):
    workshop = make.department()
    head = make.person(Role.WORKSHOP_HEAD, in_department=workshop, bound=True)
    own = make.run(equipment=make.machine(make.area(workshop)))
    assert nudge_runs([own], by=head)
    with pytest.raises(NotAllowed):
        nudge_runs([make.run()], by=head)


def test_two_taps_at_once_tell_once(fresh_factory):
    leader, runs = make.person(Role.TEAM_LEADER), [make.run() for _number in range(4)]
    calls = (partial(nudge_runs, given, by=leader) for given in (runs, runs[::-1], runs))
    results = at_once(fresh_factory, *calls)
    assert sorted(type(result).__name__ for result in results) == ["WrongStatus", "WrongStatus", "list"]
    assert Event.objects.filter(name="run.nudged").count() == 4


def test_by_the_button_of_the_board(leader, browser):
    run = make.run(plan=make.plan())
    browser.force_login(leader)
    assert f'value="{run.pk}"' in browser.get("/desk/board/").content.decode()
    assert browser.post("/desk/board/nudge/", {"run": [run.pk]}).url == "/desk/board/"
    again = browser.post("/desk/board/nudge/", {"run": [run.pk]})
    assert again.status_code == 409
    page = again.content.decode()
    assert 'role="alert"' in page and 'href="?' not in page, "the board stands there, and its links lead on"
    assert browser.post("/desk/board/nudge/", {"run": ["x", "9" * 30]}).status_code == 422


def test_who_only_looks_has_no_button(factory, browser):
    make.run(plan=make.plan())
    browser.force_login(make.person(Role.LEADER))
    assert "/desk/board/nudge/" not in browser.get("/desk/board/").content.decode()
