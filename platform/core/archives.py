"""台账: what all archives share: a filter over days that an address, a job and a person can read."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any, Self

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.words import say
from core.zone import zone

DAY = timedelta(days=1)
Names = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Days:
    """since and until: days of the factory's zone, both included."""

    since: date | None = None
    until: date | None = None

    @property
    def is_empty(self) -> bool:
        return self == type(self)()

    def as_json(self) -> dict[str, Any]:
        known = {name: value for name, value in asdict(self).items() if value}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in known.items()}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        known: dict[str, Any] = {field.name: said[field.name] for field in fields(cls) if field.name in said}
        days: dict[str, Any] = {name: date.fromisoformat(known[name]) for name in ("since", "until") if name in known}
        return cls(**(known | days))


@dataclass(frozen=True)
class Fact:
    """One thing that is asked for; key: its column in the filter."""

    key: str
    label: str | Promise
    value: str


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), zone())


def period(since: date | None, until: date | None) -> str:
    if since is None and until is None:
        return _("all")
    if since is None:
        return _("up to %(day)s") % {"day": until}
    if until is None:
        return _("from %(day)s") % {"day": since}
    if since == until:
        return f"{since}"
    if since.day == 1 and until + DAY == next_month(since):
        return f"{since:%Y-%m}"
    return _("%(since)s to %(until)s") % {"since": since, "until": until}


def next_month(first: date) -> date:
    return (first + 32 * DAY).replace(day=1)


def month_of(day: date) -> tuple[date, date]:
    """Its first and its last day."""
    first = day.replace(day=1)
    return first, next_month(first) - DAY


def quarter_of(day: date) -> tuple[date, date]:
    first = day.replace(month=day.month - (day.month - 1) % 3, day=1)
    return first, next_month(next_month(next_month(first))) - DAY


def rows_of(kind: str, rows: QuerySet[Any], key: str = "pk", words: str = "name") -> QuerySet[Any]:
    """What can be chosen of one kind, as a part of one question for all kinds."""
    columns = {"what": Value(kind), "said_key": Cast(key, CharField()), "words": F(words), "sign": F("code")}
    return rows.order_by().annotate(**columns).values_list(*columns)


def names_of(first: QuerySet[Any], *rest: QuerySet[Any], kinds: tuple[str, ...], with_code: str = "") -> Names:
    """What can be chosen, by kind and key, in the reader's language; one question to the database.

    with_code: the kind that people know by its code too.
    """
    named: Names = {kind: {} for kind in kinds}
    for kind, key, words, code in first.union(*rest, all=True).order_by("what", "sign", "said_key"):
        named[kind][key] = f"{say(words)} · {code}" if kind == with_code else say(words)
    return named


def before(since: date, until: date) -> tuple[date, date]:
    """The period before: of a whole month, quarter or year the one before it, else as many days just before."""
    for whole in (month_of, quarter_of, year_of):
        if (since, until) == whole(since):
            return whole(since - DAY)
    return since - (until - since + DAY), since - DAY


def year_of(day: date) -> tuple[date, date]:
    return day.replace(month=1, day=1), day.replace(month=12, day=31)
