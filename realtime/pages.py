"""One open page as the server sees it: what waits for it is bounded, and it never holds up another one."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from typing import Any

# What may wait for one page, and what may be under way to it before it has said that it read any of it.
WAITING, UNREAD = 64, 256
AGAIN = '{"again": true}'
CAME_BACK_TOO_LATE = 4008


class Page:
    """A page that reads too slowly loses what waits for it, and is told once that it has to look again."""

    def __init__(
        self, send: Callable[[dict[str, Any]], Coroutine[Any, Any, None]], *, hears_looks_only: bool = False
    ) -> None:
        self.hears_looks_only = hears_looks_only
        self._send = send
        self._waiting: deque[str] = deque()
        self._unread = 0
        self._stuck_since = 0.0
        self._task: asyncio.Task[None] | None = None

    def push(self, text: str) -> None:
        if self._waiting and self._waiting[-1] is AGAIN:
            return
        if len(self._waiting) >= WAITING:
            self._waiting.clear()
            text = AGAIN
        self._waiting.append(text)
        self._go()

    def push_again(self) -> None:
        self._waiting.clear()
        self._waiting.append(AGAIN)
        self._go()

    def confirm(self, count: int = UNREAD) -> None:
        """The page has read so many; whatever it asks says that it has read them all."""
        self._unread = max(0, self._unread - max(0, count))
        self._go()

    def is_stuck(self, seconds: float) -> bool:
        return bool(self._waiting) and self._unread >= UNREAD and time.monotonic() - self._stuck_since > seconds

    async def close(self, code: int) -> None:
        with contextlib.suppress(OSError, RuntimeError):
            await self._send({"type": "websocket.close", "code": code})

    def _go(self) -> None:
        """A send that need not wait is over at once; a task carries on one that has to."""
        while self._task is None and self._waiting and self._unread < UNREAD:
            self._unread += 1
            self._stuck_since = time.monotonic()
            sending = self._send({"type": "websocket.send", "text": self._waiting.popleft()})
            try:
                waits_for = sending.send(None)
            except StopIteration:
                pass
            except (OSError, RuntimeError):
                self._waiting.clear()  # it went while something was under way
            else:
                self._task = asyncio.create_task(self._carry_on(_Rest(sending, waits_for)))

    async def _carry_on(self, sending: "_Rest") -> None:
        try:
            await sending
        except (OSError, RuntimeError):
            self._waiting.clear()
        finally:
            self._task = None
        self._go()


class _Rest:
    """What is left of a coroutine that was begun, and what it waits for."""

    def __init__(self, begun: Coroutine[Any, Any, None], waits_for: Any) -> None:
        self._begun, self._waits_for = begun, waits_for

    def __await__(self) -> Generator[Any, None, None]:
        yield self._waits_for
        yield from self._begun.__await__()
