"""告警记录: which alerts there were, and how long it took until somebody came."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Max, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from alerts.models import Alert
from core.archives import DAY, Days, Fact, midnight, period
from core.words import say
from facilities.models import Department


class State(TextChoices):
    OPEN = "open", _("Not taken yet")
    TAKEN = "taken", _("Taken")
    ESCALATED = "escalated", _("Went up a level")


@dataclass(frozen=True)
class Filter(Days):
    """The days on which it was raised. What is empty leaves nothing out; a department with all that belong to it."""

    state: str = ""
    department: int | None = None
    words: str = ""

    def of(self, alerts: QuerySet[Alert]) -> QuerySet[Alert]:
        return alerts.filter(*self._rules())

    def _rules(self) -> Iterator[Q]:
        states = {
            State.OPEN: Q(acknowledged_at=None),
            State.TAKEN: Q(acknowledged_at__isnull=False),
            State.ESCALATED: Q(step__gt=0),
        }
        yield states.get(self.state, Q())  # type: ignore[call-overload]
        if department := self._department:
            yield Q(department__in=department.subtree)
        if self.since:
            yield Q(raised_at__gte=midnight(self.since))
        if self.until:
            yield Q(raised_at__lt=midnight(self.until + DAY))
        if self.words:
            yield Q(line__icontains=self.words)

    @property
    def _department(self) -> Department | None:
        return Department.objects.filter(pk=self.department).first() if self.department else None

    @property
    def facts(self) -> list[Fact]:
        """As people say it."""
        department = self._department
        said = (
            ("period", _("Raised"), period(self.since, self.until)),
            ("state", _("Status"), str(dict(State.choices).get(self.state, ""))),
            ("department", _("Workshop"), say(department.name) if department else ""),
            ("words", _("Words"), self.words),
        )
        return [Fact(*one) for one in said if one[-1]]


class _Median(Aggregate):
    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class Figures:
    """median, slowest: from raised to taken, of those that somebody took."""

    count: int
    taken: int
    escalated: int
    median: timedelta | None
    slowest: timedelta | None


def figures(alerts: QuerySet[Alert]) -> Figures:
    taken = ExpressionWrapper(F("acknowledged_at") - F("raised_at"), DurationField())
    counted = alerts.order_by().aggregate(
        count=Count("pk"),
        taken=Count("acknowledged_at"),
        escalated=Count("pk", filter=Q(step__gt=0)),
        median=_Median(taken),
        slowest=Max(taken),
    )
    return Figures(**counted)
