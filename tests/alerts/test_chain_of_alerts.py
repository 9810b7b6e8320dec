"""An alert calls the people on duty, then one level further each time, until somebody takes it."""

from datetime import time, timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from alerts.actions import acknowledge_alert, change_alert_policy, escalate_alert, raise_alert
from alerts.models import Alert, AlertPolicy
from core.errors import DomainError, NotAllowed, WrongStatus
from core.models import Event
from facilities.calendar import today
from facilities.models import Shift
from notifications.actions import deliver
from notifications.models import Message, Notification, PushSubscription, Robot
from people.duty import Entry, enter_roster
from people.permissions import Role
from tenants.models import Due
from tests import make


@pytest.fixture
def people(factory):
    return {
        role: make.person(role, name=name)
        for role, name in (
            (Role.SAFETY_OFFICER, "周敏"),
            (Role.LEADER, "孙立"),
            (Role.HEAD, "马国平"),
            (Role.TEAM_LEADER, "王建国"),
            (Role.WORKER, "陈志强"),
        )
    }


def raised(people, line: str = "2号冲压机 · 光幕失灵") -> Alert:
    place = make.area()
    return raise_alert(place, line, by=people[Role.WORKER], department_id=place.department_id)


def put_on_duty(person, by) -> None:
    shift = Shift.objects.create(code="all", name={"zh": "全天", "en": "all day"}, starts_at=time(0), ends_at=time(0))
    enter_roster([Entry(today(), shift, person)], by=by)


def told(name: str) -> list[list[int]]:
    return list(Event.objects.filter(name=name).order_by("seq").values_list("data__told", flat=True))


def wait(alert: Alert, work_off, minutes: int) -> None:
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False):
        work_off()
    alert.refresh_from_db()


def test_whoever_is_on_duty_is_called_at_once_and_may_take_it(people, work_off):
    put_on_duty(people[Role.TEAM_LEADER], people[Role.SAFETY_OFFICER])
    alert = raised(people)
    work_off()
    assert told("alert.raised") == [[people[Role.TEAM_LEADER].pk]]
    assert list(Notification.objects.values_list("user__name", flat=True)) == ["王建国"]
    assert list(Alert.objects.visible_to(people[Role.TEAM_LEADER])) == [alert]
    assert acknowledge_alert(alert, by=people[Role.TEAM_LEADER]).acknowledged_by == people[Role.TEAM_LEADER]


def test_another_alert_is_not_the_business_of_who_was_called_for_one(people):
    put_on_duty(people[Role.TEAM_LEADER], people[Role.SAFETY_OFFICER])
    raised(people)
    other = Alert.objects.create(line="别的", subject_type="x.y", subject_id="1", raised_at=timezone.now())
    assert other not in Alert.objects.visible_to(people[Role.TEAM_LEADER])
    with pytest.raises(NotAllowed):
        acknowledge_alert(other, by=people[Role.TEAM_LEADER])


def test_where_nobody_is_on_duty_the_safety_officers_are_called(people):
    raised(people)
    assert told("alert.raised") == [[people[Role.SAFETY_OFFICER].pk]]


def test_who_raises_it_alone_on_duty_calls_the_officers(people):
    put_on_duty(people[Role.WORKER], people[Role.SAFETY_OFFICER])
    raised(people)
    assert told("alert.raised") == [[people[Role.SAFETY_OFFICER].pk]]


def test_every_way_that_a_person_has_is_used_at_once(people, work_off):
    officer = people[Role.SAFETY_OFFICER]
    type(officer).objects.filter(pk=officer.pk).update(email="zhou@example.com")
    PushSubscription.objects.create(
        user=officer, endpoint="https://push.example/1", p256dh="k", auth="a", device="手机"
    )
    alert = raised(people)
    Robot.objects.create(kind="wecom", name="冲压群", address="x", department_id=alert.department_id)
    Robot.objects.create(kind="wecom", name="别的车间", address="x", department=make.department())
    Robot.objects.create(kind="dingtalk", name="停用", address="x", is_active=False)
    work_off()
    messages = Message.objects.filter(alert_id=alert.pk)
    assert sorted(messages.values_list("channel", flat=True)) == ["email", "push", "sms", "wecom"]
    assert all(message.is_urgent and "光幕失灵" in message.text for message in messages)
    personal = messages.get(channel="sms")
    assert "/a/" in personal.text and len(personal.text.split("/a/")[1]) < 50
    assert messages.get(channel="push").url.startswith("/a/")
    assert messages.get(channel="wecom").url == f"/alerts/{alert.pk}/", "the group's link knows nobody"
    assert f"@{officer.phone}" in messages.get(channel="wecom").text


def test_nobody_takes_it_and_one_level_after_the_other_is_called(people, work_off):
    alert = raised(people)
    wait(alert, work_off, 4)
    assert alert.step == 0
    wait(alert, work_off, 6)
    assert told("alert.escalated") == [[people[Role.LEADER].pk]]
    wait(alert, work_off, 12)
    assert told("alert.escalated")[1:] == [[people[Role.HEAD].pk]]
    wait(alert, work_off, 20)
    assert told("alert.escalated")[2:] == [], "the last level is called again after ten minutes, not after five"
    wait(alert, work_off, 23)
    assert told("alert.escalated")[2:] == [[people[Role.HEAD].pk]]
    lines = Notification.objects.filter(user=people[Role.HEAD]).order_by("seq").values_list("line", flat=True)
    assert len(lines) == 2 and all("光幕失灵" in line for line in lines)
    assert set(alert.called.all()) == {people[Role.SAFETY_OFFICER], people[Role.LEADER], people[Role.HEAD]}


def test_a_role_that_nobody_holds_is_passed_over_aloud(people, work_off):
    people[Role.LEADER].grants.all().delete()
    alert = raised(people)
    wait(alert, work_off, 6)
    event = Event.objects.get(name="alert.escalated")
    assert (event.data["to"], event.data["skipped"]) == ("head", ["leader"])
    work_off()
    assert "没有分管领导" in Notification.objects.get(user=people[Role.HEAD]).line


def test_where_the_whole_chain_is_empty_those_called_before_are_called_again(people, work_off):
    people[Role.LEADER].grants.all().delete()
    people[Role.HEAD].grants.all().delete()
    alert = raised(people)
    wait(alert, work_off, 6)
    assert told("alert.escalated") == [[people[Role.SAFETY_OFFICER].pk]]
    assert alert.step == 1


@pytest.mark.parametrize("minutes", [6, 60, 600])
def test_a_late_worker_does_each_step_once(people, work_off, minutes):
    alert = raised(people)
    wait(alert, work_off, minutes)
    assert [event.data["step"] for event in Event.objects.filter(name="alert.escalated")] == [1]
    escalate_alert(alert, step=1)
    escalate_alert(alert, step=0)
    assert Event.objects.filter(name="alert.escalated").count() == 1
    assert Due.objects.filter(handler="alerts.escalate").count() == 1


def test_a_worker_that_dies_in_the_middle_leaves_no_half_step(people, work_off):
    alert = raised(people)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        escalate_alert(alert, step=1)
        raise KeyboardInterrupt
    alert.refresh_from_db()
    assert alert.step == 0 and not Event.objects.filter(name="alert.escalated").exists()
    wait(alert, work_off, 6)
    assert alert.step == 1 and Event.objects.filter(name="alert.escalated").count() == 1


def test_once_somebody_took_it_nobody_is_called_and_nothing_is_sent(people, work_off):
    alert = raised(people)
    deliver(Event.objects.get(name="alert.raised"))
    assert Message.objects.filter(alert_id=alert.pk, status="waiting").exists()
    acknowledge_alert(alert, by=people[Role.LEADER])
    deliver(Event.objects.get(name="alert.acknowledged"))
    assert not Message.objects.filter(alert_id=alert.pk, status="waiting").exists(), (
        "at once, not when their turn comes"
    )
    assert not Due.objects.filter(handler="alerts.escalate").exists()
    work_off()
    messages = Message.objects.filter(alert_id=alert.pk)
    assert set(messages.values_list("status", flat=True)) == {"stopped"}
    assert all(message.reason for message in messages)
    wait(alert, work_off, 60)
    assert alert.step == 0 and not Event.objects.filter(name="alert.escalated").exists()


def test_the_rule_is_changed_in_versions_and_holds_for_new_alerts(people, work_off):
    officer, before = people[Role.SAFETY_OFFICER], raised(people, "先")
    made = change_alert_policy(AlertPolicy(version=0), by=officer, minutes=2, repeat_minutes=3, chain=["head"])
    assert made.version == 1
    assert change_alert_policy(made, by=officer, minutes=2, repeat_minutes=3, chain=["head"]) == made
    after = raised(people, "后")
    wait(before, work_off, 3)
    after.refresh_from_db()
    assert (before.step, after.step) == (0, 1)
    assert told("alert.escalated") == [[people[Role.HEAD].pk]]
    with pytest.raises(WrongStatus):
        change_alert_policy(AlertPolicy(version=0), by=officer, minutes=9)


@pytest.mark.parametrize(
    "odd",
    [
        {"minutes": 0}, {"minutes": 61}, {"repeat_minutes": 0}, {"repeat_minutes": 121}, {"chain": []},
        {"chain": ["head", "head"]}, {"chain": ["worker"]}, {"chain": ["nobody"]},
    ],
)  # fmt: skip
def test_odd_rules_are_refused(people, odd):
    with pytest.raises(DomainError):
        change_alert_policy(AlertPolicy(version=0), by=people[Role.SAFETY_OFFICER], **odd)
    assert not AlertPolicy.objects.exists()


def test_only_the_officer_sets_the_rule(people):
    with pytest.raises(NotAllowed):
        change_alert_policy(AlertPolicy(version=0), by=people[Role.LEADER], minutes=3)
