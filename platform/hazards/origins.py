"""Which kind of check a hazard was found by: rooms above know it of theirs, and say so here."""

from collections.abc import Callable, Iterable

from hazards.models import Hazard

Tells = Callable[[list[int]], dict[int, str]]
_tell: list[Tells] = []


def tells_origin(function: Tells) -> Tells:
    """Registers a function that gives, of these hazards, the kind of check of those that it knows."""
    _tell.append(function)
    return function


def origins(hazards: Iterable[tuple[int, str]]) -> dict[int, str]:
    """By id and source: daily, weekly, monthly, special check, where the room that found it knows; else the source."""
    rows = list(hazards)
    words = {value: str(label) for value, label in Hazard.Source.choices}
    found = {pk: words[source] for pk, source in rows}
    ids = [pk for pk, _source in rows]
    for tell in _tell:
        found |= tell(ids)
    return found
