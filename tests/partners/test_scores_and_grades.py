"""Points by the weights of what was asked, and what an open major hazard does to the grade."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from hazards.models import Hazard, Status
from inspections.actions import draft_checklist, publish_checklist, remove_item
from inspections.models import Checklist, Item
from market.actions import install_questionnaire
from market.packs import codes, load_pack
from partners import actions
from partners.actions.opening import prefill
from partners.models import CorrectiveAction, Reply, SelfInspection
from partners.scoring import grade_of, rate
from tests import make


@pytest.mark.parametrize(
    ("score", "grade"), [(100, "A"), (90, "A"), (89, "B"), (75, "B"), (74, "C"), (60, "C"), (59, "D"), (0, "D")]
)
def test_the_bands_of_the_grades(score, grade):
    assert grade_of(score) == grade
    assert grade_of(score, is_capped=True) == "D"


def test_partly_is_worth_half_and_what_is_not_asked_counts_nothing(factory):
    gate = {"kind": "choice", "choices": [{"zh": "有"}, {"zh": "没有"}]}
    behind = {
        "kind": "choice",
        "choices": make.YES_PARTLY_NO,
        "weight": 60,
        "only_if_position": 1,
        "only_if_value": "有",
    }
    share = {"kind": "number", "unit": "%", "weight": 40}
    first, second, third = make.questionnaire(gate, behind, share).items.all()
    replies = {
        first.pk: Reply(item=first, choice=0),
        second.pk: Reply(item=second, choice=1),
        third.pk: Reply(item=third, number=Decimal(75)),
    }
    assert rate([first, second, third], replies).score == 60
    replies[first.pk].choice = 1
    rating = rate([first, second, third], replies)
    assert (rating.score, [line.item for line in rating.lines]) == (75, [first, third])


def test_a_major_hazard_that_is_admitted_or_open_makes_it_d(report, supplier, officer):
    assert not actions.rated(report).is_capped
    made = make.hazard(Status.ASSIGNED, level="major", owner=supplier)
    CorrectiveAction.objects.create(company=report.company, hazard=made)
    assert actions.rated(report).is_capped
    Hazard.objects.filter(pk=made.pk).update(status=Status.CLOSED)
    assert not actions.rated(report).is_capped
    Item.objects.filter(checklist=report.checklist, position=1).update(is_urgent=True)
    actions.answer(report, report.checklist.items.get(position=1), by=supplier, choice=2)
    assert actions.rated(report).grade == "D"


@pytest.mark.parametrize("code", codes())
def test_each_pack_brings_its_questionnaire_once(factory, code):
    assert install_questionnaire(load_pack(code), by=None) == 1
    assert install_questionnaire(load_pack(code), by=None) == 0
    items = list(Checklist.objects.get(audience="suppliers").items.all())
    scored = [item for item in items if item.weight]
    assert len(scored) <= 20 and sum(item.weight for item in scored) == 100
    assert sum(not item.is_fresh for item in scored) >= 0.7 * len(scored), "most of it can be filled in from before"
    assert 6 <= sum(item.photo == "on_pass" for item in items) <= 9


def test_most_is_filled_in_from_the_last_accepted_report_but_neither_photos_nor_this_periods(company, supplier):
    make.questionnaire()
    last = make.self_inspection(company)
    for number, item in enumerate(last.checklist.items.all()):
        actions.answer(last, item, by=supplier, choice=number % 2, note="已订货")
    actions.add_photos(last, last.checklist.items.get(position=2), [make.photo(supplier)], by=supplier)
    SelfInspection.objects.filter(pk=last.pk).update(
        status="accepted", starts_on=last.starts_on - timedelta(days=31), decided_at=timezone.now()
    )
    fresh = make.self_inspection(company)
    replies = {reply.item.position: reply for reply in fresh.replies.select_related("item")}
    assert {position: reply.choice for position, reply in replies.items()} == {1: 0, 2: 1, 3: 0}
    assert all(
        reply.is_prefilled and reply.looked_at is None and not reply.photos.exists() for reply in replies.values()
    )
    looked = actions.answer(fresh, replies[1].item, by=supplier, choice=0)
    assert looked.looked_at is not None


def test_a_new_version_keeps_the_answers_of_the_questions_that_stayed(company, supplier, officer):
    make.questionnaire()
    last = make.self_inspection(company)
    for item in last.checklist.items.all():
        actions.answer(last, item, by=supplier, choice=0)
    SelfInspection.objects.filter(pk=last.pk).update(status="accepted", starts_on=last.starts_on - timedelta(days=31))
    draft = draft_checklist(last.checklist, by=officer)
    remove_item(draft.items.get(position=1), by=officer)
    publish_checklist(draft, by=officer)
    fresh = make.self_inspection(company)
    assert fresh.checklist.version == 2 and [reply.item.position for reply in fresh.replies.all()] == [1, 2]
    fresh.replies.all().delete()
    prefill(fresh)
    assert fresh.replies.count() == 2
