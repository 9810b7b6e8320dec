"""Two people at one checklist: nothing is overwritten silently, and one of two publishers is told."""

from functools import partial

from core import ledger
from core.errors import WrongStatus
from inspections.actions import (
    add_item,
    change_item,
    discard_draft,
    draft_checklist,
    move_item,
    publish_checklist,
    remove_item,
)
from inspections.models import Checklist, Item
from inspections.versions import item_stamp, items_of, order_stamp
from people.permissions import Role
from tests import make
from tests.threads import at_once


def two_officers():
    return make.person(Role.SAFETY_OFFICER, name="周敏"), make.person(Role.ADMIN, name="刘洋")


def refused(results) -> list:
    return [result for result in results if isinstance(result, BaseException)]


def test_of_two_publishers_one_wins_and_one_is_told(fresh_factory):
    first, second = two_officers()
    draft = draft_checklist(make.checklist(), by=first)
    results = at_once(fresh_factory, *(partial(publish_checklist, draft, by=person) for person in (first, second)))
    assert [type(result) for result in refused(results)] == [WrongStatus]
    assert sorted(Checklist.objects.values_list("version", "status")) == [(1, "retired"), (2, "current")]
    assert ledger.verify().is_whole


def test_publishing_and_discarding_at_once_leave_one_of_the_two(fresh_factory):
    first, second = two_officers()
    draft = draft_checklist(make.checklist(), by=first)
    results = at_once(
        fresh_factory, partial(publish_checklist, draft, by=first), partial(discard_draft, draft, by=second)
    )
    assert [type(result) for result in refused(results)] == [WrongStatus]
    assert Checklist.objects.current().count() == 1


def test_two_who_begin_a_draft_at_once_work_in_the_same_one(fresh_factory):
    listed = make.checklist()
    results = at_once(fresh_factory, *(partial(draft_checklist, listed, by=person) for person in two_officers()))
    assert results[0] == results[1]
    assert Checklist.objects.filter(status="draft").count() == 1


def test_of_two_who_change_an_item_at_once_one_is_told(fresh_factory):
    people = two_officers()
    draft = draft_checklist(make.checklist(), by=people[0])
    item = draft.items.get()
    stamp = item_stamp(item, items_of(draft))
    results = at_once(
        fresh_factory,
        *(
            partial(change_item, Item.objects.get(pk=item.pk), by=person, stamp=stamp, text=f"{person.name}写的")
            for person in people
        ),
    )
    told = refused(results)
    assert [type(each) for each in told] == [WrongStatus]
    item.refresh_from_db()
    assert str(item.text).removesuffix("写的") in told[0].message, "it says who was first"


def test_many_who_add_and_move_at_once_leave_every_number_once(fresh_factory):
    people = two_officers()
    draft = draft_checklist(make.checklist({}, {}, {}), by=people[0])
    category, last = make.category(), draft.items.last()
    order = order_stamp(items_of(draft))
    calls = [partial(add_item, draft, "pass_fail", by=person, text="新", category=category) for person in people * 2]
    calls += [partial(move_item, last, place, by=people[1], stamp=order) for place in (1, 2)]
    calls += [partial(remove_item, draft.items.first(), by=people[0])]
    at_once(fresh_factory, *calls)
    places = [item.position for item in draft.items.all()]
    assert places == list(range(1, len(places) + 1))
    assert len(places) == 6
