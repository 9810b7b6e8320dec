"""Who has a page open right now: told by the hubs, forgotten by itself."""

import logging
import time
from typing import Any

from redis.exceptions import RedisError

from realtime import groups
from realtime.hub import FRESH
from realtime.push import publisher
from tenants.current import current_factory

log = logging.getLogger(__name__)


def people_online() -> frozenset[int]:
    """Of the current factory; nobody, where Redis does not answer: a dot is no reason to fail a page."""
    key = groups.online(current_factory().schema_name)
    try:
        members: Any = publisher().zrangebyscore(key, time.time() - FRESH, "+inf")
    except (RedisError, OSError):
        log.warning("nobody knows who is online", exc_info=True)
        return frozenset()
    places = (member.decode().partition(":")[0] for member in members)
    return frozenset(int(place) for place in places if place.isdecimal())
