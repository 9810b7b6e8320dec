"""Hazards that have lived: found, limited and closed at given times, for the tests of archive and figures."""

import random
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from hazards.models import OPEN, Category, Hazard, Level, Status
from people.models import User
from people.permissions import Role
from tests import make

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def closed(found: str, took: timedelta = timedelta(days=2), **columns: Any) -> Hazard:
    """Confirmed an hour after it was found, due 48 hours later, closed after `took` from its confirmation."""
    begin = at(found)
    confirmed = begin + timedelta(hours=1)
    facts = {
        "reported_at": begin,
        "confirmed_at": confirmed,
        "due_at": confirmed + timedelta(hours=48),
        "closed_at": confirmed + took,
        "submitted_at": confirmed + took / 2,
    }
    return make.hazard(Status.CLOSED, **(facts | columns))


def some(count: int, seed: int) -> list[Hazard]:
    """Of every kind and fate, over the last five months; some of them repeats, some returned, some late."""
    rng, now = random.Random(seed), timezone.now()
    places = [make.area() for _n in range(3)]
    machines = [make.machine(place) for place in places]
    kinds: list[Category] = [make.category() for _n in range(3)]
    people: list[User] = [make.person(Role.MAINTENANCE) for _n in range(2)]
    made: list[Hazard] = []
    for _n in range(count):
        machine = rng.choice(machines)
        begin = now - timedelta(hours=rng.uniform(0, 150 * 24))
        status = rng.choice([*OPEN, *[Status.CLOSED] * 9, Status.MERGED, Status.REJECTED, Status.VOIDED])
        made.append(
            make.hazard(
                status,
                area=machine.area,
                equipment=rng.choice([machine, None]),
                category=rng.choice(kinds),
                level=rng.choice(Level.values),
                owner=rng.choice(people),
                reporter=people[0],
                repeat_of=rng.choice([None, None, *made[:3]]),
                round=rng.choice([1, 1, 1, 2]),
                is_legal_major=rng.random() < 0.1,
                is_urgent=rng.random() < 0.2,
                source=rng.choice(Hazard.Source.values),
                **_times(status, begin, now, rng),
            )
        )
    return made


def _times(status: str, begin: datetime, now: datetime, rng: random.Random) -> dict[str, Any]:
    confirmed = begin + timedelta(minutes=rng.uniform(1, 60))
    times: dict[str, Any] = {"reported_at": begin}
    if status in (Status.REPORTED, Status.MERGED, Status.REJECTED, Status.VOIDED):
        return times
    times |= {"confirmed_at": confirmed, "due_at": confirmed + timedelta(hours=rng.choice([24, 48, 72]))}
    if status == Status.CLOSED:
        times |= {"closed_at": min(now, confirmed + timedelta(hours=rng.uniform(1, 200)))}
    return times
