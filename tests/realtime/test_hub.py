"""The hub: pages of one factory only, one publish for many people, no page that waits for another one."""

import asyncio
import json
import time
from contextlib import ExitStack

import pytest
from django.conf import settings
from django.db import transaction
from redis import Redis
from websockets.exceptions import ConnectionClosed, InvalidStatus

from alerts.screens import make_screen, revoke_screen
from people.permissions import Role
from realtime import groups
from realtime.hub import GONE
from realtime.pages import AGAIN, UNREAD, WAITING, Page
from realtime.presence import people_online
from realtime.push import push_all_on_commit, push_on_commit
from tenants.current import in_factory
from tests import make
from tests.live import session_of


def wait_until(true, seconds: float = 15) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.1)


def heard(page, seconds: float = 10) -> dict:
    return json.loads(page.recv(timeout=seconds))


def nothing(page, seconds: float = 1) -> bool:
    with pytest.raises(TimeoutError):
        page.recv(timeout=seconds)
    return True


def test_each_person_gets_their_own_message_on_all_their_pages(live, fresh_factory):
    one, other = make.person(Role.WORKER), make.person(Role.WORKER)
    with ExitStack() as open_pages:
        first, second, third = (
            open_pages.enter_context(live.feed(fresh_factory, session_of(person))) for person in (one, one, other)
        )
        push_all_on_commit(
            [([one.pk], {"look": "a"}), ([other.pk], {"look": "b"}), ([one.pk, other.pk], {"look": "c"})]
        )
        assert [heard(page)["look"] for page in (first, second) for _time in range(2)] == ["a", "c", "a", "c"]
        assert [heard(third)["look"] for _time in range(2)] == ["b", "c"]


def test_however_many_people_it_is_one_publish(live, fresh_factory):
    people = [make.person(Role.WORKER) for _number in range(20)]
    with Redis.from_url(settings.REDIS_URL).pubsub() as wire:
        wire.subscribe(groups.pages(fresh_factory.schema_name))
        wire.get_message(timeout=5)
        with transaction.atomic():
            push_all_on_commit(([person.pk], {"note": {"seq": person.pk}}) for person in people)
        sent = wire.get_message(timeout=5)
        assert sent["data"].count(b"\n") == 19
        assert wire.get_message(timeout=1) is None


def test_a_message_of_one_factory_reaches_no_page_of_another(live, second_fresh_factory, fresh_factory):
    here = make.person(Role.WORKER)
    with in_factory(second_fresh_factory):
        there = make.person(Role.WORKER)
        cookie = session_of(there)
    assert here.pk == there.pk, "only the factory tells them apart"
    with live.feed(fresh_factory, session_of(here)) as own, live.feed(second_fresh_factory, cookie) as foreign:
        for number in range(50):
            push_on_commit([here.pk], {"look": f"n{number}"})
        assert [heard(own)["look"] for _number in range(50)] == [f"n{number}" for number in range(50)]
        assert nothing(foreign, 2)


def test_what_was_rolled_back_reaches_nobody(live, fresh_factory):
    person = make.person(Role.WORKER)
    with live.feed(fresh_factory, session_of(person)) as page:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            push_on_commit([person.pk], {"look": "x"})
            raise ZeroDivisionError
        assert nothing(page)


def test_a_page_that_reads_nothing_is_told_to_look_again_and_holds_up_nobody(live, fresh_factory):
    slow, quick = make.person(Role.WORKER), make.person(Role.WORKER)
    most = UNREAD + WAITING + 100
    with live.feed(fresh_factory, session_of(slow)) as sleeper, live.feed(fresh_factory, session_of(quick)) as reader:
        for number in range(most):
            push_on_commit([slow.pk, quick.pk], {"look": f"n{number}"})
            assert heard(reader)["look"] == f"n{number}"
            reader.send('{"got": 1}')
        read = [heard(sleeper) for _number in range(UNREAD)]
        assert [message["look"] for message in read] == [f"n{number}" for number in range(UNREAD)]
        assert nothing(sleeper)
        sleeper.send(json.dumps({"got": UNREAD}))
        assert heard(sleeper) == json.loads(AGAIN), "once, instead of what it missed"
        push_on_commit([slow.pk], {"look": "after"})
        assert heard(sleeper)["look"] == "after"


def test_what_waits_for_one_page_is_bounded():
    async def overflow() -> list[str]:
        sent: list[str] = []

        async def send(message: dict) -> None:
            sent.append(message["text"])

        page = Page(send)
        for number in range(10_000):
            page.push(str(number))
            await asyncio.sleep(0)
        assert len(page._waiting) <= WAITING
        page.confirm()
        await asyncio.sleep(0.01)
        return sent

    assert asyncio.run(overflow()) == [*map(str, range(UNREAD)), AGAIN]


def test_who_has_a_page_open_is_online_and_leaves_nothing_behind(live, second_fresh_factory, fresh_factory):
    people = [make.person(Role.WORKER) for _number in range(30)]
    cookies = [session_of(person) for person in people]
    everybody = {person.pk for person in people}
    with ExitStack() as open_pages:
        pages = [open_pages.enter_context(live.feed(fresh_factory, cookie)) for cookie in cookies]
        wait_until(lambda: people_online() == everybody)
        with in_factory(second_fresh_factory):
            assert people_online() == frozenset()
        for page in pages:
            page.socket.close()  # without a word, as a phone that loses its network
        wait_until(lambda: people_online() == frozenset())
    key = groups.online(fresh_factory.schema_name)
    assert key.startswith(f"{fresh_factory.schema_name}:")
    store = Redis.from_url(settings.REDIS_URL)
    assert store.zcard(key) == 0
    assert store.ttl(key) <= 0 or store.ttl(key) <= 300


def test_a_person_with_two_pages_stays_online_when_one_closes(live, fresh_factory):
    person = make.person(Role.WORKER)
    cookie = session_of(person)
    with live.feed(fresh_factory, cookie):
        with live.feed(fresh_factory, cookie):
            wait_until(lambda: people_online() == {person.pk})
        time.sleep(2.5)
        assert people_online() == {person.pk}


def test_a_screen_on_the_wall_hears_hints_and_is_cut_off_when_it_is_revoked(live, second_fresh_factory, fresh_factory):
    officer = make.person(Role.SAFETY_OFFICER)
    screen, token = make_screen("门口", make.department(), by=officer)
    path = f"/ws/wall/{token}/"
    for wrong in (f"/ws/wall/{token}x/", "/ws/wall/1/"):
        with pytest.raises(InvalidStatus), live.feed(fresh_factory, session_of(officer), path=wrong):
            pass
    with pytest.raises(InvalidStatus), live.feed(second_fresh_factory, path=path):
        pass
    with live.feed(fresh_factory, path=path) as wall:
        wall.send('{"after": 0}')
        push_on_commit([groups.SCREENS], {"note": {"seq": 1}})
        push_on_commit([groups.SCREENS], {"look": "alerts"})
        assert heard(wall) == {"look": "alerts"}
        assert people_online() == frozenset()
        revoke_screen(screen, by=officer)
        with pytest.raises(ConnectionClosed) as ended:
            heard(wall)
        assert ended.value.rcvd.code == GONE
    with pytest.raises(InvalidStatus), live.feed(fresh_factory, path=path):
        pass


def test_a_page_whose_line_is_full_waits_alone_and_keeps_the_order():
    async def story() -> tuple[list[str], list[str]]:
        line_is_free, sent, others = asyncio.Event(), [], []

        async def slow(message: dict) -> None:
            await line_is_free.wait()
            await asyncio.sleep(0)
            sent.append(message["text"])

        async def quick(message: dict) -> None:
            others.append(message["text"])

        pages = [Page(slow), Page(quick)]
        for number in range(10):
            for page in pages:
                page.push(str(number))
        assert others == list(map(str, range(10))) and not sent
        line_is_free.set()
        await asyncio.sleep(0.05)
        return sent, others

    sent, others = asyncio.run(story())
    assert sent == others


def test_a_page_that_went_while_something_was_under_way_breaks_nothing():
    async def story() -> None:
        async def gone(message: dict) -> None:
            await asyncio.sleep(0.01)
            raise ConnectionResetError

        page = Page(gone)
        page.push("a"), page.push("b")
        await asyncio.sleep(0.05)
        page.push("c")
        await asyncio.sleep(0.05)
        assert not page._waiting

    asyncio.run(story())
