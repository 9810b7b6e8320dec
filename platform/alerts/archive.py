"""告警记录: which alerts there were, and how long it took until somebody came."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Max, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from alerts.models import Alert
from facilities.models import Department


class State(TextChoices):
    OPEN = "open", _("Not taken yet")
    TAKEN = "taken", _("Taken")
    ESCALATED = "escalated", _("Went up a level")


@dataclass(frozen=True)
class Filter:
    """What is empty leaves nothing out."""

    state: str = ""
    department: Department | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: str = ""

    def of(self, alerts: QuerySet[Alert]) -> QuerySet[Alert]:
        states = {
            State.OPEN: Q(acknowledged_at=None),
            State.TAKEN: Q(acknowledged_at__isnull=False),
            State.ESCALATED: Q(step__gt=0),
        }
        alerts = alerts.filter(states.get(self.state, Q()))  # type: ignore[call-overload]
        if self.department:
            alerts = alerts.filter(department__in=self.department.subtree)
        if self.since:
            alerts = alerts.filter(raised_at__gte=self.since)
        if self.until:
            alerts = alerts.filter(raised_at__lt=self.until)
        return alerts.filter(line__icontains=self.words) if self.words else alerts


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
