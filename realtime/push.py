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


def push_on_commit(to: Iterable[int | Address], message: dict[str, Any]) -> None:
    """Sends the message to every open page of these people and screens once the transaction is through."""
    push_all_on_commit([(to, message)])


def push_all_on_commit(messages: Iterable[tuple[Iterable[int | Address], dict[str, Any]]]) -> None:
    """Each its own message, however many they are: one publish, a line for each, whose text the hub hands on as it is.

    Addresses are numbers of people, or those of `groups`. JSON holds no line ends and no tabs of its own.
    """
    lines = [
        (",".join(map(str, to)), _kind(message), json.dumps(message, ensure_ascii=False)) for to, message in messages
    ]
    text = "\n".join("\t".join(line) for line in lines if line[0])
    if text:
        name = groups.pages(current_factory().schema_name)
        transaction.on_commit(lambda: _publish(name, text), robust=True)


def push_to_visitor(sign_up: int) -> None:
    """Tells the pages at the bare host that wait for this sign-up to look again; at once, for its work is still going on."""
    message = {"look": "sign_up", "soon": True}
    _publish(groups.pages(groups.BARE_HOST), f"{groups.visitor(sign_up)}\thint\t{json.dumps(message)}")


def _kind(message: dict[str, Any]) -> str:
    """A note is for the person alone, whoever looks in by a link hears hints only; gone ends the socket."""
    return next((kind for kind in ("note", "gone") if kind in message), "hint")


def _publish(name: str, text: str) -> None:
    try:
        publisher().publish(name, text)
    except (RedisError, OSError) as error:
        log.warning("open pages were not told (%s); they read it at their next look", type(error).__name__)


@cache
def publisher() -> Redis:
    """After Redis was restarted the connections of before are dead: the second try makes a new one."""
    retry = Retry(ExponentialBackoff(cap=0.2, base=0.05), 2)
    return Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, retry=retry)
