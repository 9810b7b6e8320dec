"""Where the hazards of a period stand on their road, and who or what waits now. Read-only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from alerts.models import Alert
from hazards.archive import VALID, Filter, Group, late_now
from hazards.models import Status
from insight.figures import Days, Scope
from inspections.models import Run

MOST_PEOPLE = 8
# The road from the report to the closure, each step with those statuses that stand there.
ROAD: tuple[tuple[str | Promise, Status], ...] = (
    (_("Reported"), Status.REPORTED),
    (_("Level confirmed"), Status.CONFIRMED),
    (_("Assigned"), Status.ASSIGNED),
    (_("Being fixed"), Status.RECTIFYING),
    (_("First review"), Status.FIRST_REVIEW),
    (_("Second review"), Status.SECOND_REVIEW),
    (_("Final review"), Status.FINAL_REVIEW),
    (_("Release"), Status.HEAD_REVIEW),
    (_("Closed"), Status.CLOSED),
)
# Who decides what stands there.
_WHOSE = {
    Status.REPORTED: _("safety officer: confirm the level"),
    Status.CONFIRMED: _("safety officer: assign somebody"),
    Status.FIRST_REVIEW: _("team leader: first review"),
    Status.SECOND_REVIEW: _("safety officer: second review"),
    Status.FINAL_REVIEW: _("leader in charge: final review"),
    Status.HEAD_REVIEW: _("head of the factory: release"),
}


@dataclass(frozen=True)
class Stage:
    """reached: how many came this far; stands: how many are here now; behind: the list of those that stand here."""

    label: str | Promise
    status: str
    reached: int
    stands: int
    behind: Filter


def funnel(scope: Scope, days: Days) -> list[Stage]:
    """Of hazards that were reported in the period; what was merged, unfounded or void is none."""
    found = Filter(*days, department=scope.department).of(scope.hazards()).filter(VALID).order_by()
    counted: dict[str, int] = dict(found.values_list("status").annotate(n=Count("pk")))
    left, stages = sum(counted.values()), []
    for label, status in ROAD:
        stands = counted.get(status, 0)
        behind = Filter(*days, department=scope.department, status=status)
        stages.append(Stage(label, status, left, stands, behind))
        left -= 0 if status == Status.CLOSED else stands
    return stages


@dataclass(frozen=True)
class Waiting:
    """who: a person's name, or whose turn it is; behind: the list of what waits."""

    who: str | Promise
    count: int
    late: int
    behind: Filter


@dataclass(frozen=True)
class Open:
    """checks: open now; alerts: that nobody took yet; people: who fix, the most overdue first; turns: steps of the road."""

    checks: int
    alerts: int
    alert_since: datetime | None
    people: list[Waiting]
    turns: list[Waiting]


def standing(scope: Scope) -> Open:
    runs, alerts = scope.seen(Run), scope.seen(Alert)
    if scope.department:
        runs, alerts = runs.filter(department=scope.department), alerts.filter(department=scope.department)
    unanswered = alerts.open().order_by().aggregate(n=Count("pk"), since=Min("raised_at"))
    checks = runs.due_now().filter(Q(closes_at=None) | Q(closes_at__gt=timezone.now())).count()
    return Open(checks, unanswered["n"], unanswered["since"], _people(scope), _turns(scope))


def _people(scope: Scope) -> list[Waiting]:
    with_them = Filter(group=Group.FIXING).of(scope.hazards()).filter(owner__isnull=False).order_by()
    rows: Any = with_them.values("owner__name", "owner__employee_no").annotate(
        n=Count("pk"), late=Count("pk", filter=late_now())
    )
    rows = rows.order_by("-late", "-n", "owner__name")[:MOST_PEOPLE]
    return [
        Waiting(
            row["owner__name"], row["n"], row["late"],
            Filter(department=scope.department, owner=row["owner__employee_no"] or row["owner__name"], group=Group.FIXING),
        )
        for row in rows
    ]  # fmt: skip


def _turns(scope: Scope) -> list[Waiting]:
    rows: Any = scope.hazards().filter(status__in=list(_WHOSE)).order_by().values("status")
    counted = {row["status"]: row for row in rows.annotate(n=Count("pk"), late=Count("pk", filter=late_now()))}
    return [
        Waiting(who, counted[status]["n"], counted[status]["late"], Filter(department=scope.department, status=status))
        for status, who in _WHOSE.items()
        if status in counted
    ]
