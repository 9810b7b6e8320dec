"""A level raised or lowered later: with a reason, with the limits of the new level, and from major only by two people."""

import html
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from alerts.models import Alert
from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import history
from core.models import Event
from hazards.actions import change_level, decide_lowering, decide_plan, start_hazard, void_hazard
from hazards.actions.controls import control_due_at
from hazards.models import Hazard, Level, LevelChange, LevelPolicy, Status
from notifications.models import Notification
from people.permissions import Role
from tenants.models import Due
from tests import make
from tests.hazards import levels
from tests.hazards.levels import MORNING

HOUR = timedelta(hours=1)


@pytest.fixture
def clock():
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


@pytest.fixture
def people(factory, clock):
    return levels.crew()


def _change(people, hazard, level, **more):
    return change_level(hazard, by=people[Role.SAFETY_OFFICER], level=level, reason="现场复核", **more)


def _now(hazard) -> Hazard:
    return Hazard.objects.select_related("policy").get(pk=hazard.pk)


def _limit_row(hazard) -> Due:
    return Due.objects.get(key=f"hazard:{hazard.pk}:limit")


def test_raised_the_earlier_limit_holds_and_the_chain_begins_anew(people, clock):
    hazard = levels.confirmed(people, Level.GENERAL)
    clock.move_to(MORNING + 10 * HOUR)
    change = _change(people, hazard, Level.SERIOUS)
    hazard = _now(hazard)
    assert (hazard.level, hazard.policy.level, hazard.due_at) == ("serious", "serious", MORNING + 58 * HOUR)
    assert hazard.first_due_at == MORNING + 72 * HOUR
    assert _limit_row(hazard).due_at == MORNING + 46 * HOUR
    assert (change.from_level, change.to_level, change.is_approved, change.reason) == (
        "general",
        "serious",
        True,
        "现场复核",
    )
    data = Event.objects.get(name="hazard.level_changed").data
    assert (data["level_before"], data["level"], data["note"]) == ("general", "serious", "现场复核")
    assert data["old"].startswith("2026-03-05T01:00") and data["new"].startswith("2026-03-04T11:00")


def test_raised_late_it_gets_no_more_time_than_it_had(people, clock):
    hazard = levels.confirmed(people, Level.GENERAL)
    clock.move_to(MORNING + 60 * HOUR)
    _change(people, hazard, Level.SERIOUS)
    assert _now(hazard).due_at == MORNING + 72 * HOUR


def test_raised_to_major_it_rings_and_waits_for_its_plan(people, clock):
    hazard = start_hazard(levels.confirmed(people), by=people[Role.MAINTENANCE])
    _change(people, hazard, Level.MAJOR, clause="11.3")
    hazard = _now(hazard)
    assert (hazard.level, hazard.clause, hazard.is_legal_major) == ("major", "11.3", True)
    assert hazard.status == Status.ASSIGNED
    assert hazard.owner == people[Role.MAINTENANCE]
    assert Alert.objects.open().filter(subject_id=str(hazard.pk)).exists()
    with pytest.raises(WrongStatus):
        start_hazard(hazard, by=people[Role.MAINTENANCE])


def test_lowered_no_time_is_lost_and_the_new_limit_counts_from_the_confirmation(people, clock):
    hazard = levels.confirmed(people, Level.SERIOUS)
    clock.move_to(MORNING + 10 * HOUR)
    _change(people, hazard, Level.GENERAL)
    hazard = _now(hazard)
    assert (hazard.level, hazard.due_at) == ("general", MORNING + 72 * HOUR)
    assert _limit_row(hazard).due_at == MORNING + 60 * HOUR


def test_lowered_when_all_time_is_over_there_is_an_hour_left(people, clock):
    hazard = levels.confirmed(people, Level.SERIOUS)
    clock.move_to(MORNING + 100 * HOUR)
    _change(people, hazard, Level.GENERAL)
    assert _now(hazard).due_at == MORNING + 101 * HOUR


def test_the_newest_policy_of_the_new_level_holds(people):
    hazard = levels.confirmed(people, Level.SERIOUS)
    LevelPolicy.objects.create(level="general", version=2, acknowledge_minutes=60, rectify_hours=100)
    _change(people, hazard, Level.GENERAL)
    assert _now(hazard).policy.version == 2


def test_lowering_from_major_waits_for_a_second_person(people, clock, work_off):
    hazard = levels.confirmed(people, Level.MAJOR)
    change = _change(people, hazard, Level.SERIOUS)
    assert (change.is_approved, _now(hazard).level) == (None, "major")
    assert list(Hazard.objects.waiting_for(people[Role.LEADER])) == [hazard]
    assert hazard not in Hazard.objects.waiting_for(people[Role.WORKSHOP_HEAD])
    work_off()
    assert Notification.objects.filter(user=people[Role.HEAD], line__contains="现场复核").exists()

    clock.move_to(MORNING + 2 * HOUR)
    decide_lowering(change, by=people[Role.LEADER], is_approved=True)
    hazard = _now(hazard)
    assert (hazard.level, hazard.due_at, hazard.policy.level) == ("serious", MORNING + 48 * HOUR, "serious")
    assert (change.is_approved, change.decided_by, change.decided_at) == (True, people[Role.LEADER], MORNING + 2 * HOUR)
    assert list(Hazard.objects.waiting_for(people[Role.LEADER])) == []
    start_hazard(hazard, by=people[Role.MAINTENANCE])


def test_a_lower_level_takes_the_clause_away_and_the_record_keeps_it(people):
    hazard = levels.confirmed(people, Level.SERIOUS)
    _change(people, hazard, Level.MAJOR, clause="11.3")
    change = _change(people, hazard, Level.SERIOUS)
    decide_lowering(change, by=people[Role.HEAD], is_approved=True)
    hazard = _now(hazard)
    assert (hazard.is_legal_major, hazard.clause, hazard.clause_text) == (False, "", "")
    assert [event.data["clause"] for event in history(hazard) if event.name == "hazard.level_changed"] == ["11.3", ""]


def test_refused_it_stays_major_and_who_asked_hears_why(people, work_off):
    hazard = levels.confirmed(people, Level.MAJOR)
    change = _change(people, hazard, Level.SERIOUS)
    with pytest.raises(DomainError):
        decide_lowering(change, by=people[Role.LEADER], is_approved=False, note=" ")
    decide_lowering(change, by=people[Role.LEADER], is_approved=False, note="隔离不牢")
    assert (_now(hazard).level, change.is_approved) == ("major", False)
    work_off()
    assert Notification.objects.filter(user=people[Role.SAFETY_OFFICER], line__contains="隔离不牢").exists()
    assert _change(people, hazard, Level.GENERAL).is_approved is None


@pytest.mark.parametrize("role", [Role.SAFETY_OFFICER, Role.WORKSHOP_HEAD, Role.TEAM_LEADER, Role.MAINTENANCE])
def test_only_a_leader_agrees_to_a_lower_level(people, role):
    change = _change(people, levels.confirmed(people, Level.MAJOR), Level.SERIOUS)
    with pytest.raises(NotAllowed):
        decide_lowering(change, by=people[role], is_approved=True)


def test_nobody_agrees_to_what_they_asked_for(people):
    both = make.person(Role.SAFETY_OFFICER, Role.LEADER)
    hazard = levels.confirmed(people, Level.MAJOR)
    plan = levels.planned(people, hazard)
    for role in (Role.LEADER, Role.HEAD):
        decide_plan(plan, by=people[role], is_passed=True)
    change = change_level(hazard, by=both, level="serious", reason="现场复核")
    assert hazard not in Hazard.objects.waiting_for(both)
    with pytest.raises(NotAllowed):
        decide_lowering(change, by=both, is_approved=True)


def test_it_is_decided_once_and_only_while_the_hazard_lives(people):
    hazard = levels.confirmed(people, Level.MAJOR)
    change = _change(people, hazard, Level.SERIOUS)
    decide_lowering(change, by=people[Role.LEADER], is_approved=False, note="不行")
    with pytest.raises(WrongStatus):
        decide_lowering(change, by=people[Role.HEAD], is_approved=True)
    again = _change(people, hazard, Level.SERIOUS)
    void_hazard(_now(hazard), by=people[Role.SAFETY_OFFICER], note="误报")
    with pytest.raises(WrongStatus):
        decide_lowering(again, by=people[Role.LEADER], is_approved=True)
    assert LevelChange.objects.get(pk=again.pk).is_approved is None


def test_while_a_lower_level_is_asked_for_nothing_else_changes_it(people):
    hazard = levels.confirmed(people, Level.MAJOR)
    _change(people, hazard, Level.SERIOUS)
    for level in (Level.SERIOUS, Level.GENERAL):
        with pytest.raises(WrongStatus):
            _change(people, hazard, level)


def test_a_clause_can_be_named_later_and_moves_nothing(people, clock):
    hazard = levels.confirmed(people, Level.MAJOR)
    limit, control = hazard.due_at, control_due_at(hazard)
    LevelPolicy.objects.create(level="major", version=2, acknowledge_minutes=15, rectify_hours=12, needs_plan=True)
    clock.move_to(MORNING + HOUR / 2)
    _change(people, hazard, Level.MAJOR, clause="7.7")
    hazard = _now(hazard)
    assert (hazard.policy.version, control_due_at(hazard)) == (1, control)
    assert (hazard.clause, hazard.is_legal_major, hazard.due_at) == ("7.7", True, limit)


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"level": "serious", "reason": "复核"}, DomainError),
        ({"level": "general", "reason": "  "}, DomainError),
        ({"level": "general", "reason": "复核", "clause": "11.3"}, DomainError),
        ({"level": "major", "reason": "复核", "clause": "99"}, DomainError),
        ({"level": "blue", "reason": "复核"}, DomainError),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(people, sent, error):
    hazard = levels.confirmed(people, Level.SERIOUS)
    with pytest.raises(error):
        change_level(hazard, by=people[Role.SAFETY_OFFICER], **sent)
    assert not LevelChange.objects.exists()
    assert _now(hazard).level == "serious"


@pytest.mark.parametrize(
    "status", [Status.REPORTED, Status.FIRST_REVIEW, Status.HEAD_REVIEW, Status.CLOSED, Status.VOIDED]
)
def test_before_the_confirmation_and_in_review_the_level_stays(people, status):
    with pytest.raises(WrongStatus):
        _change(people, make.hazard(status), Level.GENERAL)


@pytest.mark.parametrize("role", [role for role in levels.CREW if role != Role.SAFETY_OFFICER])
def test_only_the_safety_officer_changes_a_level(people, role):
    with pytest.raises(NotAllowed):
        change_level(levels.confirmed(people), by=people[role], level="general", reason="复核")


def test_raised_and_lowered_on_the_page(browser, people):
    hazard = levels.confirmed(people, Level.SERIOUS)
    url = reverse("console:decide", args=[hazard.pk, "level"])
    browser.force_login(people[Role.SAFETY_OFFICER])
    page = html.unescape(
        browser.post(url, {"do": "look", "level": "major", "words": "泄爆", "reason": "查了除尘器"}).content.decode()
    )
    assert 'value="11.3"' in page and "查了除尘器" in page
    refused = browser.post(url, {"level": "serious", "clause": "11.3", "reason": "查了除尘器"})
    assert refused.status_code == 422 and "查了除尘器" in refused.content.decode()
    assert browser.post(url, {"level": "major", "clause": "11.3", "reason": "查了除尘器"}).status_code == 302
    assert _now(hazard).level == "major"
    assert browser.post(url, {"level": "general", "reason": "已隔离"}).status_code == 302

    decide = reverse("console:decide", args=[hazard.pk, "lowering"])
    assert browser.post(decide, {"is_passed": "yes"}).status_code == 403
    browser.force_login(people[Role.LEADER])
    assert "已隔离" in browser.get(reverse("console:hazard", args=[hazard.pk])).content.decode()
    assert browser.post(decide, {"is_passed": "no"}).status_code == 422
    assert browser.post(decide, {"is_passed": "maybe"}).status_code == 422
    browser.post(reverse("field:decide", args=[hazard.pk, "lowering"]), {"is_passed": "yes"})
    assert _now(hazard).level == "general"
    assert browser.post(decide, {"is_passed": "yes"}).status_code == 409
