"""The chain of those who hear of it is known beforehand: by level, by the factory's days, and past roles that nobody holds."""

from datetime import date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.events import history
from core.models import Event
from facilities.models import CalendarDay
from hazards import actions
from hazards.chain import limit_from, moments
from hazards.models import Extension, Hazard, Level, LevelPolicy, Status
from notifications.models import Notification
from people.permissions import Role
from tests import make

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 3, 2, 9, tzinfo=ZONE)


def _at(day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZONE)


def _policy(**more) -> LevelPolicy:
    facts = {"level": Level.SERIOUS, "version": 99, "acknowledge_minutes": 60, "rectify_hours": 48}
    return LevelPolicy(**facts | more)


@pytest.fixture
def monday():
    with time_machine.travel(MONDAY, tick=False) as clock:
        yield clock


def test_twelve_hours_before_at_the_limit_and_then_again_and_again(factory):
    chain = list(islice(moments(MONDAY, _policy(repeat_hours=24)), 7))
    hours = [(moment.when - MONDAY).total_seconds() / 3600 for moment in chain]
    assert hours == [-12, 0, 24, 48, 72, 96, 120]
    roles = [moment.role for moment in chain]
    assert roles[:5] == [Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.SAFETY_OFFICER, Role.LEADER, Role.HEAD]
    assert roles[5:] == [Role.HEAD, Role.HEAD]
    assert [moment.reason for moment in chain[:3]] == ["limit", "overdue", "overdue"]


def test_a_short_chain_and_one_without_anybody_still_call(factory):
    assert [moment.role for moment in islice(moments(MONDAY, _policy(chain=[Role.LEADER])), 3)] == [Role.LEADER] * 3
    assert next(moments(MONDAY, _policy(chain=[]))).role == Role.TEAM_LEADER


@pytest.mark.parametrize(
    ("start", "hours", "limit"),
    [
        (_at(2), 24, _at(3)),
        (_at(6, 15), 24, _at(9, 15)),
        (_at(6, 15), 48, _at(10, 15)),
        (_at(7, 10), 24, _at(10, 0)),
        (_at(9, 9), -12, _at(6, 21)),
        (_at(9, 0), -1, _at(6, 23)),
        (_at(8, 9), 0, _at(8, 9)),
    ],
)
def test_on_workdays_only_the_factorys_days_count(factory, start, hours, limit):
    """2026-03-06 is a Friday."""
    assert limit_from(start, hours, "workdays") == limit
    assert limit_from(start, hours, "calendar") == start + timedelta(hours=hours)


def test_the_factorys_own_word_goes_before_the_official_calendar(factory):
    CalendarDay.objects.create(day=date(2026, 3, 7), is_workday=True, name="赶工")
    assert limit_from(_at(6, 15), 24, "workdays") == _at(7, 15)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 400), st.integers(0, 60 * 24 * 20))
def test_forth_and_back_over_days_off_is_where_it_began(factory, hours, minutes):
    start = limit_from(MONDAY + timedelta(minutes=minutes), 1, "workdays")
    end = limit_from(start, hours, "workdays")
    assert end >= start + timedelta(hours=hours)
    assert limit_from(limit_from(end, -hours, "workdays"), hours, "workdays") == end


def test_a_limit_on_workdays_is_the_hazards_limit(factory, monday):
    make.policies()
    LevelPolicy.objects.update(clock="workdays", rectify_hours=24 * 5)
    hazard = actions.confirm_hazard(make.hazard(), by=make.person(Role.SAFETY_OFFICER), level=Level.SERIOUS)
    assert hazard.due_at == _at(9)


def test_what_lies_in_the_past_at_the_confirmation_is_told_at_once(factory, monday, work_off):
    make.policies(escalate_before_hours=200)
    leader = make.person(Role.TEAM_LEADER)
    hazard = actions.confirm_hazard(make.hazard(), by=make.person(Role.SAFETY_OFFICER), level=Level.MAJOR)
    work_off()
    assert "快到时限" in Notification.objects.get(user=leader, line__contains=hazard.number).line


def test_a_level_that_nobody_holds_is_passed_over_aloud(factory, monday, work_off):
    make.policies()
    head = make.person(Role.HEAD)
    hazard = make.hazard(Status.RECTIFYING)
    actions.escalate_hazard(hazard)
    assert not history(hazard).exists()  # not its time yet
    monday.move_to(hazard.due_at + timedelta(hours=1))
    actions.escalate_hazard(hazard)
    actions.escalate_hazard(hazard)
    work_off()
    event = history(hazard).get(name="hazard.escalated", data__step=1)
    assert event.data["told"] == [head.pk]
    assert event.data["skipped"] == [Role.WORKSHOP_HEAD, Role.SAFETY_OFFICER, Role.LEADER]
    assert "没有车间主任" in Notification.objects.filter(user=head).last().line


def test_where_nobody_is_above_those_below_hear_of_it(factory, monday):
    make.policies()
    leader = make.person(Role.TEAM_LEADER)
    hazard = make.hazard(Status.RECTIFYING)
    monday.move_to(hazard.due_at + timedelta(days=9))
    for _step in range(5):
        actions.escalate_hazard(hazard)
    last = history(hazard).last()
    assert (last.data["step"], last.data["told"]) == (4, [leader.pk])


def test_that_nobody_can_be_told_stands_in_the_ledger_and_on_the_page(factory, browser, monday):
    make.policies()
    hazard = make.hazard(Status.RECTIFYING)
    monday.move_to(hazard.due_at)
    actions.escalate_hazard(hazard)
    assert history(hazard).get().data["told"] == []
    browser.force_login(hazard.owner)
    assert "没有人可以通知" in browser.get(reverse("field:hazard", args=[hazard.pk])).content.decode()


def test_confirmed_without_an_owner_for_fifteen_minutes_the_officers_are_told(factory, monday, work_off, browser):
    make.policies()
    officer, colleague = make.person(Role.SAFETY_OFFICER), make.person(Role.SAFETY_OFFICER)
    hazard = actions.confirm_hazard(make.hazard(), by=officer, level=Level.GENERAL)
    monday.shift(timedelta(minutes=14))
    work_off()
    assert not Event.objects.filter(name="hazard.unassigned").exists()
    monday.shift(timedelta(minutes=2))
    work_off()
    work_off()
    assert Event.objects.get(name="hazard.unassigned").data["told"] == [officer.pk, colleague.pk]
    assert "还没有人整改" in Notification.objects.get(user=colleague, line__contains="还没有人").line
    browser.force_login(colleague)
    assert hazard.title in browser.get("/desk/").content.decode().split("最近上报")[0]


def test_who_was_named_in_time_is_not_asked_after(factory, monday, work_off):
    make.policies()
    officer = make.person(Role.SAFETY_OFFICER)
    hazard = actions.confirm_hazard(make.hazard(), by=officer, level=Level.GENERAL)
    actions.assign_hazard(hazard, by=officer, owner=make.person(Role.MAINTENANCE))
    monday.shift(timedelta(minutes=20))
    work_off()
    assert not Event.objects.filter(name="hazard.unassigned").exists()


def test_the_page_says_who_will_hear_and_who_has_heard(factory, monday, browser):
    make.policies()
    place = make.area()
    make.person(Role.TEAM_LEADER, name="李卫东")
    make.person(Role.LEADER, name="赵国庆")
    officer = make.person(Role.SAFETY_OFFICER, name="周敏")
    hazard = make.hazard(area=place)
    browser.force_login(officer)
    page = browser.get(reverse("console:hazard", args=[hazard.pk])).content.decode()
    assert all(f'data-level="{level}"' in page for level in Level)
    actions.confirm_hazard(hazard, by=officer, level=Level.SERIOUS)
    actions.assign_hazard(hazard, by=officer, owner=make.person(Role.MAINTENANCE, name="陈志强"))
    monday.move_to(hazard.due_at + timedelta(minutes=1))
    actions.escalate_hazard(Hazard.objects.get(pk=hazard.pk))
    for name in ("console:hazard", "field:hazard"):
        page = browser.get(reverse(name, args=[hazard.pk])).content.decode()
        card = page.split('id="when"')[1].split("</section>")[0]
        assert "班组长 李卫东" in card
        assert "这里没有车间主任" in card
        assert "分管领导 赵国庆" in card
        assert "直到销号" in card


def _asked(hazard: Hazard, days: int = 1) -> Extension:
    wished = hazard.due_at + timedelta(days=days)
    return actions.request_extension(hazard, by=hazard.owner, new_due_at=wished, reason="配件未到")


def test_every_extension_stays_on_the_page_with_both_dates(factory, monday, browser, work_off):
    officer = make.person(Role.SAFETY_OFFICER, name="周敏")
    hazard = make.hazard(Status.RECTIFYING, owner=make.person(Role.MAINTENANCE, name="陈志强"))
    old = hazard.due_at
    _asked(hazard)
    browser.force_login(officer)
    url = reverse("console:decide", args=[hazard.pk, "extension"])
    assert browser.post(url, {"is_approved": "no"}).status_code == 422
    assert browser.post(url, {"is_approved": "no", "note": "先用备件"}).status_code == 302
    _asked(hazard, days=2)
    assert browser.post(url, {"is_approved": "yes", "note": "先停机"}).status_code == 302
    for name in ("console:hazard", "field:hazard"):
        card = browser.get(reverse(name, args=[hazard.pk])).content.decode().split('id="when"')[1]
        assert all(
            word in card for word in ("没有批准延期", "先用备件", "批准延期", "先停机", "配件未到", "陈志强", "周敏")
        )
        assert f"{old.astimezone(ZONE):%m-%d %H:%M}" in card
    work_off()
    lines = Notification.objects.filter(user=hazard.owner).values_list("line", flat=True)
    assert {line.partition("：")[2] for line in lines} == {"没有批准，先用备件", "已批准"}


def test_a_request_whose_day_has_passed_is_refused_not_allowed(factory, monday):
    hazard = make.hazard(Status.RECTIFYING)
    asked = _asked(hazard)
    monday.move_to(asked.new_due_at + timedelta(hours=1))
    with pytest.raises(actions.clock.DomainError):
        actions.decide_extension(asked, by=make.person(Role.SAFETY_OFFICER), is_approved=True)
    hazard.refresh_from_db()
    assert hazard.due_at == asked.old_due_at
