"""台账: which runs somebody wants to see, as a filter that a page, an export and a person can read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy

from core.archives import DAY, Days, Fact, Names, midnight, names_of, period, rows_of
from facilities.models import Area, Department, Equipment
from inspections.models import COUNTED, Answer, Checklist, Frequency, Run
from people.models import Team, User


class Moment(TextChoices):
    """Which day of a run must fall into the period; unasked the day on which its window opens."""

    ENDED = "ended", gettext_lazy("window ended, counted for completion")


class Standing(TextChoices):
    """How a run stands in the archive: its status, and what else people ask for."""

    DONE = "done", gettext_lazy("Done")
    ON_TIME = "on_time", gettext_lazy("Done in time")
    LATE = "late", gettext_lazy("Done late")
    MISSED = "missed", gettext_lazy("Missed")
    DUE = "due", gettext_lazy("To do")
    DOING = "doing", gettext_lazy("Started")
    EXCUSED = "excused", gettext_lazy("Excused")
    TWICE = "twice", gettext_lazy("Handed in twice")
    WITHDRAWN = "withdrawn", gettext_lazy("Withdrawn")


_STANDINGS = {
    Standing.ON_TIME: Q(status=Run.Status.DONE, is_late=False),
    Standing.LATE: Q(status=Run.Status.DONE, is_late=True),
    Standing.TWICE: Q(conflicts_with__isnull=False),
}
# A second record of the same task is shown, but the task counts once.
FIRST_RECORDS = Q(conflicts_with__isnull=True)


@dataclass(frozen=True)
class Filter(Days):
    """by: which moment the days are of; checklist: its code, whichever version."""

    by: str = ""
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
        if self.by == Moment.ENDED:
            yield ended(self.since, self.until)
        else:
            yield Q(opens_at__gte=midnight(self.since)) if self.since else Q()
            yield Q(opens_at__lt=midnight(self.until + DAY)) if self.until else Q()
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


def ended(since: date | None, until: date | None) -> Q:
    """应完成: planned, neither excused nor withdrawn, each task once, and its window ended on one of these days.

    A window that ends at midnight belongs to the day that it ends.
    """
    now = timezone.now()
    last = min(midnight(until + DAY), now) if until else now
    begun = Q(closes_at__gt=midnight(since)) if since else Q()
    return COUNTED & FIRST_RECORDS & begun & Q(closes_at__lte=last)


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


KINDS = ("department", "team", "area", "equipment", "checklist")


def choices() -> Names:
    lists = Checklist.objects.exclude(status=Checklist.Status.DRAFT)
    return names_of(
        rows_of("department", Department.objects.filter(kind=Department.Kind.WORKSHOP)),
        rows_of("team", Team.objects.all()),
        rows_of("area", Area.objects.all()),
        rows_of("equipment", Equipment.objects.all()),
        rows_of("checklist", lists, key="code", words="title"),
        kinds=KINDS,
        with_code="equipment",
    )


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
    moment = str(dict(Moment.choices).get(chosen.by, ""))
    said = {
        "period": " ".join(filter(None, (period(chosen.since, chosen.until), moment))),
        **{kind: names[kind].get(str(key), "") for kind in names if (key := getattr(chosen, kind))},
        "frequency": str(dict(Frequency.choices).get(chosen.frequency, "")),
        "status": str(dict(Standing.choices).get(chosen.status, "")),
        "result": str(dict(Run.Result.choices).get(chosen.result, "")),
        "person": chosen.person,
        "words": chosen.words,
    }
    return [Fact(key, label, said[key]) for key, label in _LABELS.items() if said.get(key)]


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
