"""The socket of a page: it carries, and decides nothing."""

from collections.abc import Callable

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from realtime import groups
from tenants.current import in_factory

_replay: list[Callable] = []


def replays(function: Callable) -> Callable:
    """Registers the function that gives what a user's feed holds after a sequence number, some dicts at a time."""
    _replay[:] = [function]
    return function


class FeedConsumer(AsyncJsonWebsocketConsumer):
    async def connect(self):
        self.group = groups.user(self.scope["factory"].schema_name, self.scope["user"].pk)
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code):
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive_json(self, content, **kwargs):
        """{"after": seq}: what came after it, in order; the page asks on each connection and at each gap."""
        after = content.get("after") if isinstance(content, dict) else None
        if not isinstance(after, int):
            return
        while notes := await database_sync_to_async(self._missed)(after):
            await self.send_json({"notes": notes})
            after = notes[-1]["seq"]

    def _missed(self, after: int) -> list[dict]:
        with in_factory(self.scope["factory"]):
            return _replay[0](self.scope["user"], after)

    async def feed_message(self, event):
        await self.send_json(event["message"])


class GuestConsumer(FeedConsumer):
    """The socket of somebody from outside: only hints to look again. They have no feed; each look asks who they are."""

    async def receive_json(self, content, **kwargs):
        return

    async def feed_message(self, event):
        if "look" in event["message"]:
            await self.send_json(event["message"])
