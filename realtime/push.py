"""Sends to open pages. A hint, never the delivery: what it carries is in the database already."""

import json
import logging
from collections.abc import Iterable
from functools import cache
from typing import Any

from django.conf import settings
from django.db import transaction
from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from realtime import groups
from realtime.groups import Address
from tenants.current import current_factory

log = logging.getLogger(__name__)


def push_on_commit(to: Iterable[Address], message: dict[str, Any]) -> None:
    """Sends the message to every open page of these people and screens once the transaction is through."""
    push_all_on_commit([(to, message)])


def push_all_on_commit(messages: Iterable[tuple[Iterable[Address], dict[str, Any]]]) -> None:
    """Each its own message, however many they are: one publish."""
    parts = [(list(to), _kind(message), json.dumps(message)) for to, message in messages]
    if any(to for to, _kind, _text in parts):
        name, text = groups.pages(current_factory().schema_name), json.dumps(parts)
        transaction.on_commit(lambda: _publish(name, text), robust=True)


def _kind(message: dict[str, Any]) -> str:
    """A note is for the person alone, whoever looks in by a link hears hints only; gone ends the socket."""
    return next((kind for kind in ("note", "gone") if kind in message), "hint")


def _publish(name: str, text: str) -> None:
    try:
        publisher().publish(name, text)
    except (RedisError, OSError):
        log.warning("open pages were not told; they read it at their next look", exc_info=True)


@cache
def publisher() -> "Redis[bytes]":
    """After Redis was restarted the connections of before are dead: the second try makes a new one."""
    retry = Retry(ExponentialBackoff(cap=0.2, base=0.05), 2)
    return Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, retry=retry)
