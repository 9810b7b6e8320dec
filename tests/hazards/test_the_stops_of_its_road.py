"""The stops above a hazard's page: those that it passed, where it stands, and how it ended."""

import pytest

from core.events import history
from hazards.actions import merge_hazard, reject_hazard, review_hazard, void_hazard
from hazards.models import Hazard, Level, LevelPolicy, Review, Status
from people.permissions import Role
from portals.console.path import path_of
from tests import make


@pytest.fixture
def officer(factory):
    return make.person(Role.SAFETY_OFFICER, name="周敏")


def _stops(hazard: Hazard) -> list[tuple[str, str]]:
    hazard = Hazard.objects.select_related("policy", "owner", "reporter").get(pk=hazard.pk)
    return [
        (str(stop.label), stop.state) for stop in path_of(hazard, list(hazard.reviews.all()), list(history(hazard)))
    ]


def _major(status: str) -> Hazard:
    make.policies()
    policy = LevelPolicy.objects.filter(level=Level.MAJOR).latest("version")
    LevelPolicy.objects.filter(pk=policy.pk).update(needs_plan=True, needs_release=True)
    return make.hazard(status, level=Level.MAJOR, policy=policy)


def _say(*words: str) -> list[str]:
    return [make.in_language("zh-hans", word) for word in words]


def test_an_ordinary_one_has_seven_stops(officer):
    stops = _stops(make.hazard(Status.SECOND_REVIEW))
    assert [state for _label, state in stops] == ["done", "done", "done", "done", "done", "now", "todo"]


def test_a_major_one_waits_for_its_plan_and_ends_with_the_release(officer):
    stops = _stops(_major(Status.ASSIGNED))
    plan, release = _say("Plan approved", "Release")
    assert (plan, "now") in stops and stops[-1] == (release, "todo") and len(stops) == 9
    assert _stops(_major(Status.HEAD_REVIEW))[-1] == (release, "now")


def test_a_released_one_has_them_all_behind(officer):
    hazard = _major(Status.HEAD_REVIEW)
    for stage in ("first", "second", "final"):
        Review.objects.create(
            hazard=hazard, stage=stage, round=1, reviewer=make.person(), is_passed=True, at=hazard.reported_at
        )
    review_hazard(hazard, by=make.person(Role.HEAD), is_passed=True)
    assert {state for _label, state in _stops(hazard)} == {"done"}


@pytest.mark.parametrize(
    ("status", "passed"),
    [(Status.REPORTED, 1), (Status.ASSIGNED, 3), (Status.RECTIFYING, 3), (Status.SECOND_REVIEW, 5)],
)
def test_a_void_one_ends_where_it_stood(officer, status, passed):
    hazard = make.hazard(status)
    void_hazard(hazard, by=officer, note="误报")
    stops = _stops(hazard)
    assert [state for _label, state in stops] == ["done"] * passed + ["aside"]
    assert stops[-1][0] == str(Status.VOIDED.label)


def test_a_duplicate_and_what_is_no_hazard_never_look_fixed(officer):
    twin, none = make.hazard(), make.hazard()
    merge_hazard(twin, by=officer, into=make.hazard())
    reject_hazard(none, by=officer, note="不属实")
    for hazard, status in ((twin, Status.MERGED), (none, Status.REJECTED)):
        assert [label for label, _state in _stops(hazard)] == [*_say("Reported"), str(status.label)]
