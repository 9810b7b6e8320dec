"""台账: which self-inspections somebody wants to see, as a filter that a page, an export and a person can read."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Avg, Count, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy

from core.archives import Days, Fact, Names, period
from facilities.calendar import today
from partners.models import ANSWERABLE, Company, Grade, SelfInspection
from partners.scoring import POOR


class Standing(TextChoices):
    """How far a report is, as people ask for it."""

    OPEN = "open", gettext_lazy("To be filled in")
    LATE = "late", gettext_lazy("Late")
    SUBMITTED = "submitted", gettext_lazy("Waits for the factory")
    ACCEPTED = "accepted", gettext_lazy("Accepted")
    RETURNED = "returned", gettext_lazy("Returned")


@dataclass(frozen=True)
class Filter(Days):
    """The days that the end of a report's period falls on; words: in the company's name."""

    company: int | None = None
    grade: str = ""
    standing: str = ""
    words: str = ""

    def of(self, reports: QuerySet[SelfInspection]) -> QuerySet[SelfInspection]:
        return reports.filter(*self._rules())

    def _rules(self) -> Iterator[Q]:
        ends = {"ends_on__gte": self.since, "ends_on__lte": self.until}
        equal = {"company": self.company, "grade": self.grade}
        yield Q(**{name: value for name, value in (ends | equal).items() if value})
        if self.standing:
            yield _late() if self.standing == Standing.LATE else Q(status=self.standing)
        yield from (Q(company__name__icontains=word) for word in self.words.split())


def _late() -> Q:
    return Q(status__in=ANSWERABLE, due_on__lt=today())


def choices() -> Names:
    rows = Company.objects.suppliers().order_by("name").values_list("pk", "name")
    return {"company": {str(pk): name for pk, name in rows}}


_LABELS = {
    "period": gettext_lazy("Period"),
    "company": gettext_lazy("Company"),
    "grade": gettext_lazy("Grade"),
    "standing": gettext_lazy("Status"),
    "words": gettext_lazy("Words"),
}


def facts(chosen: Filter, names: Names) -> list[Fact]:
    """The filter as people say it; the period is always said."""
    said = {
        "period": period(chosen.since, chosen.until),
        "company": names["company"].get(str(chosen.company), "") if chosen.company else "",
        "grade": chosen.grade,
        "standing": str(dict(Standing.choices).get(chosen.standing, "")),
        "words": chosen.words,
    }
    return [Fact(key, label, said[key]) for key, label in _LABELS.items() if said[key]]


@dataclass(frozen=True)
class Figures:
    """mean: of the scores; poor: C and D."""

    shown: int
    graded: int
    mean: float | None
    poor: int
    late: int


def figures(chosen: Filter, reports: QuerySet[SelfInspection]) -> Figures:
    graded = Q(status__in=(SelfInspection.Status.SUBMITTED, SelfInspection.Status.ACCEPTED))
    counts = {
        "shown": Count("pk"),
        "graded": Count("pk", filter=graded),
        "mean": Avg("score", filter=graded),
        "poor": Count("pk", filter=graded & Q(grade__in=POOR)),
        "late": Count("pk", filter=_late()),
    }
    found = chosen.of(reports).order_by().aggregate(**counts)
    return Figures(**found | {"mean": None if found["mean"] is None else round(float(found["mean"]), 1)})


GRADES = Grade.choices
