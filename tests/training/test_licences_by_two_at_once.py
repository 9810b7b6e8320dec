"""Two officers at the same moment: one of them is first, and the other one is told."""

from datetime import date

import pytest

from core.errors import Refusal, WrongStatus
from people.permissions import Role
from tenants.models import Due
from tests import make
from tests.threads import at_once
from training import actions
from training.actions import Card
from training.models import Clearance, Licence, Work

NEW = Card("SW-WELD", date(2026, 8, 1), "T2")


@pytest.fixture
def officers(fresh_factory):
    return make.person(Role.SAFETY_OFFICER), make.person(Role.TRAINER)


@pytest.fixture
def licence(officers):
    return make.licence(issued_on=date(2024, 1, 1))


def _both(factory, *calls) -> list:
    """What was refused, after both are through."""
    results = at_once(factory, *calls)
    assert not [one for one in results if isinstance(one, BaseException) and not isinstance(one, Refusal)]
    return [one for one in results if isinstance(one, Refusal)]


def test_both_renew_and_one_new_row_is_there(fresh_factory, officers, licence):
    refused = _both(fresh_factory, *(lambda by=by: actions.renew_licence(licence, NEW, by=by) for by in officers))
    assert [type(one) for one in refused] == [WrongStatus]
    assert Licence.objects.current().count() == 1 and Licence.objects.count() == 2


def test_one_renews_while_the_other_one_takes_it_back(fresh_factory, officers, licence):
    refused = _both(
        fresh_factory,
        lambda: actions.renew_licence(licence, NEW, by=officers[0]),
        lambda: actions.withdraw_licence(licence, by=officers[1], note="遗失"),
    )
    assert [type(one) for one in refused] == [WrongStatus]
    licence.refresh_from_db()
    assert licence.status in ("replaced", "withdrawn")
    assert not Due.objects.filter(factory=fresh_factory, key__startswith=f"licence:{licence.pk}:").exists()


def test_both_take_it_back(fresh_factory, officers, licence):
    refused = _both(
        fresh_factory, *(lambda by=by: actions.withdraw_licence(licence, by=by, note="遗失") for by in officers)
    )
    assert [type(one) for one in refused] == [WrongStatus]


def test_both_record_the_first_one(fresh_factory, officers, licence):
    person = make.person(Role.WORKER)
    refused = _both(fresh_factory, *(lambda by=by: actions.record_licence(person, NEW, by=by) for by in officers))
    assert [type(one) for one in refused] == [WrongStatus]
    assert person.licences.count() == 1


def test_nobody_is_on_the_work_of_a_licence_that_is_taken_back_at_that_moment(fresh_factory, officers, licence):
    _both(
        fresh_factory,
        lambda: actions.clear_for_work(licence.person, Work.HOT_WORK, by=officers[0]),
        lambda: actions.withdraw_licence(licence, by=officers[1], note="遗失"),
    )
    assert not Clearance.objects.running().exists()


def test_both_put_the_same_person_on_it(fresh_factory, officers, licence):
    refused = _both(
        fresh_factory,
        *(lambda by=by: actions.clear_for_work(licence.person, Work.HOT_WORK, by=by) for by in officers),
    )
    assert [type(one) for one in refused] == [WrongStatus]
    assert Clearance.objects.running().count() == 1
