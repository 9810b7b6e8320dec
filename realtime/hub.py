"""The hub of a process: one subscription for each factory that has pages open here, and a loop over those pages.

What Redis carries is a hint; a page whose hub was cut off is told to look again, and reads what it missed by number.
"""

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import random
from typing import Any

from django.conf import settings
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from realtime import groups
from realtime.groups import Address
from realtime.pages import CAME_BACK_TOO_LATE, Page

log = logging.getLogger(__name__)
BEAT, PATIENCE, STUCK = 15.0, 2.0, 30.0
# Of presence: how long somebody counts as there after the last beat, and how long the key stays.
FRESH, KEPT = 45, 300
GONE = 4001


@dataclass
class Floor:
    """The open pages of one factory in this process."""

    pages: dict[Address, set[Page]] = field(default_factory=dict)
    is_heard: asyncio.Event = field(default_factory=asyncio.Event)
    has_gap: bool = False

    def all(self) -> Iterator[Page]:
        for pages in self.pages.values():
            yield from pages


class Hub:
    def __init__(self) -> None:
        self.id = secrets.token_hex(4)
        self.floors: dict[str, Floor] = {}
        self._changed: set[tuple[str, Address]] = set()
        # A broken connection has to be noticed, because what was published meanwhile is lost: no silent retries.
        self._redis = Redis.from_url(settings.REDIS_URL, socket_timeout=5, retry=Retry(NoBackoff(), 0))
        self._pubsub: Any = None
        self._ends: list[asyncio.Task[None]] = []
        self._tasks = [asyncio.create_task(self._run()), asyncio.create_task(self._beat())]

    async def join(self, schema: str, addresses: tuple[Address, ...], page: Page) -> None:
        """From the moment this returns nothing is missed; where Redis is away the page is told to look again later."""
        floor = self.floors.get(schema)
        if floor is None:
            floor = self.floors[schema] = Floor()
            with contextlib.suppress(RedisError, OSError):
                await self._subscribe(schema)
        for address in addresses:
            floor.pages.setdefault(address, set()).add(page)
            self._changed.add((schema, address))
        try:
            await asyncio.wait_for(floor.is_heard.wait(), PATIENCE)
        except TimeoutError:
            floor.has_gap = True

    def leave(self, schema: str, addresses: tuple[Address, ...], page: Page) -> None:
        floor = self.floors.get(schema)
        if floor is None:
            return
        for address in addresses:
            pages = floor.pages.get(address, set())
            pages.discard(page)
            if not pages:
                floor.pages.pop(address, None)
                self._changed.add((schema, address))

    # What comes from Redis

    async def _run(self) -> None:
        while True:
            try:
                await self._listen()
            except (RedisError, OSError):
                log.warning("Redis is away: open pages will look again as soon as it is back")
            except Exception:
                log.exception("the hub begins anew")  # whatever it was, pages may not stay deaf
            self._pubsub = None
            for floor in self.floors.values():
                floor.is_heard.clear()
                floor.has_gap = True
            await asyncio.sleep(0.2 + 0.5 * random())  # noqa: S311 - so that processes do not all come back at once

    async def _listen(self) -> None:
        async with self._redis.pubsub() as pubsub:
            # The name of no factory: something is always subscribed to, so that there is always a connection.
            await pubsub.subscribe(groups.pages(groups.BARE_HOST), *map(groups.pages, self.floors))
            self._pubsub = pubsub
            silent = 0
            while silent < 3:
                message = await pubsub.get_message(timeout=BEAT)
                silent = 0 if message else silent + 1
                if message:
                    self._take(message)
                else:
                    await pubsub.ping()

    async def _subscribe(self, schema: str) -> None:
        if self._pubsub:
            await self._pubsub.subscribe(groups.pages(schema))

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] not in ("subscribe", "message"):
            return
        floor = self.floors.get(message["channel"].decode().partition(".")[0])
        if floor is None:
            return
        if message["type"] == "subscribe":
            self._hear(floor)
        else:
            self._hand_on(floor, message["data"].decode())

    def _hear(self, floor: Floor) -> None:
        floor.is_heard.set()
        if floor.has_gap:
            floor.has_gap = False
            for page in floor.all():
                page.push_again()

    def _hand_on(self, floor: Floor, lines: str) -> None:
        for line in lines.split("\n"):
            to, kind, text = line.split("\t")
            for page in [page for address in to.split(",") for page in floor.pages.get(address, ())]:
                if kind == "gone":
                    self._ends.append(asyncio.create_task(page.close(GONE)))
                elif kind != "note" or not page.hears_looks_only:
                    page.push(text)
        self._ends = [task for task in self._ends if not task.done()]

    # What has to be done every so often

    async def _beat(self) -> None:
        at = 0.0
        while True:
            await asyncio.sleep(1)
            is_due = time.monotonic() - at >= BEAT
            at = time.monotonic() if is_due else at
            try:
                if is_due:
                    await self._tidy()
                await self._note_presence(everybody=is_due)
            except (RedisError, OSError):
                continue
            except Exception:
                log.exception("presence was not noted")

    async def _tidy(self) -> None:
        for schema, floor in list(self.floors.items()):
            for page in [page for page in floor.all() if page.is_stuck(STUCK)]:
                await page.close(CAME_BACK_TOO_LATE)
            if not floor.pages and self._pubsub:
                del self.floors[schema]
                if schema == groups.BARE_HOST:  # as in _listen
                    continue
                await self._pubsub.unsubscribe(groups.pages(schema))

    async def _note_presence(self, *, everybody: bool) -> None:
        """Who came and went since the last second; every BEAT all who are here, so that nobody else's loss lasts."""
        changed, self._changed = self._changed, set()
        if everybody:
            changed |= {(schema, address) for schema, floor in self.floors.items() for address in floor.pages}
        if not changed:
            return
        async with self._redis.pipeline(transaction=False) as pipe:
            for schema in {schema for schema, _address in changed}:
                self._note(pipe, schema, [address for place, address in changed if place == schema])
            try:
                await pipe.execute()
            except (RedisError, OSError):
                self._changed |= changed
                raise

    def _note(self, pipe: Any, schema: str, addresses: list[Address]) -> None:
        now, key, floor = time.time(), groups.online(schema), self.floors.get(schema)
        here = {f"{one}:{self.id}": now for one in addresses if floor and one in floor.pages}
        gone = [member for one in addresses if (member := f"{one}:{self.id}") not in here]
        if here:
            pipe.zadd(key, here)
        if gone:
            pipe.zrem(key, *gone)
        pipe.zremrangebyscore(key, "-inf", now - FRESH)
        pipe.expire(key, KEPT)


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def hub() -> Hub:
    """The one of this process; made when the first page opens."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
