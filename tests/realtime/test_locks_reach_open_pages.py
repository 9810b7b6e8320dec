"""A lock is on every open page of the workshop within five seconds, and only once it stands in the database."""

import json
import time

import pytest
from django.db import transaction

from hazards.actions import stop_equipment, void_hazard
from people.permissions import Role
from tests import make
from tests.live import session_of

# A server that has just begun on a busy machine takes its time; that nothing comes is known sooner.
SOON, QUIET = 20, 5


@pytest.fixture
def officer(fresh_factory):
    return make.person(Role.SAFETY_OFFICER)


@pytest.fixture
def hazard(officer):
    press = make.machine()
    return make.hazard(equipment=press, area=press.area)


def _told(page, within: int = SOON) -> bool:
    """Whether the page hears of locks in time."""
    until = time.monotonic() + within
    while (left := until - time.monotonic()) > 0:
        try:
            if json.loads(page.recv(timeout=left)) == {"look": "locks"}:
                return True
        except TimeoutError:
            break
    return False


def _lock(hazard, officer):
    return stop_equipment(hazard, by=officer, equipment=hazard.equipment, reason="防护罩缺失")


@pytest.mark.parametrize("role", [Role.WORKER, Role.MAINTENANCE, Role.GUARD])
def test_who_works_there_is_told_at_the_lock_and_at_its_end(live, fresh_factory, officer, hazard, role):
    person = make.person(role, in_department=hazard.department)
    with live.feed(fresh_factory, session_of(person)) as page:
        _lock(hazard, officer)
        assert _told(page)
        void_hazard(hazard, by=officer, note="录错了")
        assert _told(page)


def test_who_answers_for_it_is_told_wherever_they_sit(live, fresh_factory, officer, hazard):
    leader = make.person(Role.LEADER)
    with live.feed(fresh_factory, session_of(leader)) as page:
        _lock(hazard, officer)
        assert _told(page)


def test_who_works_elsewhere_is_not(live, fresh_factory, officer, hazard):
    person = make.person(Role.WORKER, in_department=make.department("喷涂车间"))
    with live.feed(fresh_factory, session_of(person)) as page:
        _lock(hazard, officer)
        assert not _told(page, QUIET)


def test_what_was_rolled_back_is_told_to_nobody(live, fresh_factory, officer, hazard):
    person = make.person(Role.WORKER, in_department=hazard.department)
    with live.feed(fresh_factory, session_of(person)) as page:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            _lock(hazard, officer)
            raise ZeroDivisionError
        assert not _told(page, QUIET)
        assert not hazard.stop_uses.exists()
