"""治理方案: written by the officer, approved by two leaders, before work on a major hazard begins."""

import html
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from core.errors import DomainError, NotAllowed, WrongStatus
from core.models import Event
from hazards.actions import change_level, decide_lowering, decide_plan, start_hazard, void_hazard, write_plan
from hazards.models import POINTS, Hazard, Level, PlanStatus, RectificationPlan, Status
from notifications.models import Notification
from people.permissions import Role
from tenants.models import Due
from tests import make
from tests.hazards import levels
from tests.hazards.levels import MORNING, TEXTS


@pytest.fixture
def clock():
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


@pytest.fixture
def people(factory, clock):
    return levels.crew()


@pytest.fixture
def hazard(people):
    return levels.confirmed(people, Level.MAJOR)


def _approve(people, plan):
    decide_plan(plan, by=people[Role.LEADER], is_passed=True)
    return decide_plan(plan, by=people[Role.HEAD], is_passed=True)


def _awaits(person) -> list[Hazard]:
    return list(Hazard.objects.waiting_for(person))


def test_work_begins_only_after_two_leaders_have_approved(people, hazard, clock, work_off):
    owner, officer = people[Role.MAINTENANCE], people[Role.SAFETY_OFFICER]
    with pytest.raises(WrongStatus):
        start_hazard(hazard, by=owner)
    assert _awaits(officer) == [hazard]
    assert _awaits(owner) == _awaits(people[Role.LEADER]) == []

    plan = levels.planned(people, hazard)
    assert (_awaits(officer), _awaits(people[Role.LEADER]), _awaits(people[Role.HEAD])) == ([], [hazard], [])
    decide_plan(plan, by=people[Role.LEADER], is_passed=True)
    assert (_awaits(people[Role.LEADER]), _awaits(people[Role.HEAD])) == ([], [hazard])
    with pytest.raises(WrongStatus):
        start_hazard(hazard, by=owner)
    decide_plan(plan, by=people[Role.HEAD], is_passed=True)
    assert (plan.status, plan.leader, plan.head) == (PlanStatus.APPROVED, people[Role.LEADER], people[Role.HEAD])
    assert (_awaits(people[Role.HEAD]), _awaits(owner)) == ([], [hazard])
    work_off()
    assert Notification.objects.filter(user=owner, line__contains=hazard.number).exists()
    assert start_hazard(Hazard.objects.get(pk=hazard.pk), by=owner).status == Status.RECTIFYING


def test_the_approved_day_is_the_limit_and_the_first_one_stays(people, hazard):
    plan = _approve(people, levels.planned(people, hazard, days=9))
    hazard.refresh_from_db()
    assert (hazard.due_at, hazard.first_due_at) == (plan.due_at, MORNING + timedelta(hours=24))
    assert Due.objects.get(key=f"hazard:{hazard.pk}:limit").due_at == plan.due_at - timedelta(hours=12)
    data = Event.objects.get(name="hazard.limit_planned").data
    assert (data["old"][:10], data["new"][:10]) == ("2026-03-03", "2026-03-11")


def test_nobody_is_reminded_to_begin_before_the_plan_is_approved(people, hazard, clock, work_off):
    from hazards.actions.clock import wait_for_start

    wait_for_start(hazard)
    clock.move_to(MORNING + timedelta(hours=2))
    work_off()
    assert not Event.objects.filter(name="hazard.escalated", data__reason="not_started").exists()
    _approve(people, levels.planned(people, hazard))
    clock.move_to(MORNING + timedelta(hours=4))
    work_off()
    assert Event.objects.filter(name="hazard.escalated", data__reason="not_started").exists()


@pytest.mark.parametrize("stage", [Role.LEADER, Role.HEAD])
def test_a_returned_plan_is_written_anew_with_the_old_words_offered(browser, people, hazard, stage):
    plan = levels.planned(people, hazard)
    if stage == Role.HEAD:
        decide_plan(plan, by=people[Role.LEADER], is_passed=True)
    with pytest.raises(DomainError):
        decide_plan(plan, by=people[stage], is_passed=False, note=" ")
    decide_plan(plan, by=people[stage], is_passed=False, note="没写资金")
    assert plan.status == PlanStatus.RETURNED
    assert _awaits(people[Role.SAFETY_OFFICER]) == [hazard]

    browser.force_login(people[Role.SAFETY_OFFICER])
    page = html.unescape(browser.get(reverse("console:hazard", args=[hazard.pk])).content.decode())
    assert "没写资金" in page and TEXTS["funds"] in page
    levels.planned(people, hazard)
    assert [row.status for row in hazard.plans.all()] == [PlanStatus.RETURNED, PlanStatus.WAITS_LEADER]
    page = html.unescape(browser.get(reverse("console:hazard", args=[hazard.pk])).content.decode())
    assert page.count(TEXTS["funds"]) == 2 and "没写资金" in page


@pytest.mark.parametrize("missing", POINTS)
def test_a_plan_without_one_of_its_points_comes_back_with_the_others(browser, people, hazard, missing):
    browser.force_login(people[Role.SAFETY_OFFICER])
    sent = TEXTS | {missing: " ", "due_at": "2026-03-09T18:00"}
    answer = browser.post(reverse("console:decide", args=[hazard.pk, "plan"]), sent)
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert all(text in page for name, text in TEXTS.items() if name != missing)
    assert "2026-03-09T18:00" in page
    assert not RectificationPlan.objects.exists()
    with pytest.raises(DomainError):
        write_plan(
            hazard, by=people[Role.SAFETY_OFFICER], due_at=timezone.now() + timedelta(days=3), **(TEXTS | {missing: ""})
        )


@pytest.mark.parametrize("day", ["2026-03-01T08:00", "2030-01-01T08:00", "soon", ""])
def test_the_day_is_later_than_now_and_within_a_year(browser, people, hazard, day):
    browser.force_login(people[Role.SAFETY_OFFICER])
    answer = browser.post(reverse("console:decide", args=[hazard.pk, "plan"]), TEXTS | {"due_at": day})
    assert answer.status_code == 422
    assert TEXTS["goal"] in html.unescape(answer.content.decode())
    assert not RectificationPlan.objects.exists()


@pytest.mark.parametrize("role", [role for role in levels.CREW if role != Role.SAFETY_OFFICER])
def test_only_the_safety_officer_writes_it(people, hazard, role):
    with pytest.raises(NotAllowed):
        write_plan(hazard, by=people[role], due_at=timezone.now() + timedelta(days=3), **TEXTS)


@pytest.mark.parametrize("role", [role for role in levels.CREW if role != Role.LEADER])
def test_only_the_leader_in_charge_agrees_first(people, hazard, role):
    plan = levels.planned(people, hazard)
    with pytest.raises(NotAllowed):
        decide_plan(plan, by=people[role], is_passed=True)


def test_three_different_people(people, hazard):
    everything = make.person(Role.SAFETY_OFFICER, Role.LEADER, Role.HEAD)
    plan = write_plan(hazard, by=everything, due_at=timezone.now() + timedelta(days=3), **TEXTS)
    with pytest.raises(NotAllowed):
        decide_plan(plan, by=everything, is_passed=True)
    assert _awaits(everything) == []
    both = make.person(Role.LEADER, Role.HEAD)
    decide_plan(plan, by=both, is_passed=True)
    with pytest.raises(NotAllowed):
        decide_plan(plan, by=both, is_passed=True)
    assert _awaits(both) == []
    assert _awaits(people[Role.HEAD]) == [hazard]


def test_one_plan_at_a_time(people, hazard):
    levels.planned(people, hazard)
    with pytest.raises(WrongStatus):
        levels.planned(people, hazard)


def test_a_level_without_a_plan_takes_none(people):
    with pytest.raises(WrongStatus):
        levels.planned(people, levels.confirmed(people, Level.SERIOUS))


def test_a_plan_whose_day_is_over_is_returned_and_not_approved(people, hazard, clock):
    plan = levels.planned(people, hazard, days=1)
    clock.move_to(MORNING + timedelta(days=2))
    with pytest.raises(DomainError):
        decide_plan(plan, by=people[Role.LEADER], is_passed=True)
    decide_plan(plan, by=people[Role.LEADER], is_passed=False, note="日期过了")


def test_a_plan_that_outlived_its_reason_is_not_decided(people, hazard):
    plan = levels.planned(people, hazard)
    change = change_level(hazard, by=people[Role.SAFETY_OFFICER], level="serious", reason="复核")
    decide_lowering(change, by=people[Role.LEADER], is_approved=True)
    with pytest.raises(WrongStatus):
        decide_plan(plan, by=people[Role.LEADER], is_passed=True)
    assert _awaits(people[Role.LEADER]) == []
    other = levels.confirmed(people, Level.MAJOR)
    plan = levels.planned(people, other)
    void_hazard(other, by=people[Role.SAFETY_OFFICER], note="误报")
    with pytest.raises(WrongStatus):
        decide_plan(plan, by=people[Role.LEADER], is_passed=True)


def test_the_owner_reads_on_the_phone_why_work_waits_and_for_whom(browser, people, hazard):
    owner, url = people[Role.MAINTENANCE], reverse("field:rectify", args=[hazard.pk])
    said = {
        "write": "Work waits for the plan: %(names)s has to write it.",
        "agree": "Work waits for the plan: %(names)s has to agree.",
        "approve": "Work waits for the plan: %(names)s has to approve it.",
    }

    def page():
        browser.force_login(owner)
        return html.unescape(browser.get(url).content.decode())

    def waits(what, role):
        return make.in_language("zh-hans", said[what], names=people[role].name)

    assert waits("write", Role.SAFETY_OFFICER) in page()
    plan = levels.planned(people, hazard)
    assert waits("agree", Role.LEADER) in page()
    decide_plan(plan, by=people[Role.LEADER], is_passed=True)
    assert waits("approve", Role.HEAD) in page()
    assert reverse("field:start_hazard", args=[hazard.pk]) not in page()
    decide_plan(plan, by=people[Role.HEAD], is_passed=True)
    assert reverse("field:start_hazard", args=[hazard.pk]) in page()


@pytest.mark.parametrize("face", ["console", "field"])
def test_written_agreed_and_approved_through_the_pages(browser, people, hazard, face):
    browser.force_login(people[Role.SAFETY_OFFICER])
    sent = TEXTS | {"due_at": "2026-03-09T18:00"}
    assert browser.post(reverse("console:decide", args=[hazard.pk, "plan"]), sent).status_code == 302
    plan = hazard.plans.get()
    url = reverse(f"{face}:decide", args=[hazard.pk, "approve"])
    for role in (Role.LEADER, Role.HEAD):
        browser.force_login(people[role])
        page = browser.get(reverse(f"{face}:hazard", args=[hazard.pk])).content.decode()
        assert url in page and TEXTS["methods"] in page
        refused = browser.post(url, {"plan": plan.pk, "is_passed": "no", "note": ""})
        assert refused.status_code == 422
        assert browser.post(url, {"plan": "x", "is_passed": "yes"}).status_code == 409
        assert browser.post(url, {"plan": plan.pk, "is_passed": "yes"}).status_code == 302
    plan.refresh_from_db()
    hazard.refresh_from_db()
    assert plan.status == PlanStatus.APPROVED
    assert timezone.localtime(hazard.due_at).strftime("%m-%d %H:%M") == "03-09 18:00"
    history = browser.get(reverse("console:hazard", args=[hazard.pk])).content.decode()
    assert make.in_language("zh-hans", "Plan approved") in history


def test_home_says_which_paper_waits(browser, people, hazard):
    levels.planned(people, hazard)
    browser.force_login(people[Role.LEADER])
    words = make.in_language("zh-hans", "plan waits for the leader in charge")
    assert words in browser.get(reverse("console:home")).content.decode()
    assert words in browser.get(reverse("field:home")).content.decode()


def test_a_message_about_a_plan_leads_to_its_hazard(browser, people, hazard, work_off):
    levels.planned(people, hazard)
    work_off()
    note = Notification.objects.get(user=people[Role.LEADER], event="plan.written")
    browser.force_login(people[Role.LEADER])
    assert browser.get(note.url).url == reverse("console:hazard", args=[hazard.pk])
