"""风险清单: which risks somebody wants to see, as a filter that a page, an export and a person can read."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, TextChoices
from django.utils.translation import gettext_lazy

from core.accidents import accident_words
from core.archives import Days, Fact, Names, names_of, period, rows_of
from facilities.calendar import today
from facilities.models import Area, Department, Equipment, RiskColour
from risks.models import Proposal, RiskQuerySet


class Standing(TextChoices):
    OVERDUE = "overdue", gettext_lazy("To be looked at anew")
    PROPOSED = "proposed", gettext_lazy("New rating proposed")
    RETIRED = "retired", gettext_lazy("Out of the register")


@dataclass(frozen=True)
class Filter(Days):
    """The days that the next look falls on. Without a standing: all that are in the register."""

    department: int | None = None
    area: int | None = None
    equipment: int | None = None
    colour: str = ""
    accident: str = ""
    standing: str = ""
    words: str = ""

    def of(self, risks: RiskQuerySet) -> RiskQuerySet:
        return risks.filter(*self._rules())

    def _rules(self) -> Iterator[Q]:
        yield Q(retired_at__isnull=self.standing != Standing.RETIRED)
        equal = {
            "review_on__gte": self.since, "review_on__lte": self.until, "area__department": self.department,
            "area": self.area, "equipment": self.equipment, "colour": self.colour, "accident": self.accident,
        }  # fmt: skip
        yield Q(**{name: value for name, value in equal.items() if value})
        if self.standing == Standing.OVERDUE:
            yield _late()
        if self.standing == Standing.PROPOSED:
            yield _proposed()
        for word in self.words.split():
            yield (
                Q(number__icontains=word)
                | Q(name__icontains=word)
                | Q(factors__icontains=word)
                | Q(area__in=Area.objects.filter(name__icontains=word))
                | Q(equipment__in=Equipment.objects.filter(Q(name__icontains=word) | Q(code__icontains=word)))
            )


def _late() -> Q:
    return Q(review_on__lt=today())


def _proposed() -> Q:
    return Q(pk__in=Proposal.objects.filter(decided_at=None).values("risk"))


def choices() -> Names:
    return names_of(
        rows_of("department", Department.objects.all()),
        rows_of("area", Area.objects.all()),
        rows_of("equipment", Equipment.objects.all()),
        kinds=("department", "area", "equipment"),
        with_code="equipment",
    )


_LABELS = {
    "period": gettext_lazy("Next look"),
    "department": gettext_lazy("Workshop"),
    "area": gettext_lazy("Area"),
    "equipment": gettext_lazy("Machine"),
    "colour": gettext_lazy("Risk"),
    "accident": gettext_lazy("Kind of accident"),
    "standing": gettext_lazy("Status"),
    "words": gettext_lazy("Words"),
}


def facts(chosen: Filter, names: Names) -> list[Fact]:
    """The filter as people say it."""
    said: dict[str, Any] = {
        "period": period(chosen.since, chosen.until),
        **{kind: names[kind].get(str(key), "") for kind in names if (key := getattr(chosen, kind))},
        "colour": str(dict(RiskColour.choices).get(chosen.colour, "")),
        "accident": accident_words(chosen.accident) if chosen.accident else "",
        "standing": str(dict(Standing.choices).get(chosen.standing, "")),
        "words": chosen.words,
    }
    return [Fact(key, label, said[key]) for key, label in _LABELS.items() if said.get(key)]


@dataclass(frozen=True)
class Figures:
    shown: int
    red: int
    orange: int
    yellow: int
    blue: int
    late: int
    proposed: int


def figures(chosen: Filter, risks: RiskQuerySet) -> Figures:
    counts = {colour.value: Count("pk", filter=Q(colour=colour)) for colour in RiskColour}
    counts |= {"late": Count("pk", filter=_late()), "proposed": Count("pk", filter=_proposed())}
    return Figures(**chosen.of(risks).order_by().aggregate(shown=Count("pk"), **counts))
