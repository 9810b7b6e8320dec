"""One alert to a thousand open pages, from the commit to its receipt: our web process with its hub beside bare websockets and Redis.

Both servers run at once, each with its own plain clients, and take turns. Everything stays on the loopback.
"""

import asyncio
import base64
import json
import os
import signal
import socket
import statistics
import struct
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.exports import in_a_factory
from benchmarks.measure import Count, Result, result

ROOT = Path(__file__).resolve().parent.parent
BURST, READERS = 300, 50
LINE = "紧急：2 号冲压机 · 光幕失灵，手会进去，已停机，请马上到现场处理并确认"


@dataclass
class Facts:
    """Seconds per round, kilobytes per page."""

    ours: list[tuple[float, float]] = field(default_factory=list)
    bare: list[tuple[float, float]] = field(default_factory=list)
    our_kilobytes: float = 0
    bare_kilobytes: float = 0
    lost: int = 0
    stale: int = 0


def run(*, is_quick: bool) -> tuple[list[Result], list[Count]]:
    pages, rounds = (100, 3) if is_quick else (1000, 12)
    with in_a_factory() as factory, _server("ours") as ours, _server("bare") as bare:
        people = _people(max(pages, READERS))
        facts = asyncio.run(_measure(factory, ours, bare, people[:pages], rounds))
    middle = {
        name: [statistics.median(one[at] for one in getattr(facts, name)) for at in (0, 1)] for name in ("ours", "bare")
    }
    results = [
        result("alert_fanout_p50", middle["ours"][0], middle["bare"][0], None),
        result("alert_fanout_p99", middle["ours"][1], middle["bare"][1], 3),
        result("socket_memory", facts.our_kilobytes, facts.bare_kilobytes, 3, "KB"),
    ]
    return results, [
        Count("burst_lost", facts.lost, BURST * READERS, 0),
        Count("stale_after_disconnects", facts.stale, pages, 0),
    ]


# The two servers


@contextmanager
def _server(which: str) -> Iterator[tuple[int, int]]:
    """Its port and the number of its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = {
        "ours": ["-m", "config.web", "127.0.0.1", str(port)],
        "bare": ["-m", "benchmarks.fanout", str(port)],
    }[which]
    here = {"PORT": str(port), "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}", "LOG_LEVEL": "WARNING"}
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_AS_OWNER"} | here
    process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment)
    try:
        _wait_for(port, process)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _wait_for(port: int, process: subprocess.Popen) -> None:
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server of the benchmark did not start")


async def _bare(port: int) -> None:
    """As their manuals show it: everybody who is connected gets what is published."""
    from redis.asyncio import Redis
    from websockets.asyncio.server import broadcast, serve

    open_now: set[Any] = set()

    async def hold(page: Any) -> None:
        open_now.add(page)
        try:
            await page.wait_closed()
        finally:
            open_now.discard(page)

    wire = Redis.from_url(os.environ["REDIS_URL"]).pubsub()
    async with serve(hold, "127.0.0.1", port, compression=None, ping_interval=None), wire:
        await wire.subscribe("benchmark")
        async for message in wire.listen():
            if message["type"] == "message":
                broadcast(open_now, message["data"].decode())


# The clients


class Page(asyncio.Protocol):
    """A WebSocket client that does what feed.js does: says what it read, asks for what it missed, takes each once in order."""

    def __init__(self, request: bytes, ready: asyncio.Future[None]) -> None:
        self.request, self.ready = request, ready
        self.buffer, self.is_up = b"", False
        self.seen, self.unsaid = 0, 0
        self.got: list[int] = []
        self.at: list[float] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        self.buffer += data
        if not self.is_up and not self._shake_hands():
            return
        while (frame := self._frame()) is not None:
            self.at.append(now)
            if frame[:1] == b"{":
                self._take(json.loads(frame))

    def _shake_hands(self) -> bool:
        head, end, rest = self.buffer.partition(b"\r\n\r\n")
        if not end:
            return False
        if b" 101 " not in head[:20]:
            self.ready.set_exception(RuntimeError(head[:200].decode()))
            return False
        self.buffer, self.is_up = rest, True
        self.ready.set_result(None)
        return True

    def _frame(self) -> bytes | None:
        """Servers do not mask; nothing here is longer than 64 KB but replays."""
        data = self.buffer
        if len(data) < 2:
            return None
        size, at = data[1] & 127, 2
        if size == 126 and len(data) >= 4:
            size, at = struct.unpack(">H", data[2:4])[0], 4
        elif size == 127 and len(data) >= 10:
            size, at = struct.unpack(">Q", data[2:10])[0], 10
        elif size > 125:
            return None
        if len(data) < at + size:
            return None
        self.buffer = data[at + size :]
        return data[at : at + size]

    def _take(self, message: dict[str, Any]) -> None:
        notes = message.get("notes") or ([message["note"]] if "note" in message else [])
        if "notes" not in message:
            self.unsaid += 1
            if self.unsaid == 16:
                self._say({"got": self.unsaid})
                self.unsaid = 0
        if message.get("again") or (notes and notes[0]["seq"] > self.seen + 1):
            self._say({"after": self.seen})
            return
        for note in notes:
            if note["seq"] == self.seen + 1:
                self.seen = note["seq"]
                self.got.append(note["seq"])

    def _say(self, message: dict[str, Any]) -> None:
        text = json.dumps(message).encode()
        self.transport.write(bytes([0x81, 0x80 | len(text)]) + b"\0\0\0\0" + text)


async def _open(port: int, heads: list[dict[str, str]], path: str) -> list[Page]:
    """Fifty at a time, as pages come back after a restart."""
    loop, pages = asyncio.get_running_loop(), []
    for first in range(0, len(heads), 50):
        chunk = [Page(_request(path, head), loop.create_future()) for head in heads[first : first + 50]]
        await asyncio.gather(*(loop.create_connection(partial(_same, page), "127.0.0.1", port) for page in chunk))
        await asyncio.wait_for(asyncio.gather(*(page.ready for page in chunk)), 60)
        pages += chunk
    return pages


def _same(page: Page) -> Page:
    return page


def _request(path: str, head: dict[str, str]) -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13"}
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in (head | upgrade).items())]
    return "\r\n".join([*lines, "", ""]).encode()


@asynccontextmanager
async def _opened(port: int, heads: list[dict[str, str]], path: str) -> AsyncIterator[list[Page]]:
    pages = await _open(port, heads, path)
    try:
        yield pages
    finally:
        for page in pages:
            page.transport.abort()


# What is measured


async def _measure(
    factory: Any, ours: tuple[int, int], bare: tuple[int, int], people: list[tuple[int, str]], rounds: int
) -> Facts:
    facts, host = Facts(), f"{await _in_thread(factory, lambda: factory.domains.get().domain)}:{ours[0]}"
    heads = [{"Host": host, "Origin": f"http://{host}", "Cookie": f"session={cookie}"} for _pk, cookie in people]
    ids, seqs = [pk for pk, _cookie in people], iter(range(1, 10**6))
    plain: list[dict[str, str]] = [{"Host": "127.0.0.1"}] * len(heads)
    async with _opened(ours[0], heads[:20], "/ws/feed/"), _opened(bare[0], plain[:20], "/"):
        before = _kilobytes(ours[1]), _kilobytes(bare[1])
        async with _opened(ours[0], heads[20:], "/ws/feed/") as mine, _opened(bare[0], plain[20:], "/") as theirs:
            await asyncio.sleep(2)
            facts.our_kilobytes = (_kilobytes(ours[1]) - before[0]) / len(mine)
            facts.bare_kilobytes = (_kilobytes(bare[1]) - before[1]) / len(theirs)
            for number in range(rounds + 1):
                one = await _round(mine, partial(_in_thread, factory, partial(_alert, ids, next(seqs))))
                other = await _round(theirs, partial(_in_thread, factory, partial(_publish, ids[0])))
                if number:  # the first one warms up
                    facts.ours.append(one)
                    facts.bare.append(other)
                await asyncio.sleep(0.3)
    facts.stale = await _stale(factory)
    facts.lost = await _burst(factory, ours[0], heads[:READERS], ids[:READERS], next(seqs))
    return facts


async def _round(pages: list[Page], send: Callable[[], Any]) -> tuple[float, float]:
    """The middle and the last but one in a hundred, from the commit on."""
    for page in pages:
        page.at.clear()
    began = await send()
    until = time.monotonic() + 30
    while any(not page.at for page in pages) and time.monotonic() < until:
        await asyncio.sleep(0.01)
    waits = sorted((page.at[0] if page.at else until) - began for page in pages)
    return waits[len(waits) // 2], waits[int(len(waits) * 0.99)]


async def _burst(factory: Any, port: int, heads: list[dict[str, str]], ids: list[int], first: int) -> int:
    """How many were not on the page in the end, of three hundred alerts at once to fifty."""
    async with _opened(port, heads, "/ws/feed/") as pages:
        for page in pages:
            page.seen = first - 1
        await _in_thread(factory, lambda: [_alert(ids, seq) for seq in range(first, first + BURST)])
        until = time.monotonic() + 60
        while any(len(page.got) < BURST for page in pages) and time.monotonic() < until:
            await asyncio.sleep(0.1)
        return sum(BURST - len(page.got) for page in pages)


async def _stale(factory: Any) -> int:
    """Who is still online, and who still listens, once the hub has tidied up."""
    from django.conf import settings
    from redis import Redis

    from realtime import groups

    store, left = Redis.from_url(settings.REDIS_URL), -1
    until = time.monotonic() + 60
    while left and time.monotonic() < until:
        await asyncio.sleep(0.5)
        listening = store.pubsub_numsub(groups.pages(factory.schema_name))[0][1]
        left = store.zcard(groups.online(factory.schema_name)) + listening
    return left


async def _in_thread(factory: Any, work: Callable[[], Any]) -> Any:
    from tenants.current import in_factory

    def inside() -> Any:
        with in_factory(factory):
            return work()

    return await asyncio.get_running_loop().run_in_executor(None, inside)


def _alert(ids: list[int], seq: int) -> float:
    """One notice to each of them in one transaction, as an alert's delivery writes them; when it was committed."""
    from django.db import transaction
    from django.utils import timezone

    from notifications.actions import as_json
    from notifications.models import Notification
    from realtime.push import push_all_on_commit

    facts = {"event_id": uuid.uuid4(), "event": "alert.raised", "line": LINE, "url": "/go/hazards.hazard/1/"}
    now, committed = timezone.now(), []
    with transaction.atomic():
        notes = Notification.objects.bulk_create(
            Notification(user_id=pk, seq=seq, at=now, is_urgent=True, **facts) for pk in ids
        )
        transaction.on_commit(lambda: committed.append(time.monotonic()))
        push_all_on_commit(([note.user_id], {"note": as_json(note)}) for note in notes)
    return committed[0]


def _publish(pk: int) -> float:
    """A message of the same size."""
    from realtime.push import publisher

    text = json.dumps({"note": {"seq": 1, "id": pk, "line": LINE, "url": "/go/hazards.hazard/1/", "urgent": True}})
    began = time.monotonic()
    publisher().publish("benchmark", text.ljust(400))
    return began


def _people(count: int) -> list[tuple[int, str]]:
    """Each with the cookie of a session."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from people.models import User

    made = User.objects.bulk_create(User(name=f"工人{n}", sort_key=f"g{n:05}") for n in range(count))
    people = []
    for user in made:
        session = SessionStore()
        session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), "people.auth.Backend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        people.append((user.pk, str(session.session_key)))
    return people


def _kilobytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


if __name__ == "__main__":
    asyncio.run(_bare(int(sys.argv[1])))
