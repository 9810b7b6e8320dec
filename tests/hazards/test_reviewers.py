"""Three different people accept a fix, and never the one who made it."""

import html

import pytest
from django.urls import reverse
from django.utils.translation import override

from core.errors import DomainError, NotAllowed, WrongStatus
from hazards.actions import review_hazard, start_hazard, submit_hazard
from hazards.models import Hazard, Review, Status
from people.permissions import Role
from tests import make

OWN_FIX = "You fixed this one yourself. Somebody else must review it."
TWICE = "You have reviewed this fix at an earlier stage. The next stage needs another person."
NO_REASON = "Say what is missing, so that it can be fixed."
EVERY_STAGE = (Role.TEAM_LEADER, Role.SAFETY_OFFICER, Role.LEADER)
LANGUAGES = ["zh-hans", "en"]


def _all_three(**columns) -> Hazard:
    hazard = make.hazard(Status.FIRST_REVIEW, **columns)
    make.before(hazard)
    return hazard


def _hand_in_again(hazard: Hazard) -> None:
    photos = [make.photo(hazard.owner)]
    submit_hazard(hazard, by=hazard.owner, measure="重新固定", tests=make.PASSED, photos=photos)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", [Status.FIRST_REVIEW, Status.SECOND_REVIEW, Status.FINAL_REVIEW])
def test_the_one_who_fixed_it_reviews_it_at_no_stage(factory, status, language):
    fixer = make.person(*EVERY_STAGE)
    hazard = make.hazard(status, owner=fixer)
    with override(language), pytest.raises(NotAllowed) as refusal:
        review_hazard(hazard, by=fixer, is_passed=True)
    assert str(refusal.value) == make.in_language(language, OWN_FIX)
    assert not Review.objects.exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_decides_twice_in_a_round(factory, language):
    hazard, person = _all_three(), make.person(*EVERY_STAGE)
    review_hazard(hazard, by=person, is_passed=True)
    with override(language), pytest.raises(NotAllowed) as refusal:
        review_hazard(hazard, by=person, is_passed=True)
    assert str(refusal.value) == make.in_language(language, TWICE)
    assert Hazard.objects.get(pk=hazard.pk).status == Status.SECOND_REVIEW


@pytest.mark.parametrize("note", ["", "  "])
def test_a_return_says_what_is_missing(factory, note):
    hazard = _all_three()
    with pytest.raises(DomainError) as refusal:
        review_hazard(hazard, by=make.person(Role.TEAM_LEADER), is_passed=False, note=note)
    assert str(refusal.value) == make.in_language("zh-hans", NO_REASON)
    assert Hazard.objects.get(pk=hazard.pk).status == Status.FIRST_REVIEW


@pytest.mark.parametrize("stage", [Status.FIRST_REVIEW, Status.SECOND_REVIEW, Status.FINAL_REVIEW])
def test_a_return_at_any_stage_begins_the_next_round(factory, stage):
    hazard = make.hazard(stage)
    review_hazard(hazard, by=make.person(*EVERY_STAGE), is_passed=False, note="螺丝松动")
    hazard.refresh_from_db()
    assert (hazard.status, hazard.round) == (Status.RECTIFYING, 2)
    assert (hazard.reviews.get().round, hazard.reviews.get().is_passed) == (1, False)


def test_after_a_return_all_three_stages_run_again_with_the_same_people(factory):
    hazard = _all_three()
    leader, officer, head = (make.person(role) for role in EVERY_STAGE)
    review_hazard(hazard, by=leader, is_passed=True)
    review_hazard(hazard, by=officer, is_passed=False, note="螺丝松动")
    _hand_in_again(hazard)
    assert hazard.evidence.get(stage="after").round == 2
    for person in (leader, officer, head):
        review_hazard(hazard, by=person, is_passed=True)
    assert Hazard.objects.get(pk=hazard.pk).status == Status.CLOSED
    assert list(hazard.reviews.values_list("round", "stage", "is_passed")) == [
        (1, "first", True),
        (1, "second", False),
        (2, "first", True),
        (2, "second", True),
        (2, "final", True),
    ]


def test_a_returned_fix_is_with_its_owner_who_need_not_start_again(factory):
    hazard = _all_three()
    review_hazard(hazard, by=make.person(Role.TEAM_LEADER), is_passed=False, note="螺丝松动")
    with pytest.raises(WrongStatus):
        start_hazard(hazard, by=hazard.owner)
    assert list(Hazard.objects.waiting_for(hazard.owner)) == [hazard]


def test_it_waits_for_those_who_may_still_decide_and_for_nobody_else(factory):
    hazard = _all_three()
    both, other = make.person(Role.TEAM_LEADER, Role.SAFETY_OFFICER), make.person(Role.SAFETY_OFFICER)
    assert list(Hazard.objects.waiting_for(both)) == [hazard]
    assert list(Hazard.objects.waiting_for(hazard.owner)) == []
    review_hazard(hazard, by=both, is_passed=True)
    assert list(Hazard.objects.waiting_for(both)) == []
    assert list(Hazard.objects.waiting_for(other)) == [hazard]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_desk_says_it_in_the_readers_language(browser, language):
    fixer = make.person(*EVERY_STAGE)
    fixer.language = language
    fixer.save()
    hazard = make.hazard(Status.FIRST_REVIEW, owner=fixer)
    browser.force_login(fixer)
    url = reverse("console:decide", args=[hazard.pk, "review"])
    answer = browser.post(url, {"is_passed": "yes", "note": "自己看过了"})
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 403
    assert make.in_language(language, OWN_FIX) in page


def test_a_return_without_a_reason_keeps_the_page(browser):
    hazard = _all_three()
    browser.force_login(make.person(Role.TEAM_LEADER))
    answer = browser.post(reverse("console:decide", args=[hazard.pk, "review"]), {"is_passed": "no", "note": ""})
    assert answer.status_code == 422
    assert make.in_language("zh-hans", NO_REASON) in html.unescape(answer.content.decode())
