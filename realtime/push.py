"""Sends to open pages. A hint, never the delivery: what it carries is in the database already."""

import logging
from collections.abc import Iterable

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from redis.exceptions import RedisError

from realtime import groups
from tenants.current import current_factory

log = logging.getLogger(__name__)


def push_on_commit(user_ids: Iterable[int], message: dict) -> None:
    """Sends the message to every open page of these people once the transaction is through."""
    names = [groups.user(current_factory().schema_name, user_id) for user_id in user_ids]
    transaction.on_commit(lambda: _send(names, message), robust=True)


def _send(names: list[str], message: dict) -> None:
    layer = get_channel_layer()
    try:
        for name in names:
            async_to_sync(layer.group_send)(name, {"type": "feed.message", "message": message})
    except (RedisError, OSError):
        log.warning("open pages were not told; they read it at their next connection", exc_info=True)
