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
        raise TooMany(_("That was very often in a short time. Wait a while, then try again."))


def count(what: str, who: str, *, within: timedelta) -> None:
    key = _key(what, who, within)
    cache.add(key, 0, 2 * within.total_seconds())
    cache.incr(key)


def allow(what: str, who: str, *, most: int, within: timedelta) -> None:
    """Counts it, or refuses."""
    refuse_over(what, who, most=most, within=within)
    count(what, who, within=within)


def _key(what: str, who: str, within: timedelta) -> str:
    window = int(time.time() // within.total_seconds())
    return f"limit:{what}:{window}:{salted_hmac(f'limit:{what}:{window}', who, algorithm='sha256').hexdigest()[:32]}"
