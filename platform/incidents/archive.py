"""事故台账: which incidents somebody wants to see, as a filter that a page, an export and a person can read."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, TextChoices
from django.utils.translation import gettext_lazy

from core.accidents import Severity
from core.archives import DAY, Days, Fact, Names, midnight, names_of, period, rows_of
from facilities.models import Area, Department, Equipment
from incidents.models import OPEN, IncidentQuerySet, Status


class Group(TextChoices):
    OPEN = "open", gettext_lazy("Case still open")
    CLOSED = "closed", gettext_lazy("Case closed")
    MUST_REPORT = "must_report", gettext_lazy("To be reported")
    DISMISSED = "dismissed", gettext_lazy("Not an incident")


_GROUPS = {
    Group.OPEN: Q(status__in=OPEN),
    Group.CLOSED: Q(status=Status.CLOSED),
    Group.MUST_REPORT: Q(must_report=True) & ~Q(status=Status.DISMISSED),
    Group.DISMISSED: Q(status=Status.DISMISSED),
}


@dataclass(frozen=True)
class Filter(Days):
    """The days on which it happened. injuring: with lost days only. Without a group: all but the dismissed."""

    department: int | None = None
    area: int | None = None
    equipment: int | None = None
    severity: str = ""
    group: str = ""
    injuring: bool = False
    words: str = ""

    def of(self, incidents: IncidentQuerySet) -> IncidentQuerySet:
        return incidents.filter(*self._rules())

    def _rules(self) -> Iterator[Q]:
        yield _GROUPS[Group(self.group)] if self.group else ~Q(status=Status.DISMISSED)
        if self.since:
            yield Q(happened_at__gte=midnight(self.since))
        if self.until:
            yield Q(happened_at__lt=midnight(self.until + DAY))
        equal = {
            "department": self.department, "area": self.area, "equipment": self.equipment, "severity": self.severity,
        }  # fmt: skip
        yield Q(**{name: value for name, value in equal.items() if value})
        if self.injuring:
            yield Q(severity__in=(Severity.MINOR, Severity.SERIOUS, Severity.FATAL))
        for word in self.words.split():
            places = Q(area__name__icontains=word) | Q(equipment__name__icontains=word)
            yield Q(number__icontains=word) | Q(title__icontains=word) | Q(equipment__code__icontains=word) | places


def choices() -> Names:
    return names_of(
        rows_of("department", Department.objects.all()),
        rows_of("area", Area.objects.all()),
        rows_of("equipment", Equipment.objects.all()),
        kinds=("department", "area", "equipment"),
        with_code="equipment",
    )


_LABELS = {
    "period": gettext_lazy("Happened"),
    "department": gettext_lazy("Workshop"),
    "area": gettext_lazy("Area"),
    "equipment": gettext_lazy("Machine"),
    "severity": gettext_lazy("Severity"),
    "group": gettext_lazy("Status"),
    "injuring": gettext_lazy("With lost days"),
    "words": gettext_lazy("Words"),
}


def facts(chosen: Filter, names: Names) -> list[Fact]:
    """The filter as people say it."""
    said: dict[str, Any] = {
        "period": period(chosen.since, chosen.until),
        **{kind: names[kind].get(str(key), "") for kind in names if (key := getattr(chosen, kind))},
        "severity": str(dict(Severity.choices).get(chosen.severity, "")),
        "group": str(dict(Group.choices).get(chosen.group, "")),
        "injuring": str(gettext_lazy("yes")) if chosen.injuring else "",
        "words": chosen.words,
    }
    return [Fact(key, label, said[key]) for key, label in _LABELS.items() if said.get(key)]


def counts(chosen: Filter, incidents: IncidentQuerySet) -> dict[str, int]:
    """By severity, and how many are open."""
    by = {kind.value: Count("pk", filter=Q(severity=kind)) for kind in Severity}
    found = chosen.of(incidents).order_by()
    return found.aggregate(shown=Count("pk"), open=Count("pk", filter=Q(status__in=OPEN)), **by)
