"""What can wait goes as one message at the factory's hours, by its own clock, and leaves out what was read."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from core.errors import DomainError
from core.models import Event
from hazards.models import Status
from notifications.actions import deliver
from notifications.digests import send_digests
from notifications.models import Message, Notification, PushSubscription, QuietHours
from notifications.quiet import next_digest, quiet_until
from notifications.rules import change_quiet_hours
from people.permissions import Role
from tenants.models import Due
from tests import make

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2027, 3, 1, 12, tzinfo=SHANGHAI)


def local(hour: int, minute: int = 0, day: int = 1) -> datetime:
    return datetime(2027, 3, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def officer(factory):
    make.policies()
    return make.person(Role.SAFETY_OFFICER)


@pytest.fixture
def reader(factory):
    person = make.person(Role.WORKER, name="王建国")
    type(person).objects.filter(pk=person.pk).update(email="wang@example.com")
    return type(person).objects.get(pk=person.pk)


def confirmed(reader, officer, count: int = 1) -> None:
    """So many notices that can wait."""
    from hazards.actions import confirm_hazard

    for _number in range(count):
        confirm_hazard(make.hazard(Status.REPORTED, reporter=reader), by=officer, level="general")
    for event in Event.objects.filter(name="hazard.confirmed").order_by("seq"):
        deliver(event)


def summaries() -> list[Message]:
    return list(Message.objects.filter(key__startswith="bundle:").order_by("pk"))


def test_three_lines_are_one_message_at_half_past_four(officer, reader, work_off):
    with time_machine.travel(NOON, tick=False):
        confirmed(reader, officer, 3)
        work_off()
        assert not summaries()
        row = Due.objects.get(handler="notifications.digest")
        assert row.due_at == local(16, 30), "one row for the factory, none where nothing waits"
    with time_machine.travel(local(16, 31), tick=False):
        work_off()
        (summary,) = summaries()
        assert summary.channel == "email" and summary.address == "wang@example.com"
        assert "你有 3 条通知" in summary.text and summary.text.count("\n· ") == 3
        lines = Message.objects.filter(bundle=summary)
        assert lines.count() == 3 and set(lines.values_list("status", flat=True)) == {"bundled"}
        assert not Due.objects.filter(handler="notifications.digest").exists()
        send_digests()
        assert len(summaries()) == 1


def test_what_was_read_is_left_out(officer, reader, work_off):
    with time_machine.travel(NOON, tick=False):
        confirmed(reader, officer, 2)
        first = Notification.objects.filter(user=reader).first()
        Notification.objects.filter(pk=first.pk).update(read_at=NOON)
    with time_machine.travel(local(16, 31), tick=False):
        work_off()
    (summary,) = summaries()
    assert "1 条通知" in summary.text and Message.objects.get(key=f"digest:{first.pk}").status == "stopped"


def test_nothing_goes_where_all_was_read_or_the_account_is_closed(officer, reader, work_off):
    with time_machine.travel(NOON, tick=False):
        confirmed(reader, officer)
    type(reader).objects.filter(pk=reader.pk).update(is_active=False)
    with time_machine.travel(local(16, 31), tick=False):
        work_off()
    assert not summaries()


def test_it_goes_to_every_browser_of_the_person_and_not_by_sms(officer, reader, work_off):
    for number in (1, 2):
        PushSubscription.objects.create(
            user=reader, endpoint=f"https://push.example/{number}", p256dh="k", auth="a", device=f"手机{number}"
        )
    with time_machine.travel(NOON, tick=False):
        confirmed(reader, officer)
    with time_machine.travel(local(16, 31), tick=False):
        work_off()
    assert [summary.channel for summary in summaries()] == ["push", "push"]
    assert not Message.objects.filter(channel="sms", person=reader).exists()


def test_who_has_neither_reads_it_on_the_page_only(officer, work_off):
    reader = make.person(Role.WORKER)
    with time_machine.travel(NOON, tick=False):
        confirmed(reader, officer)
    assert Notification.objects.filter(user=reader).exists()
    assert not Message.objects.filter(person=reader).exists() and not Due.objects.filter(key="digest").exists()


def test_a_long_summary_counts_what_it_does_not_show(officer, reader, work_off):
    with time_machine.travel(NOON, tick=False):
        confirmed(reader, officer, 23)
    with time_machine.travel(local(16, 31), tick=False):
        work_off()
    (summary,) = summaries()
    assert "还有 3 条" in summary.text and summary.text.count("\n") == 21


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (local(7, 44), local(7, 45)),
        (local(7, 45), local(16, 30)),
        (local(16, 30), local(7, 45, day=2)),
        (local(23, 59), local(7, 45, day=2)),
    ],
)
def test_the_next_one_comes_after_now(factory, moment, expected):
    assert next_digest(moment) == expected


def test_it_goes_by_the_wall_clock_where_clocks_change(factory):
    factory.time_zone = "Europe/Berlin"
    try:
        before = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)  # half an hour before the clocks go forward
        assert next_digest(before) == datetime(2027, 3, 28, 5, 45, tzinfo=UTC), "7:45 in summer time"
        autumn = datetime(2027, 10, 31, 0, 10, tzinfo=UTC)
        QuietHours.objects.create(digests_at=["02:30"])
        first = next_digest(autumn)
        assert first == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
        assert next_digest(first) == datetime(2027, 11, 1, 1, 30, tzinfo=UTC), (
            "2:30 comes twice that night and counts once"
        )
        QuietHours.objects.update(digests_at=["02:30"])
        gap = next_digest(datetime(2027, 3, 28, 0, 0, tzinfo=UTC))
        assert gap == datetime(2027, 3, 28, 1, 30, tzinfo=UTC), "an hour that does not exist moves on"
    finally:
        factory.time_zone = "Asia/Shanghai"


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        (local(21, 59), None),
        (local(22), local(6, day=2)),
        (local(3), local(6)),
        (local(5, 59), local(6)),
        (local(6), None),
    ],
)
def test_the_night_goes_over_midnight(factory, moment, until):
    assert quiet_until(moment) == until


def test_quiet_hours_within_a_day_and_none_at_all(factory):
    hours = QuietHours.objects.create(starts_at=time(12), ends_at=time(13, 30))
    assert quiet_until(local(12, 15)) == local(13, 30)
    assert quiet_until(local(23)) is None
    hours.ends_at = hours.starts_at
    hours.save()
    assert quiet_until(local(12)) is None


def test_new_hours_move_what_waits(officer, reader, work_off):
    with time_machine.travel(NOON, tick=False):
        confirmed(reader, officer)
        change_quiet_hours(by=officer, starts_at=time(22), ends_at=time(6), digests_at=[time(13), time(9)])
        assert Due.objects.get(key="digest").due_at == local(13)
        assert QuietHours.objects.get().digests_at == ["09:00", "13:00"]
    with time_machine.travel(local(13, 1), tick=False):
        work_off()
    assert len(summaries()) == 1
    assert Event.objects.get(name="quiet_hours.changed").data["digests"] == ["09:00", "13:00"]


@pytest.mark.parametrize("times", [[], [time(hour) for hour in range(5)]])
def test_between_one_and_four_times(officer, times):
    with pytest.raises(DomainError):
        change_quiet_hours(by=officer, starts_at=time(22), ends_at=time(6), digests_at=times)


def test_a_summary_within_the_night_waits_for_its_end(officer, reader, work_off):
    QuietHours.objects.create(digests_at=["05:00"])
    with time_machine.travel(local(4), tick=False):
        confirmed(reader, officer)
    with time_machine.travel(local(5, 1), tick=False):
        work_off()
        (summary,) = summaries()
        assert summary.status == "waiting"
        assert Due.objects.get(key=f"message:{summary.pk}").due_at == local(6)
    with time_machine.travel(local(6) + timedelta(seconds=1), tick=False):
        work_off()
    summary.refresh_from_db()
    assert summary.attempts or summary.status != "waiting"
