"""How a contractor stands: from a hundred, less what happened within a year, line by line, so that the number explains itself."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.models import Ban, GatePass, Violation, WorkPermit

# What each of them costs; a company rule.
PER_POINT, PER_STOP, PER_EXPIRED, PER_REFUSED, PER_BAN = 2, 8, 3, 1, 20


@dataclass(frozen=True)
class Score:
    """lines: what, how often, and what it costs."""

    points: int
    lines: list[tuple[str, int, int]]


def scores_of(companies: Collection[int]) -> dict[int, Score]:
    """A fixed number of queries, however many companies there are."""
    since = timezone.now() - relativedelta(years=1)
    of_member = {"member__project__company__in": companies, "at__gte": since}
    by_member = "member__project__company"
    works = WorkPermit.objects.filter(project__company__in=companies, applied_at__gte=since)
    refused = GatePass.objects.filter(**of_member, is_let_in=False)
    counted: list[tuple[str, int, dict[int, int]]] = [
        (_("points of violations"), PER_POINT, _sums(Violation.objects.counted().filter(**of_member), by_member)),
        (_("work stopped"), PER_STOP, _counts(works.filter(status="stopped"), "project__company")),
        (_("permits not handed back in time"), PER_EXPIRED, _expired(works)),
        (_("turned away at the gate"), PER_REFUSED, _counts(refused, by_member)),
        (_("on the blacklist"), PER_BAN, _counts(Ban.objects.in_force().filter(**of_member), by_member)),
    ]
    return {company: _score(company, counted) for company in companies}


def _score(company: int, counted: list[tuple[str, int, dict[int, int]]]) -> Score:
    lines = [(words, found.get(company, 0), cost * found.get(company, 0)) for words, cost, found in counted]
    lines = [line for line in lines if line[1]]
    return Score(max(0, 100 - sum(cost for _words, _n, cost in lines)), lines)


def _counts(rows: Any, by: str) -> dict[int, int]:
    return dict(rows.order_by().values_list(by).annotate(n=Count("pk")))


def _sums(rows: Any, by: str) -> dict[int, int]:
    return dict(rows.order_by().values_list(by).annotate(n=Sum("points")))


def _expired(works: Any) -> dict[int, int]:
    """Those that had begun."""
    rows = works.filter(status="expired").exclude(started_at=None)
    return dict(Counter(rows.values_list("project__company", flat=True)))
