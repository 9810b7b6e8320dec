"""How often something may be done: counted in the cache, under a salted hash, so that no address stands anywhere."""

import time
from datetime import timedelta

from django.core.cache import cache
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from core.errors import TooMany


def refuse_over(what: str, who: str, *, most: int, within: timedelta) -> None:
    """Refuses where it was counted that often already."""
    if int(cache.get(_key(what, who, within)) or 0) >= most:
        raise _too_many()


def count(what: str, who: str, *, within: timedelta) -> int:
    """How often it was counted by now, this time among them."""
    key = _key(what, who, within)
    cache.add(key, 0, 2 * within.total_seconds())
    return int(cache.incr(key))


def allow(what: str, who: str, *, most: int, within: timedelta) -> None:
    """Counts it, then refuses what is too much: of many at the same moment no more get through than one by one."""
    if count(what, who, within=within) > most:
        raise _too_many()


def take_back(what: str, who: str, *, within: timedelta) -> None:
    """What was counted came out well, so it does not count."""
    key = _key(what, who, within)
    if int(cache.get(key) or 0) > 0:
        cache.decr(key)


def _too_many() -> TooMany:
    return TooMany(_("That was very often in a short time. Wait a while, then try again."))


def _key(what: str, who: str, within: timedelta) -> str:
    window = int(time.time() // within.total_seconds())
    return f"limit:{what}:{window}:{salted_hmac(f'limit:{what}:{window}', who, algorithm='sha256').hexdigest()[:32]}"
