"""The clock keeps what people forget: reminders, the chain of those who hear of it, and more time on request."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from core.errors import DomainError, NotAllowed, WrongStatus
from core.models import Event
from hazards.actions import (
    assign_hazard,
    confirm_hazard,
    decide_extension,
    report_hazard,
    request_extension,
    review_hazard,
    start_hazard,
    submit_hazard,
    void_hazard,
)
from hazards.chain import moments
from hazards.models import Extension, Hazard, Level, Status
from notifications.models import Notification
from people.permissions import Role
from tenants.models import Due
from tests import make

MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
CHAIN = [Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.SAFETY_OFFICER, Role.LEADER, Role.HEAD]


@pytest.fixture
def clock():
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


@pytest.fixture
def people(factory, clock):
    """One person for every role, all of the same workshop."""
    make.policies()
    workshop = make.department()
    return {role: make.person(role, name=str(role.label), in_department=workshop) for role in Role}


def _report(people, level=Level.SERIOUS):
    place = make.area(people[Role.WORKER].department)
    worker = people[Role.WORKER]
    facts = {"title": "防护栏缺失", "category": make.category(level), "area": place}
    return report_hazard(by=worker, photos=[make.photo(worker)], **facts)


def _assigned(people) -> Hazard:
    """48 hours to fix it; the chain begins 12 hours before."""
    hazard = confirm_hazard(_report(people), by=people[Role.SAFETY_OFFICER], level=Level.SERIOUS)
    return assign_hazard(hazard, by=people[Role.SAFETY_OFFICER], owner=people[Role.MAINTENANCE])


def _close(hazard, people):
    owner = people[Role.MAINTENANCE]
    start_hazard(hazard, by=owner)
    submit_hazard(hazard, by=owner, measure="装好了", tests=make.PASSED, photos=[make.photo(owner)])
    for role in (Role.TEAM_LEADER, Role.SAFETY_OFFICER, Role.LEADER):
        review_hazard(hazard, by=people[role], is_passed=True)


def _told(reason: str = "") -> list[tuple[str, str]]:
    events = Event.objects.filter(name="hazard.escalated").order_by("seq")
    return [(event.data["to"], event.data["reason"]) for event in events if reason in event.data["reason"]]


def _waiting(hazard) -> set[str]:
    keys = Due.objects.filter(key__startswith=f"hazard:{hazard.pk}:").values_list("key", flat=True)
    return {key.rsplit(":", 1)[1] for key in keys}


def _go_to(clock, work_off, moment) -> None:
    clock.move_to(moment)
    work_off()


def test_the_leader_hears_when_nobody_confirms_in_time(people, clock, work_off):
    _report(people)
    _go_to(clock, work_off, MORNING + timedelta(minutes=59))
    assert _told() == []
    _go_to(clock, work_off, MORNING + timedelta(minutes=60))
    assert _told() == [(Role.LEADER, "not_confirmed")]
    work_off()
    assert "防护栏缺失" in Notification.objects.get(user=people[Role.LEADER]).line


def test_nobody_is_reminded_of_what_was_confirmed_in_time(people, clock, work_off):
    confirm_hazard(_report(people), by=people[Role.SAFETY_OFFICER], level=Level.SERIOUS)
    _go_to(clock, work_off, MORNING + timedelta(hours=2))
    assert _told("not_confirmed") == []


def test_the_team_leader_hears_when_nobody_begins(people, clock, work_off):
    _assigned(people)
    _go_to(clock, work_off, MORNING + timedelta(minutes=61))
    assert _told() == [(Role.TEAM_LEADER, "not_started")]


def test_nobody_is_reminded_of_what_was_begun(people, clock, work_off):
    start_hazard(_assigned(people), by=people[Role.MAINTENANCE])
    _go_to(clock, work_off, MORNING + timedelta(hours=2))
    assert _told() == []


def test_the_chain_hears_of_it_one_level_further_each_time(people, clock, work_off):
    hazard = start_hazard(_assigned(people), by=people[Role.MAINTENANCE])
    limit = MORNING + timedelta(hours=48)
    assert hazard.due_at == limit
    calls = [limit - timedelta(hours=12), limit, *(limit + timedelta(days=day) for day in (1, 2, 3))]
    for number, moment in enumerate(calls):
        _go_to(clock, work_off, moment - timedelta(minutes=1))
        assert [role for role, _reason in _told()] == CHAIN[:number]
        _go_to(clock, work_off, moment + timedelta(minutes=1))
        assert [role for role, _reason in _told()] == CHAIN[: number + 1]
    assert [reason for _role, reason in _told()] == ["limit", *["overdue"] * 4]
    _go_to(clock, work_off, limit + timedelta(days=30))
    assert [role for role, _reason in _told()[len(CHAIN) :]] == [Role.HEAD] * 27
    for role in CHAIN:
        assert Notification.objects.filter(user=people[role], line__contains=hazard.number).exists(), role


def test_only_the_workshops_own_people_hear_of_it(people, clock, work_off):
    elsewhere = make.person(Role.TEAM_LEADER, in_department=make.department("喷涂车间"), bound=True)
    _assigned(people)
    _go_to(clock, work_off, MORNING + timedelta(hours=37))
    work_off()
    assert Notification.objects.filter(user=people[Role.TEAM_LEADER]).exists()
    assert not Notification.objects.filter(user=elsewhere).exists()


def test_after_closure_nothing_waits_and_nobody_hears(people, clock, work_off):
    hazard = _assigned(people)
    _close(hazard, people)
    assert _waiting(hazard) == set()
    _go_to(clock, work_off, MORNING + timedelta(days=10))
    assert _told() == []


def test_a_void_one_is_forgotten_too(people, clock, work_off):
    hazard = _assigned(people)
    assert _waiting(hazard) == {"start", "limit"}
    void_hazard(hazard, by=people[Role.SAFETY_OFFICER], note="误报")
    assert _waiting(hazard) == set()


def test_a_level_with_a_shorter_limit_than_its_warning_is_passed_on_at_once(factory, clock, work_off):
    make.policies(escalate_before_hours=30)
    officer, leader = make.person(Role.SAFETY_OFFICER), make.person(Role.TEAM_LEADER)
    hazard = confirm_hazard(make.hazard(), by=officer, level=Level.MAJOR)
    work_off()
    assert _told() == [(Role.TEAM_LEADER, "limit")]
    assert Notification.objects.filter(user=leader, line__contains=hazard.number).exists()


def _ask(hazard, days: int = 2) -> Extension:
    return request_extension(
        hazard, by=hazard.owner, new_due_at=hazard.due_at + timedelta(days=days), reason="配件未到"
    )


def test_more_time_moves_the_limit_and_the_chain(people, clock, work_off):
    hazard = start_hazard(_assigned(people), by=people[Role.MAINTENANCE])
    asked = _ask(hazard)
    assert Hazard.objects.get(pk=hazard.pk).due_at == MORNING + timedelta(hours=48)
    decide_extension(asked, by=people[Role.SAFETY_OFFICER], is_approved=True)
    assert Hazard.objects.get(pk=hazard.pk).due_at == MORNING + timedelta(hours=96)
    _go_to(clock, work_off, MORNING + timedelta(hours=60))
    assert _told() == []
    _go_to(clock, work_off, MORNING + timedelta(hours=85))
    assert _told() == [(Role.TEAM_LEADER, "limit")]


def test_a_refused_request_leaves_the_limit_and_the_chain(people, clock, work_off):
    hazard = start_hazard(_assigned(people), by=people[Role.MAINTENANCE])
    decide_extension(_ask(hazard), by=people[Role.SAFETY_OFFICER], is_approved=False, note="先用备件")
    assert Hazard.objects.get(pk=hazard.pk).due_at == MORNING + timedelta(hours=48)
    _go_to(clock, work_off, MORNING + timedelta(hours=37))
    assert _told() == [(Role.TEAM_LEADER, "limit")]
    assert _ask(hazard).is_approved is None


def test_a_request_is_decided_once(people):
    asked = _ask(_assigned(people))
    decide_extension(asked, by=people[Role.SAFETY_OFFICER], is_approved=False, note="先用备件")
    with pytest.raises(WrongStatus):
        decide_extension(asked, by=people[Role.WORKSHOP_HEAD], is_approved=True)


def test_a_request_that_outlived_its_hazard_is_not_decided_any_more(people):
    hazard = _assigned(people)
    asked = _ask(hazard)
    _close(hazard, people)
    with pytest.raises(WrongStatus):
        decide_extension(Extension.objects.get(pk=asked.pk), by=people[Role.SAFETY_OFFICER], is_approved=True)
    hazard.refresh_from_db()
    assert hazard.due_at == asked.old_due_at
    assert _waiting(hazard) == set()


def test_nobody_allows_their_own_request(people):
    officer = people[Role.SAFETY_OFFICER]
    hazard = make.hazard(Status.RECTIFYING, owner=officer)
    with pytest.raises(NotAllowed):
        decide_extension(_ask(hazard), by=officer, is_approved=True)


def test_a_second_request_waits_for_the_first(people):
    hazard = _assigned(people)
    _ask(hazard)
    with pytest.raises(WrongStatus):
        _ask(hazard, days=3)


@pytest.mark.parametrize("hours", [-1, 0, 24 * 100])
def test_a_request_names_a_later_time_within_reason(people, hours):
    hazard = _assigned(people)
    with pytest.raises(DomainError):
        request_extension(hazard, by=hazard.owner, new_due_at=hazard.due_at + timedelta(hours=hours), reason="忙")


def test_only_the_owner_asks(people):
    hazard = _assigned(people)
    with pytest.raises(NotAllowed):
        request_extension(hazard, by=people[Role.WORKER], new_due_at=hazard.due_at + timedelta(days=1), reason="忙")


def test_a_new_owner_does_not_move_the_limit(people, clock):
    hazard = _assigned(people)
    limit = hazard.due_at
    clock.move_to(MORNING + timedelta(hours=5))
    assign_hazard(hazard, by=people[Role.SAFETY_OFFICER], owner=people[Role.WORKER])
    assert Hazard.objects.get(pk=hazard.pk).due_at == limit


def test_a_new_version_of_the_limits_is_for_new_hazards_only(people):
    running = _assigned(people)
    make.policies(escalate_before_hours=2)
    newer = _assigned(people)
    assert next(moments(running.due_at, running.policy)).when == running.due_at - timedelta(hours=12)
    assert next(moments(newer.due_at, newer.policy)).when == newer.due_at - timedelta(hours=2)


def test_asked_and_allowed_through_the_pages_in_the_factorys_time(browser):
    owner = make.person(Role.MAINTENANCE)
    hazard = make.hazard(Status.RECTIFYING, owner=owner)
    wished = (timezone.localtime(hazard.due_at) + timedelta(days=1)).replace(second=0, microsecond=0)
    browser.force_login(owner)
    sent = {"new_due_at": f"{wished:%Y-%m-%dT%H:%M}", "reason": "配件未到"}
    assert browser.post(reverse("field:extend", args=[hazard.pk]), sent).status_code == 302
    browser.force_login(make.person(Role.SAFETY_OFFICER))
    assert "配件未到" in browser.get(reverse("console:hazard", args=[hazard.pk])).content.decode()
    browser.post(reverse("console:decide", args=[hazard.pk, "extension"]), {"is_approved": "yes"})
    hazard.refresh_from_db()
    assert hazard.due_at == wished
