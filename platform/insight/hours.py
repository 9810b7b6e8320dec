"""Who is behind with the legal hours of training: of the people that the reader may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.share import Share
from people.models import User
from training.hours import Hours, hours_of


@dataclass(frozen=True)
class Row:
    person: User
    hours: Hours


def rows_of(people: Iterable[Any]) -> list[Row]:
    """Of whom hours are asked at the moment; who lacks most comes first."""
    found = list(people)
    hours = hours_of(found)
    rows = [Row(person, hours[person.pk]) for person in found if hours[person.pk].wanted]
    return sorted(rows, key=lambda row: (-row.hours.missing, row.person.sort_key, row.person.pk))


def complete(rows: Iterable[Row]) -> Share:
    missing = [row.hours.missing for row in rows]
    return Share(sum(not hours for hours in missing), len(missing))
