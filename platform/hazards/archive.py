"""台账: which hazards somebody wants to see, as a filter that a page, a figure, an export and a person can read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy

from core.archives import DAY, Days, Fact, Names, midnight, names_of, period, rows_of
from facilities.models import Area, Department, Equipment
from hazards.models import OPEN, Category, Hazard, Level, Status
from people.models import User

ASIDE = (Status.MERGED, Status.REJECTED, Status.VOIDED)
# What counts in every figure: a report that was merged, unfounded or void is no hazard.
VALID = ~Q(status__in=ASIDE)

EARLY = Q(status=Status.CLOSED, closed_at__lt=F("due_at"))


class Group(TextChoices):
    """How far a hazard is, as people ask for it."""

    OPEN = "open", gettext_lazy("Not closed yet")
    NEW = "new", gettext_lazy("To confirm")
    FIXING = "fixing", gettext_lazy("Being fixed")
    REVIEW = "review", gettext_lazy("In review")
    CLOSED = "closed", gettext_lazy("Closed")
    ASIDE = "aside", gettext_lazy("Set aside")
    VALID = "valid", gettext_lazy("Open and closed")


_GROUPS = {
    Group.OPEN: Q(status__in=OPEN),
    Group.NEW: Q(status=Status.REPORTED),
    Group.FIXING: Q(status__in=(Status.CONFIRMED, Status.ASSIGNED, Status.RECTIFYING)),
    Group.REVIEW: Q(status__in=(Status.FIRST_REVIEW, Status.SECOND_REVIEW, Status.FINAL_REVIEW, Status.HEAD_REVIEW)),
    Group.CLOSED: Q(status=Status.CLOSED),
    Group.ASIDE: Q(status__in=ASIDE),
    Group.VALID: VALID,
}


class Moment(TextChoices):
    """Which day of a hazard's life must fall into the period."""

    REPORTED = "reported", gettext_lazy("found")
    CLOSED = "closed", gettext_lazy("closed")
    TO_CLOSE = "due", gettext_lazy("to be closed")


class Legal(TextChoices):
    """The law knows two: serious ones are general there, and major is only what a clause names."""

    MAJOR = "major", gettext_lazy("Legally major")
    GENERAL = "general", gettext_lazy("Legally general")


class Late(TextChoices):
    NOW = "now", gettext_lazy("Open and over the limit")
    EVER = "ever", gettext_lazy("Not closed in time")


class Tries(TextChoices):
    ONE = "one", gettext_lazy("Accepted at the first try")
    MORE = "more", gettext_lazy("Returned at least once")


@dataclass(frozen=True)
class Filter(Days):
    """by: which moment the days are of; category: its code; owner: name, number or phone of who fixes it.

    group: how far it is; status: the very step where it stands. proven: without what was read in as closed.
    """

    by: str = ""
    department: int | None = None
    area: int | None = None
    equipment: int | None = None
    category: str = ""
    level: str = ""
    legal: str = ""
    urgent: bool = False
    source: str = ""
    group: str = ""
    status: str = ""
    owner: str = ""
    late: str = ""
    tries: str = ""
    repeat: bool = False
    proven: bool = False
    words: str = ""

    def of(self, hazards: QuerySet[Hazard]) -> QuerySet[Hazard]:
        return hazards.filter(self.rule)

    @property
    def rule(self) -> Q:
        rule = Q()
        for part in self._rules():
            rule &= part
        return rule

    def _rules(self) -> Iterator[Q]:
        yield during(self.by, self.since, self.until)
        equal = {
            "department": self.department, "area": self.area, "equipment": self.equipment,
            "category__code": self.category, "level": self.level, "source": self.source, "is_urgent": self.urgent,
            "status": self.status,
        }  # fmt: skip
        yield Q(**{name: value for name, value in equal.items() if value})
        yield _GROUPS[Group(self.group)] if self.group else Q()
        yield Q(is_legal_major=self.legal == Legal.MAJOR) if self.legal else Q()
        yield Q(round=1) if self.tries == Tries.ONE else Q(round__gt=1) if self.tries else Q()
        yield Q(repeat_of__isnull=False) if self.repeat else Q()
        yield ~Q(source=Hazard.Source.IMPORT, status=Status.CLOSED) if self.proven else Q()
        yield {Late.NOW: late_now, Late.EVER: late_ever}[Late(self.late)]() if self.late else Q()
        if self.owner:
            yield Q(owner__in=_people(self.owner))
        yield from map(_holds, self.words.split())


def late_now() -> Q:
    return Q(status__in=OPEN, due_at__lt=timezone.now())


def late_ever() -> Q:
    """Closed after its limit, or still open behind it."""
    return Q(status=Status.CLOSED, closed_at__gt=F("due_at")) | late_now()


def during(by: str, since: date | None, until: date | None) -> Q:
    """The moment in question falls on one of these days."""
    begin = midnight(since) if since else None
    end = midnight(until + DAY) if until else None
    if by == Moment.TO_CLOSE:
        return _to_close(begin, end)
    if by == Moment.CLOSED:
        return Q(status=Status.CLOSED) & _between("closed_at", begin, end)
    return _between("reported_at", begin, end)


def _to_close(begin: datetime | None, end: datetime | None) -> Q:
    """应闭环: its limit fell into the period, or it was closed early in it; so each counts once, and none before its day."""
    now = timezone.now() + timedelta(microseconds=1)
    end = min(end, now) if end else now
    at_limit = (~Q(status=Status.CLOSED) | Q(closed_at__gte=F("due_at"))) & _between("due_at", begin, end)
    return VALID & (at_limit | (EARLY & _between("closed_at", begin, end)))


def _between(column: str, begin: datetime | None, end: datetime | None) -> Q:
    ends = {f"{column}__gte": begin, f"{column}__lt": end}
    return Q(**{name: value for name, value in ends.items() if value})


def _people(words: str) -> list[int]:
    found = Q(name__icontains=words) | Q(employee_no__iexact=words) | Q(phone=words)
    return list(User.objects.filter(found).values_list("pk", flat=True))


def _holds(word: str) -> Q:
    """The word stands in the number, in what is wrong, what was done, the clause, or the place."""
    place = Q(code__icontains=word) | Q(name__icontains=word)
    written = Q()
    for column in ("number", "title", "description", "measure", "cause", "clause"):
        written |= Q(**{f"{column}__icontains": word})
    return written | Q(equipment__in=Equipment.objects.filter(place)) | Q(area__in=Area.objects.filter(place))


def choices() -> Names:
    return names_of(
        rows_of("department", Department.objects.all()),
        rows_of("area", Area.objects.all()),
        rows_of("equipment", Equipment.objects.all()),
        rows_of("category", Category.objects.all(), key="code"),
        kinds=("department", "area", "equipment", "category"),
        with_code="equipment",
    )


_LABELS = {
    "period": gettext_lazy("Period"),
    "department": gettext_lazy("Workshop"),
    "area": gettext_lazy("Area"),
    "equipment": gettext_lazy("Machine"),
    "category": gettext_lazy("Kind"),
    "level": gettext_lazy("Level"),
    "legal": gettext_lazy("By the law"),
    "urgent": gettext_lazy("Urgent"),
    "source": gettext_lazy("Found by way of"),
    "group": gettext_lazy("Status"),
    "status": gettext_lazy("Step"),
    "owner": gettext_lazy("Who fixes it"),
    "late": gettext_lazy("Limit"),
    "tries": gettext_lazy("Acceptance"),
    "repeat": gettext_lazy("Again"),
    "proven": gettext_lazy("Without what was read in as closed"),
    "words": gettext_lazy("Words"),
}
_CHOICES: dict[str, Any] = {
    "level": Level, "legal": Legal, "source": Hazard.Source, "group": Group, "status": Status, "late": Late, "tries": Tries,
}  # fmt: skip


def facts(chosen: Filter, names: Names) -> list[Fact]:
    """The filter as people say it; what is not asked for is left out, but the period is always said."""
    days, moment = period(chosen.since, chosen.until), dict(Moment.choices).get(chosen.by or Moment.REPORTED)
    said = {
        "period": days if chosen.since is chosen.until is None else f"{days} {moment}",
        **{kind: names[kind].get(str(key), "") for kind in names if (key := getattr(chosen, kind))},
        **{key: str(dict(kind.choices).get(getattr(chosen, key), "")) for key, kind in _CHOICES.items()},
        "urgent": "✓" if chosen.urgent else "",
        "repeat": "✓" if chosen.repeat else "",
        "proven": "✓" if chosen.proven else "",
        "owner": chosen.owner,
        "words": chosen.words,
    }
    return [Fact(key, label, said[key]) for key, label in _LABELS.items() if said.get(key)]


@dataclass(frozen=True)
class Figures:
    shown: int
    open: int
    late: int
    closed: int
    major: int


def figures(chosen: Filter, hazards: QuerySet[Hazard]) -> Figures:
    kinds = {
        "open": Q(status__in=OPEN),
        "late": late_now(),
        "closed": Q(status=Status.CLOSED),
        "major": VALID & Q(is_legal_major=True),
    }
    counts = {name: Count("pk", filter=fits) for name, fits in kinds.items()}
    return Figures(**chosen.of(hazards).order_by().aggregate(shown=Count("pk"), **counts))
