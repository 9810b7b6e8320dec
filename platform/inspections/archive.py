"""台账: which runs somebody wants to see, as a filter that a page, an export and a person can read."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import CharField, Count, F, Q, QuerySet, TextChoices, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.words import say
from facilities.models import Area, Department, Equipment
from inspections.models import COUNTED, Answer, Checklist, Frequency, Run
from inspections.zone import zone
from people.models import Team, User

DAY = timedelta(days=1)


class Standing(TextChoices):
    """How a run stands in the archive: its status, and what else people ask for."""

    DONE = "done", gettext_lazy("Done")
    LATE = "late", gettext_lazy("Done late")
    MISSED = "missed", gettext_lazy("Missed")
    DUE = "due", gettext_lazy("To do")
    DOING = "doing", gettext_lazy("Started")
    EXCUSED = "excused", gettext_lazy("Excused")
    TWICE = "twice", gettext_lazy("Handed in twice")
    WITHDRAWN = "withdrawn", gettext_lazy("Withdrawn")


_STANDINGS = {
    Standing.LATE: Q(status=Run.Status.DONE, is_late=True),
    Standing.TWICE: Q(conflicts_with__isnull=False),
}
# A second record of the same task is shown, but the task counts once.
FIRST_RECORDS = Q(conflicts_with__isnull=True)


@dataclass(frozen=True)
class Filter:
    """since and until: days of the factory's zone, both included. checklist: its code, whichever version."""

    since: date | None = None
    until: date | None = None
    department: int | None = None
    team: int | None = None
    frequency: str = ""
    checklist: str = ""
    equipment: int | None = None
    area: int | None = None
    status: str = ""
    result: str = ""
    person: str = ""
    words: str = ""

    @property
    def is_empty(self) -> bool:
        return self == Filter()

    def of(self, runs: QuerySet[Run]) -> QuerySet[Run]:
        return self.narrowed(self.in_scope(runs))

    def in_scope(self, runs: QuerySet[Run]) -> QuerySet[Run]:
        """All but how they stand and what came of them: what a share is a share of."""
        runs = runs.filter(*self._scope())
        return runs if self.status == Standing.WITHDRAWN else runs.exclude(status=Run.Status.WITHDRAWN)

    def narrowed(self, runs: QuerySet[Run]) -> QuerySet[Run]:
        return runs.filter(self.narrow)

    @property
    def narrow(self) -> Q:
        standing = _STANDINGS.get(self.status, Q(status=self.status)) if self.status else Q()  # type: ignore[call-overload]
        return standing & (Q(result=self.result) if self.result else Q())

    def _scope(self) -> Iterator[Q]:
        if self.since:
            yield Q(opens_at__gte=_midnight(self.since))
        if self.until:
            yield Q(opens_at__lt=_midnight(self.until + DAY))
        equal = {
            "department": self.department, "team": self.team, "equipment": self.equipment, "area": self.area,
            "checklist__frequency": self.frequency, "checklist__code": self.checklist,
        }  # fmt: skip
        yield Q(**{name: value for name, value in equal.items() if value})
        if self.person:
            yield self._by_person()
        yield from map(_holds, self.words.split())

    def _by_person(self) -> Q:
        """Who did it; where nobody did, whose task it was."""
        found = Q(name__icontains=self.person) | Q(employee_no__iexact=self.person) | Q(phone=self.person)
        people = list(User.objects.filter(found).values_list("pk", flat=True))
        return Q(inspector__in=people) | Q(inspector=None, assignee__in=people)

    def as_json(self) -> dict[str, Any]:
        known = {name: value for name, value in asdict(self).items() if value}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in known.items()}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "Filter":
        known: dict[str, Any] = {field.name: said[field.name] for field in fields(cls) if field.name in said}
        days: dict[str, Any] = {name: date.fromisoformat(known[name]) for name in ("since", "until") if name in known}
        return cls(**(known | days))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), zone())


def _holds(word: str) -> Q:
    """The word stands in the place, the checklist, an answer, or is the number of the run or of a hazard."""
    place = Q(code__icontains=word) | Q(name__icontains=word)
    said = Answer.objects.filter(text__icontains=word).exclude(text="")
    found = Answer.objects.filter(hazard__number__icontains=word)
    is_number = word.isascii() and word.isdigit() and len(word) < 19
    return (
        Q(equipment__in=Equipment.objects.filter(place))
        | Q(area__in=Area.objects.filter(place))
        | Q(checklist__in=Checklist.objects.filter(title__icontains=word))
        | Q(pk__in=said.values("run"))
        | Q(pk__in=found.values("run"))
        | Q(pk__in=[int(word)] if is_number else [])
    )


Names = dict[str, dict[str, str]]


def choices() -> Names:
    """What can be chosen, by kind and key, in the reader's language; one question to the database."""
    lists = Checklist.objects.exclude(status=Checklist.Status.DRAFT)
    parts = (
        _rows("department", Department.objects.filter(kind=Department.Kind.WORKSHOP)),
        _rows("team", Team.objects.all()),
        _rows("area", Area.objects.all()),
        _rows("equipment", Equipment.objects.all()),
        _rows("checklist", lists, key="code", words="title"),
    )
    named: Names = {kind: {} for kind in ("department", "team", "area", "equipment", "checklist")}
    for kind, key, words, code in parts[0].union(*parts[1:], all=True).order_by("what", "sign", "said_key"):
        named[kind][key] = f"{say(words)} · {code}" if kind == "equipment" else say(words)
    return named


def _rows(kind: str, rows: QuerySet[Any], key: str = "pk", words: str = "name") -> QuerySet[Any]:
    columns = {"what": Value(kind), "said_key": Cast(key, CharField()), "words": F(words), "sign": F("code")}
    return rows.order_by().annotate(**columns).values_list(*columns)


@dataclass(frozen=True)
class Fact:
    """One thing that is asked for; key: its column in the Filter."""

    key: str
    label: str | Promise
    value: str


_LABELS = {
    "period": gettext_lazy("Period"),
    "department": gettext_lazy("Workshop"),
    "team": gettext_lazy("Team"),
    "frequency": gettext_lazy("Kind of check"),
    "checklist": gettext_lazy("Checklist"),
    "equipment": gettext_lazy("Machine"),
    "area": gettext_lazy("Area"),
    "status": gettext_lazy("Status"),
    "result": gettext_lazy("Result"),
    "person": gettext_lazy("Person"),
    "words": gettext_lazy("Words"),
}


def facts(chosen: Filter, names: Names) -> list[Fact]:
    """The filter as people say it; what is not asked for is left out, but the period is always said."""
    said = {
        "period": period(chosen.since, chosen.until),
        **{kind: names[kind].get(str(key), "") for kind in names if (key := getattr(chosen, kind))},
        "frequency": str(dict(Frequency.choices).get(chosen.frequency, "")),
        "status": str(dict(Standing.choices).get(chosen.status, "")),
        "result": str(dict(Run.Result.choices).get(chosen.result, "")),
        "person": chosen.person,
        "words": chosen.words,
    }
    return [Fact(key, label, said[key]) for key, label in _LABELS.items() if said.get(key)]


def period(since: date | None, until: date | None) -> str:
    if since is None and until is None:
        return _("all")
    if since is None:
        return _("up to %(day)s") % {"day": until}
    if until is None:
        return _("from %(day)s") % {"day": since}
    if since == until:
        return f"{since}"
    if since.day == 1 and until + DAY == _next_month(since):
        return f"{since:%Y-%m}"
    return _("%(since)s to %(until)s") % {"since": since, "until": until}


def _next_month(first: date) -> date:
    return (first + 32 * DAY).replace(day=1)


def month_of(day: date) -> tuple[date, date]:
    """Its first and its last day."""
    first = day.replace(day=1)
    return first, _next_month(first) - DAY


@dataclass(frozen=True)
class Figures:
    """shown: what fits the whole filter, of all in its scope, each task once.

    due, done, late, missed: of what completion is counted of, as on the board; excused: of what was planned.
    """

    shown: int
    second: int
    of: int
    due: int
    done: int
    late: int
    missed: int
    excused: int

    @property
    def percent(self) -> float | None:
        """完成率: done of due."""
        return round(100 * self.done / self.due, 1) if self.due else None


def figures(chosen: Filter, runs: QuerySet[Run]) -> Figures:
    status = Run.Status
    kinds = {
        "shown": chosen.narrow & FIRST_RECORDS,
        "second": chosen.narrow & ~FIRST_RECORDS,
        "of": FIRST_RECORDS & ~Q(status=status.WITHDRAWN),
        "due": COUNTED & Q(opens_at__lte=timezone.now()),
        "done": COUNTED & Q(status=status.DONE),
        "late": COUNTED & Q(status=status.DONE, is_late=True),
        "missed": COUNTED & Q(status=status.MISSED),
        "excused": FIRST_RECORDS & Q(status=status.EXCUSED),
    }
    counts = {name: Count("pk", filter=fits) for name, fits in kinds.items()}
    return Figures(**chosen.in_scope(runs).aggregate(**counts))
