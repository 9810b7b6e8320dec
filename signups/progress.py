"""How far a factory is that is being opened: its work is one transaction, so whoever waits reads it from the cache."""

import time
from itertools import pairwise
from typing import NamedTuple

from django.core.cache import cache

from signups.models import SignUp
from tenants.current import in_public

STEPS = ("space", "checklists", "courses", "account")
_DAY = 24 * 3600


class Stage(NamedTuple):
    """A step: made: how much came of it, how long it took, and whether it is over or the one at work."""

    name: str
    made: int
    seconds: float
    is_done: bool
    is_now: bool


def begin(row: SignUp) -> None:
    _keep(row, [["", 0, time.time()]])


def tell(row: SignUp, step: str, count: int = 0) -> None:
    """Told from within the new factory, read at the bare host."""
    with in_public():
        _keep(row, [*(cache.get(_key(row)) or []), [step, count, time.time()]])


def _keep(row: SignUp, said: list[list]) -> None:
    cache.set(_key(row), said, _DAY)


def stages(row: SignUp) -> list[Stage]:
    """All steps, the done ones first; a factory that is open has done them all."""
    said = cache.get(_key(row)) or []
    done = {step: (count, at - before[2]) for before, (step, count, at) in pairwise(said)}
    is_ready = row.status == SignUp.Status.READY
    now = "" if is_ready else next((step for step in STEPS if step not in done), "")
    return [Stage(step, *done.get(step, (0, 0.0)), is_ready or step in done, step == now) for step in STEPS]


def _key(row: SignUp) -> str:
    return f"opening:{row.pk}"
