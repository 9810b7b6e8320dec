"""What must happen later happens: once for the database, in the factory that asked for it, whatever is killed."""

import time
from datetime import timedelta
from threading import Thread

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerAway

from core.models import Counter
from tenants import due
from tenants.current import current_schema, in_factory
from tenants.models import Due
from tenants.tasks import run_due

seen: list[tuple[str, str]] = []


@due.handler("test.note")
def note(word: str) -> None:
    seen.append((current_schema(), word))
    Counter.objects.create(name=word)


@due.handler("test.fail")
def fail() -> None:
    Counter.objects.create(name="half done")
    raise ValueError("no network")


@due.handler("test.again")
def again(left: int) -> None:
    """Asks to be called again under its own key, as plans and escalations do."""
    seen.append((current_schema(), str(left)))
    if left:
        due.at(timezone.now(), "test.again", key="again", left=left - 1)


@due.handler("test.fail_again")
def fail_again() -> None:
    due.at(timezone.now() + timedelta(days=9), "test.fail_again", key="fail again")
    raise ValueError("no network")


@due.handler("test.die_once")
def die_once() -> None:
    """Works, and dies with its connection before the commit; the second worker lives."""
    seen.append((current_schema(), "tried"))
    Counter.objects.create(name="survivor")
    if len(seen) == 1:
        connection.connection.close()


@pytest.fixture(autouse=True)
def nothing_seen():
    seen.clear()


def test_a_row_is_done_in_the_factory_that_wrote_it(factory, work_off):
    due.now("test.note", word="a")
    work_off()
    assert seen == [(factory.schema_name, "a")]
    assert Counter.objects.filter(name="a").exists()
    assert not Due.objects.filter(handler="test.note").exists()


def test_a_row_is_rolled_back_with_its_change(factory):
    with pytest.raises(RuntimeError), transaction.atomic():
        due.now("test.note", word="a")
        raise RuntimeError
    assert not Due.objects.filter(handler="test.note").exists()


def test_nothing_is_done_before_its_time(factory, work_off):
    due.at(timezone.now() + timedelta(minutes=1), "test.note", word="a")
    work_off()
    assert seen == []


def test_the_same_key_moves_the_row_and_once_leaves_it(factory):
    soon, later = timezone.now() + timedelta(hours=1), timezone.now() + timedelta(hours=2)
    due.at(soon, "test.note", key="k", word="a")
    due.at(later, "test.note", key="k", word="b")
    due.once(soon, "test.note", key="k", word="c")
    row = Due.objects.get(factory=factory, key="k")
    assert (row.due_at, row.payload) == (later, {"word": "b"})
    due.cancel(key="k")
    assert not Due.objects.filter(factory=factory, key="k").exists()


def test_the_same_key_in_two_factories_is_two_rows(factory, other_factory):
    due.at(timezone.now() + timedelta(hours=1), "test.note", key="k", word="a")
    with in_factory(other_factory):
        due.at(timezone.now() + timedelta(hours=1), "test.note", key="k", word="b")
        due.cancel(key="k")
    assert Due.objects.get(key="k").factory == factory


def test_a_row_may_ask_to_be_called_again_under_its_own_key(factory, work_off):
    due.at(timezone.now(), "test.again", key="again", left=2)
    work_off()
    assert [left for _schema, left in seen] == ["2", "1", "0"]
    assert not Due.objects.filter(key="again").exists()


def test_a_row_that_asks_again_and_then_fails_is_tried_soon_and_once(factory, work_off):
    due.at(timezone.now(), "test.fail_again", key="fail again")
    work_off()
    row = Due.objects.get(key="fail again")
    assert row.attempts == 1
    assert row.due_at < timezone.now() + timedelta(minutes=1)


def test_a_failing_row_leaves_nothing_half_done_and_waits_longer_each_time(factory, work_off):
    due.now("test.fail")
    work_off()
    row = Due.objects.get(handler="test.fail")
    assert row.attempts == 1
    assert row.last_error == "ValueError: no network"
    assert row.due_at > timezone.now()
    assert not Counter.objects.filter(name="half done").exists()


def test_a_row_that_keeps_failing_is_set_aside_with_its_reason(factory, work_off):
    due.now("test.fail")
    for _attempt in range(due.MAX_ATTEMPTS):
        Due.objects.filter(handler="test.fail").update(due_at=timezone.now())
        work_off()
    row = Due.objects.get(handler="test.fail")
    assert row.dead_at is not None
    assert "no network" in row.last_error


def test_a_failing_row_does_not_hold_up_the_next_one(factory, work_off):
    due.now("test.fail")
    due.now("test.note", word="next")
    work_off()
    assert [word for _schema, word in seen] == ["next"]


def _in_thread(*functions) -> None:
    threads = [Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def worker() -> None:
    try:
        while due.run_one():
            pass
    except OperationalError:
        assert len(seen) == 1
    finally:
        connection.close()


def test_a_killed_worker_loses_nothing(fresh_factory):
    due.now("test.die_once")
    _in_thread(worker)
    assert not Counter.objects.filter(name="survivor").exists()
    for _try in range(100):  # until the server has seen that the first one is gone
        _in_thread(worker)
        if len(seen) == 2:
            break
        time.sleep(0.1)
    assert len(seen) == 2
    assert Counter.objects.filter(name="survivor").exists()


def test_many_workers_do_each_row_once(fresh_factory):
    for number in range(12):
        due.now("test.note", word=f"w{number}")

    _in_thread(worker, worker, worker)
    assert sorted(word for _schema, word in seen) == sorted(f"w{number}" for number in range(12))


def test_an_urgent_row_goes_before_all_that_has_waited_longer(factory, work_off):
    due.at(timezone.now() - timedelta(hours=1), "test.note", word="waited long")
    due.now("test.note", word="usual")
    due.now("test.note", is_urgent=True, word="urgent")
    work_off()
    assert [word for _schema, word in seen] == ["urgent", "waited long", "usual"]


def _given_up(word: str, **columns) -> Due:
    facts = {"handler": "test.note", "payload": {"word": word}, "due_at": timezone.now(), "dead_at": timezone.now()}
    return Due.objects.create(**facts, attempts=due.MAX_ATTEMPTS, last_error="OSError: no network", **columns)


def test_what_was_given_up_is_listed_with_its_reason_and_replayed(factory, work_off, capsys):
    row = _given_up("again", factory=factory)
    work_off()
    assert seen == []
    call_command("dead_letters")
    listed = capsys.readouterr().out
    assert f"{row.pk}\t" in listed and factory.name in listed and "OSError: no network" in listed
    call_command("dead_letters", "--replay", str(row.pk))
    work_off()
    assert seen == [(factory.schema_name, "again")]
    assert not due.dead().exists()


def test_a_replayed_row_gives_way_to_a_newer_one_of_its_key(factory, work_off):
    _given_up("old", factory=factory, key="k")
    due.at(timezone.now(), "test.note", key="k", word="new")
    call_command("dead_letters", "--replay", "all")
    work_off()
    assert [word for _schema, word in seen] == ["new"]
    assert not Due.objects.filter(key="k").exists()


def test_a_nudge_that_finds_no_broker_says_so_in_one_line(factory, caplog, monkeypatch):
    def away(**options):
        raise BrokerAway("Error 111 connecting to 127.0.0.1:6379. Connection refused.")

    monkeypatch.setattr(run_due, "apply_async", away)
    due.nudge()
    (line,) = caplog.records
    assert line.levelname == "WARNING" and line.exc_info is None
