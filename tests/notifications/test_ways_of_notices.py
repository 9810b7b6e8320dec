"""By which ways a notice goes: by its rule, by the level of its hazard, and by what the factory decided."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone
from django.utils.translation import override

from alerts.actions import raise_alert
from core.errors import DomainError, NotAllowed
from core.models import Event
from hazards import actions
from hazards.models import Level, Mention, Status
from notifications import catalogue
from notifications.actions import deliver
from notifications.models import Message, PushSubscription, Robot, RuleChange
from notifications.rules import change_quiet_hours, change_rule, reset_rule
from people.permissions import Role
from tests import make

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2027, 3, 1, 12, tzinfo=SHANGHAI)
NIGHT = datetime(2027, 3, 1, 23, tzinfo=SHANGHAI)


@pytest.fixture
def officer(factory):
    make.policies()
    return make.person(Role.SAFETY_OFFICER, name="周敏")


@pytest.fixture
def fixer(factory):
    """Somebody whom every way reaches."""
    person = make.person(Role.MAINTENANCE, name="陈志强")
    type(person).objects.filter(pk=person.pk).update(email="chen@example.com")
    PushSubscription.objects.create(user=person, endpoint="https://push.example/1", p256dh="k", auth="a", device="手机")
    Robot.objects.create(kind="wecom", name="安全群", address="x")
    return type(person).objects.get(pk=person.pk)


def assigned(officer, fixer, level: str) -> list[Message]:
    """What left the product when a hazard of this level was given to somebody."""
    hazard = make.hazard(Status.CONFIRMED, level=level)
    actions.assign_hazard(hazard, by=officer, owner=fixer)
    deliver(Event.objects.filter(name="hazard.assigned").latest("seq"))
    return list(Message.objects.filter(notification__event="hazard.assigned") | Message.objects.exclude(robot=None))


def ways(messages: list[Message]) -> list[str]:
    return sorted(message.channel for message in messages if message.robot_id or message.person.name == "陈志强")


def test_a_major_hazard_is_given_by_every_way_at_once(officer, fixer):
    with time_machine.travel(NIGHT, tick=False):
        messages = assigned(officer, fixer, Level.MAJOR)
        assert ways(messages) == ["email", "push", "sms", "wecom"]
        assert all(message.is_urgent for message in messages)


def test_a_serious_one_by_browser_and_robot(officer, fixer):
    with time_machine.travel(NOON, tick=False):
        assert ways(assigned(officer, fixer, Level.SERIOUS)) == ["wecom"]


def test_a_general_one_waits_for_the_summary(officer, fixer):
    with time_machine.travel(NOON, tick=False):
        (line,) = [row for row in assigned(officer, fixer, Level.GENERAL) if row.person == fixer]
        assert (line.channel, line.status) == ("push", "waiting")


def test_a_mention_that_nobody_read_on_a_major_hazard_still_becomes_an_sms(officer, fixer, work_off):
    hazard = make.hazard(Status.RECTIFYING, level=Level.MAJOR)
    group = actions.open_group(hazard, by=officer)
    actions.add_member(group, by=officer, user=fixer)
    actions.add_post(group.hazard, by=officer, text="@陈志强 先断电")
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        work_off()
    assert Mention.objects.get().pressed_at
    sms = Message.objects.get(channel="sms", notification__event="mention.pressed")
    assert "先断电" in sms.text and "/go/" in sms.text and sms.is_urgent


def test_what_is_not_urgent_waits_for_the_end_of_the_night(officer, fixer, work_off):
    with time_machine.travel(NIGHT, tick=False):
        (message,) = [row for row in assigned(officer, fixer, Level.SERIOUS) if row.robot_id]
        work_off()
        message.refresh_from_db()
        assert message.status == "waiting" and message.attempts == 0
    with time_machine.travel(NIGHT + timedelta(hours=7, minutes=1), tick=False):
        work_off()
    message.refresh_from_db()
    assert message.attempts or message.status != "waiting"


def test_an_alert_at_night_goes_at_once(officer, work_off):
    with time_machine.travel(NIGHT, tick=False):
        raise_alert(make.area(), "光幕失灵", by=make.person(Role.WORKER))
        work_off()
        assert Message.objects.get(channel="sms").status != "waiting"


def test_an_alert_that_lost_its_ways_to_the_phone_is_sent_by_those_there_are(officer, work_off):
    """The factory left browser and robot, and has no robot there."""
    change_rule("alert.raised", by=officer, channels=["robot"], is_digest=False)
    raise_alert(make.area(), "光幕失灵", by=make.person(Role.WORKER))
    work_off()
    assert [message.channel for message in Message.objects.all()] == ["sms"]


def test_the_factory_decides_otherwise_and_goes_back_to_the_standard(officer, fixer):
    change_rule("hazard.assigned", by=officer, channels=["sms", "email"], is_digest=False)
    with time_machine.travel(NOON, tick=False):
        assert ways(assigned(officer, fixer, Level.GENERAL)) == ["email", "sms"]
    reset_rule("hazard.assigned", by=officer)
    assert not RuleChange.objects.exists()
    events = Event.objects.filter(name__startswith="rule.").order_by("seq")
    assert [event.name for event in events] == ["rule.changed", "rule.reset"]
    assert events[0].data["after"] == {"channels": ["browser", "sms", "email"], "is_digest": False}
    assert events[1].data["rule"] == "hazard.assigned"


def test_a_levels_own_ways_hold_for_all_its_steps(officer, fixer):
    change_rule("level.serious", by=officer, channels=["sms"], is_digest=False)
    with time_machine.travel(NOON, tick=False):
        assert ways(assigned(officer, fixer, Level.SERIOUS)) == ["sms"]


@pytest.mark.parametrize("key", ["alert.raised", "alert.escalated", "level.major", "hazard.escalated"])
def test_what_can_be_urgent_keeps_two_ways_and_never_waits(officer, key):
    for channels, is_digest in (([], False), (["browser"], False), (["email", "push"], True)):
        with pytest.raises(DomainError):
            change_rule(key, by=officer, channels=channels, is_digest=is_digest)
    assert not RuleChange.objects.exists()


def test_a_summary_never_goes_by_sms_or_robot(officer):
    for way in ("sms", "robot"):
        with pytest.raises(DomainError):
            change_rule("hazard.closed", by=officer, channels=["email", way], is_digest=True)


def test_only_the_officer_changes_rules(officer):
    for role in (Role.ADMIN, Role.LEADER, Role.WORKER):
        with pytest.raises(NotAllowed):
            change_rule("hazard.closed", by=make.person(role), channels=[], is_digest=False)
        with pytest.raises(NotAllowed):
            change_quiet_hours(by=make.person(role), starts_at=time(22), ends_at=time(6), digests_at=[time(8)])


@pytest.mark.parametrize("rule", catalogue.RULES.values(), ids=lambda rule: rule.event)
def test_every_rule_says_who_hears_of_it_in_both_languages(rule):
    if not rule.line:
        return
    with override("zh-hans"):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in str(rule.audience_words))
    with override("en"):
        assert rule.audience_words and str(rule.audience_words).isascii()


@pytest.mark.parametrize("rule", catalogue.RULES.values(), ids=lambda rule: rule.event)
def test_every_urgent_rule_has_two_ways_and_no_summary_an_sms(rule):
    assert "browser" in rule.channels
    if rule.is_urgent:
        assert len(rule.channels) >= 2 and not rule.is_digest
    if rule.is_digest:
        assert not {"sms", "robot"} & set(rule.channels)


def test_a_second_delivery_sends_nothing_twice(officer, fixer):
    with time_machine.travel(NOON, tick=False):
        assigned(officer, fixer, Level.MAJOR)
        before = Message.objects.count()
        deliver(Event.objects.filter(name="hazard.assigned").latest("seq"))
        assert Message.objects.count() == before
