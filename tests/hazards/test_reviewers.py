"""Three different people accept a fix, and never the one who made it."""

import html

import pytest
from django.urls import reverse
from django.utils.translation import override

from core.errors import DomainError, NotAllowed, WrongStatus
from hazards.actions import review_hazard, start_hazard, submit_hazard
from hazards.models import Hazard, LevelPolicy, Review, Status
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


# With the head's release, and with stages that the level leaves out.

EVERY_DUTY = (*EVERY_STAGE, Role.HEAD)
IN_REVIEW = {"first": Status.FIRST_REVIEW, "second": Status.SECOND_REVIEW, "final": Status.FINAL_REVIEW}
WAYS = [
    (["first", "second", "final"], True),
    (["first", "second", "final"], False),
    (["first", "second"], False),
    (["second", "final"], True),
    (["second", "final"], False),
    (["second"], False),
]


def _of_way(stages, needs_release, **columns) -> Hazard:
    policy = LevelPolicy.objects.create(
        level="serious",
        version=99,
        acknowledge_minutes=60,
        rectify_hours=48,
        stages=stages,
        needs_release=needs_release,
    )
    hazard = make.hazard(IN_REVIEW[stages[0]], policy=policy, **columns)
    make.before(hazard)
    return hazard


def _reviewed_by(hazard: Hazard, person) -> bool:
    try:
        review_hazard(hazard, by=person, is_passed=True)
    except NotAllowed:
        return False
    return True


@pytest.mark.parametrize(("stages", "needs_release"), WAYS)
def test_each_stage_takes_another_person(factory, stages, needs_release):
    hazard = _of_way(stages, needs_release)
    people = [make.person(*EVERY_DUTY) for _stage in (*stages, "head")]
    asked = [*stages, "head"] if needs_release else stages
    for number, stage in enumerate(asked):
        for earlier in people[:number]:
            assert not _reviewed_by(hazard, earlier)
        assert not _reviewed_by(hazard, hazard.owner)
        assert _reviewed_by(hazard, people[number])
        assert hazard.reviews.get(stage=stage).reviewer == people[number]
    assert Hazard.objects.get(pk=hazard.pk).status == Status.CLOSED


@pytest.mark.parametrize(("stages", "needs_release"), WAYS)
def test_the_fixer_decides_at_no_stage_of_any_way(factory, stages, needs_release):
    fixer = make.person(*EVERY_DUTY)
    hazard = _of_way(stages, needs_release, owner=fixer)
    for _stage in [*stages, "head"] if needs_release else stages:
        assert not _reviewed_by(hazard, fixer)
        assert list(Hazard.objects.waiting_for(fixer)) == []
        assert _reviewed_by(hazard, make.person(*EVERY_DUTY))


def test_a_return_by_the_head_begins_the_next_round_with_all_stages(factory):
    hazard = _of_way(["first", "second", "final"], True)
    people = [make.person(role) for role in EVERY_DUTY]
    for person in people[:3]:
        review_hazard(hazard, by=person, is_passed=True)
    assert list(Hazard.objects.waiting_for(people[3])) == [hazard]
    review_hazard(hazard, by=people[3], is_passed=False, note="再试 20 次")
    assert (hazard.status, hazard.round) == (Status.RECTIFYING, 2)
    _hand_in_again(hazard)
    for person in people:
        review_hazard(hazard, by=person, is_passed=True)
    assert Hazard.objects.get(pk=hazard.pk).status == Status.CLOSED


@pytest.mark.parametrize("face", ["console", "field"])
def test_the_head_releases_on_the_page(browser, face):
    hazard = _of_way(["second", "final"], True)
    for role in (Role.SAFETY_OFFICER, Role.LEADER):
        review_hazard(hazard, by=make.person(role), is_passed=True)
    browser.force_login(make.person(Role.HEAD))
    page = browser.get(reverse(f"{face}:hazard", args=[hazard.pk])).content.decode()
    assert make.in_language("zh-hans", "Release and close") in page
    url = reverse(f"{face}:decide", args=[hazard.pk, "review"])
    assert browser.post(url, {"is_passed": "no", "note": ""}).status_code == 422
    assert browser.post(url, {"is_passed": "yes"}).status_code == 302
    assert Hazard.objects.get(pk=hazard.pk).status == Status.CLOSED


def test_the_way_on_the_page_is_that_of_its_policy(browser):
    hazard = _of_way(["second"], False)
    browser.force_login(make.person(Role.SAFETY_OFFICER))
    page = browser.get(reverse("console:hazard", args=[hazard.pk])).content.decode()
    assert make.in_language("zh-hans", "Second review") in page
    for stage in ("First review", "Final review", "Release"):
        assert f"<b>{make.in_language('zh-hans', stage)}</b>" not in page
