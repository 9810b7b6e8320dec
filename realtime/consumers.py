"""The socket of a page: it carries, and decides nothing.

From the page: {"after": seq} asks for what came after it, {"got": n, "seen": seq} says that it has read n more of what was
pushed, and the feed up to there; {"alive": true} wants to hear the same: a line that died without a word looks open on both of its ends.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from channels.db import database_sync_to_async
from prometheus_client import Gauge

from realtime.hub import hub
from realtime.pages import Page
from tenants.current import in_factory

ALIVE = json.dumps({"alive": True})
Says = Callable[[int], Awaitable[None]]
LARGEST = 2**63 - 1
_open_pages = Gauge("anhuan_open_pages", "Pages that hear in real time, of this process.")
_feed: dict[str, Callable] = {}


def feeds(*, after: Callable, reached: Callable) -> None:
    """Registers who gives what a user's feed holds after a number, some dicts at a time, and who notes up to which number a
    page has it.
    """
    _feed.update(after=after, reached=reached)


async def feed(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Of a person who is signed in."""

    async def replay(after: int) -> None:
        while notes := await database_sync_to_async(_missed)(scope, after):
            await send({"type": "websocket.send", "text": json.dumps({"notes": notes})})
            after = notes[-1]["seq"]

    noted = 0

    async def note(seen: int) -> None:
        nonlocal noted
        if noted < seen <= LARGEST:
            noted = seen
            await database_sync_to_async(_reached)(scope, seen)

    await _open(scope, receive, send, Page(send), replay, note)


async def hints(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Of who came by a link or waits at the bare host, and of a screen on the wall: only hints to look again, and each look
    asks who they are.
    """
    await _open(scope, receive, send, Page(send, hears_looks_only=True))


async def _open(
    scope: dict[str, Any], receive: Any, send: Any, page: Page, replay: Says | None = None, note: Says | None = None
) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    place = scope["schema"], scope["addresses"]
    with _open_pages.track_inprogress():
        try:
            await hub().join(*place, page)
            while (message := await receive())["type"] == "websocket.receive":
                said = _read(message)
                if "alive" in said:
                    await send({"type": "websocket.send", "text": ALIVE})
                await _heed(said, page, replay)
                seen = said.get("seen", said.get("after"))
                if note and isinstance(seen, int):
                    await note(seen)
        finally:
            hub().leave(*place, page)


async def _heed(said: dict[str, Any], page: Page, replay: Says | None) -> None:
    got, after = said.get("got"), said.get("after")
    if isinstance(got, int):
        page.confirm(got)
    elif isinstance(after, int):
        page.confirm()
        if replay:
            await replay(after)


def _read(message: dict[str, Any]) -> dict[str, Any]:
    """What none of our pages has written says nothing."""
    try:
        said = json.loads(message.get("text") or "{}")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _missed(scope: dict[str, Any], after: int) -> list[dict[str, Any]]:
    with in_factory(scope["factory"]):
        return _feed["after"](scope["user"], after)


def _reached(scope: dict[str, Any], seen: int) -> None:
    with in_factory(scope["factory"]):
        _feed["reached"](scope["user"], seen)
