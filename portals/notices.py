"""公示 and 通报: what the people of the factory read of hazards, with shortened names."""

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from hazards.archive import VALID
from hazards.models import OPEN, Hazard, Status
from people.masks import masked

KEPT = timedelta(days=90)
_ROW = (
    "id", "number", "title", "description", "level", "is_legal_major", "status", "reported_at", "due_at", "closed_at",
    "equipment__name", "area__name", "department__name", "owner__name", "reporter__name", "published_on",
    "published_where",
)  # fmt: skip
_STATUSES = dict(Status.choices)


def current(hazards: QuerySet[Hazard]) -> QuerySet[Hazard]:
    """Open ones, and those that were closed in the last 90 days."""
    closed = Q(status=Status.CLOSED, closed_at__gte=timezone.now() - KEPT)
    return hazards.filter(VALID, Q(status__in=OPEN) | closed)


def lines(hazards: QuerySet[Hazard]) -> list[dict[str, Any]]:
    return [_line(row) for row in hazards.order_by("-reported_at", "-id").values(*_ROW)]


def _line(row: dict[str, Any]) -> dict[str, Any]:
    return row | {
        "place": row["equipment__name"] or row["area__name"],
        "department": row["department__name"],
        "owner": masked(row["owner__name"] or ""),
        "reporter": masked(row["reporter__name"] or ""),
        "state": _STATUSES[row["status"]],
        "is_open": row["status"] in OPEN,
    }
