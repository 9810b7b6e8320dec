"""How often one link may ask: a page that is open asks seldom, a script that went wild often."""

import hashlib
import time

from django.core.cache import cache
from django.utils.translation import gettext as _

from core.errors import Refusal


class TooFast(Refusal):
    status = 429


def slow_down(what: str, key: str, *, most: int, seconds: int = 60) -> None:
    """Refuses beyond so many calls in the running span of so many seconds; the counter bears the factory's name."""
    span = int(time.time()) // seconds
    name = f"limit:{what}:{hashlib.sha256(key.encode()).hexdigest()[:32]}:{span}"
    cache.add(name, 0, timeout=2 * seconds)
    if cache.incr(name) > most:
        raise TooFast(_("That was too often. Wait a minute, then try again."))
