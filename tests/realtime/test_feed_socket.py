"""The socket of an open page: only its own people's, and nothing lost between two connections."""

import json
import time

import pytest
from websockets.exceptions import InvalidStatus

from alerts.actions import acknowledge_alert, raise_alert
from notifications.models import Notification
from people.permissions import Role
from tenants.current import in_factory
from tests import make
from tests.live import session_of


@pytest.fixture
def officer(fresh_factory):
    return make.person(Role.SAFETY_OFFICER, name="王建国")


@pytest.fixture
def raised(fresh_factory):
    """Raises an alert about a machine of its own each time."""
    worker = make.person(Role.WORKER)
    return lambda line: raise_alert(make.area(), line, by=worker)


def _wait_for_notes(user, number: int) -> None:
    until = time.monotonic() + 15
    while Notification.objects.filter(user=user).count() < number:
        assert time.monotonic() < until, "the worker did not deliver"
        time.sleep(0.1)


def _next_note(page) -> dict:
    while "note" not in (message := json.loads(page.recv(timeout=15))):
        pass
    return message["note"]


def test_an_alert_reaches_an_open_page(live, fresh_factory, officer, raised):
    with live.feed(fresh_factory, session_of(officer)) as page:
        alert = raised("2号冲压机 · 防护栏缺失")
        note = _next_note(page)
    assert note["alert_id"] == alert.pk
    assert note["urgent"] is True
    assert "2号冲压机" in note["line"]


def test_a_page_that_was_offline_gets_what_it_missed_in_order_once(live, fresh_factory, officer, raised):
    for number in range(3):
        raised(f"第{number}次")
        _wait_for_notes(officer, number + 1)
    with live.feed(fresh_factory, session_of(officer)) as page:
        page.send(json.dumps({"after": 1}))
        notes = json.loads(page.recv(timeout=10))["notes"]
    assert [note["seq"] for note in notes] == [2, 3]
    assert [note["line"][-3:] for note in notes] == ["第1次", "第2次"]


def test_all_open_pages_are_told_when_somebody_takes_the_alert(live, fresh_factory, officer, raised):
    colleague = make.person(Role.SAFETY_OFFICER)
    alert = raised("防护栏缺失")
    _wait_for_notes(officer, 1)
    with live.feed(fresh_factory, session_of(officer)) as page:
        acknowledge_alert(alert, by=colleague)
        assert json.loads(page.recv(timeout=15)) == {"look": "alerts"}


def test_the_feed_of_one_factory_says_nothing_in_another(live, second_fresh_factory, fresh_factory, officer, raised):
    with in_factory(second_fresh_factory):
        namesake = make.person(Role.SAFETY_OFFICER)
        cookie = session_of(namesake)
    assert namesake.pk == officer.pk
    with live.feed(second_fresh_factory, cookie) as page:
        raised("防护栏缺失")
        _wait_for_notes(officer, 1)
        with pytest.raises(TimeoutError):
            page.recv(timeout=1)


def test_an_idle_page_stays_connected(live, fresh_factory, officer, raised):
    with live.feed(fresh_factory, session_of(officer)) as page:
        with pytest.raises(TimeoutError):
            page.recv(timeout=8)
        raised("防护栏缺失")
        assert _next_note(page)["urgent"] is True


@pytest.mark.parametrize("nonsense", ["[]", '{"after": "x"}', '{"after": null}', "{}"])
def test_nonsense_from_a_page_does_not_break_its_socket(live, fresh_factory, officer, raised, nonsense):
    with live.feed(fresh_factory, session_of(officer)) as page:
        page.send(nonsense)
        raised("防护栏缺失")
        assert _next_note(page)["urgent"] is True


def test_nobody_signed_in_is_refused(live, fresh_factory):
    with pytest.raises(InvalidStatus), live.feed(fresh_factory):
        pass


def test_a_page_of_another_origin_is_refused(live, fresh_factory, officer):
    with pytest.raises(InvalidStatus), live.feed(fresh_factory, session_of(officer), origin="http://evil.localhost"):
        pass


def test_a_cookie_of_another_factory_is_refused(live, fresh_factory, officer, other_factory):
    with pytest.raises(InvalidStatus), live.feed(other_factory, session_of(officer)):
        pass


def test_a_page_that_asks_whether_anybody_is_there_is_answered(live, fresh_factory, officer):
    with live.feed(fresh_factory, session_of(officer)) as page:
        for _time in range(2):
            page.send(json.dumps({"alive": True}))
            assert json.loads(page.recv(timeout=10)) == {"alive": True}


def _wait_for(fits) -> None:
    until = time.monotonic() + 10
    while not fits():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_what_a_page_says_that_it_has_is_delivered_and_what_came_after_it_is_not(live, fresh_factory, officer, raised):
    delivered = Notification.objects.filter(user=officer, delivered_at__isnull=False)
    with live.feed(fresh_factory, session_of(officer)) as page:
        for number in (1, 2, 3):
            raised(f"第{number}次")
            assert _next_note(page)["seq"] == number
        assert not delivered.exists(), "sent is not delivered"
        page.send(json.dumps({"got": 2, "seen": 2}))
        _wait_for(lambda: delivered.count() == 2)
        first = delivered.get(seq=1).delivered_at
        for said in ({"got": 0, "seen": 1}, {"got": 0, "seen": 2**70}, {"got": 1, "seen": 3}):
            page.send(json.dumps(said))
        _wait_for(lambda: delivered.count() == 3)
    assert delivered.get(seq=1).delivered_at == first, "the first time counts"


def test_what_a_page_was_drawn_with_has_reached_it(live, fresh_factory, officer, raised):
    raised("防护栏缺失")
    _wait_for_notes(officer, 1)
    with live.feed(fresh_factory, session_of(officer)) as page:
        page.send(json.dumps({"after": 1}))
        _wait_for(lambda: Notification.objects.get(user=officer).delivered_at)
