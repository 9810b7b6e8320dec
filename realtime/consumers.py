"""The socket of a page: it carries, and decides nothing.

From the page: {"after": seq} asks for what came after it, {"got": n} says that it has read n more of what was pushed,
{"alive": true} wants to hear the same: a line that died without a word looks open on both of its ends.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from channels.db import database_sync_to_async

from realtime.hub import hub
from realtime.pages import Page
from tenants.current import in_factory

ALIVE = json.dumps({"alive": True})
_replay: list[Callable] = []


def replays(function: Callable) -> Callable:
    """Registers the function that gives what a user's feed holds after a sequence number, some dicts at a time."""
    _replay[:] = [function]
    return function


async def feed(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Of a person who is signed in."""

    async def replay(after: int) -> None:
        while notes := await database_sync_to_async(_missed)(scope, after):
            await send({"type": "websocket.send", "text": json.dumps({"notes": notes})})
            after = notes[-1]["seq"]

    await _open(scope, receive, send, Page(send), replay)


async def hints(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Of who came by a link, and of a screen on the wall: only hints to look again, and each look asks who they are."""
    await _open(scope, receive, send, Page(send, hears_looks_only=True), None)


async def _open(
    scope: dict[str, Any], receive: Any, send: Any, page: Page, replay: Callable[[int], Awaitable[None]] | None
) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    place = scope["factory"].schema_name, scope["addresses"]
    try:
        await hub().join(*place, page)
        while (message := await receive())["type"] == "websocket.receive":
            said = _read(message)
            if "alive" in said:
                await send({"type": "websocket.send", "text": ALIVE})
            await _heed(said, page, replay)
    finally:
        hub().leave(*place, page)


async def _heed(said: dict[str, Any], page: Page, replay: Callable[[int], Awaitable[None]] | None) -> None:
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
        return _replay[0](scope["user"], after)
