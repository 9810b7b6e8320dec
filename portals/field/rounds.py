"""Runs as people walk them: those of one plan and moment are one round, in the order of its route."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Max

from inspections.models import Run


@dataclass
class Round:
    """stops: how many the whole route has, also those that somebody has done already; skipped: whose machine is locked."""

    runs: list[Run]
    stops: int
    skipped: list[Run] = field(default_factory=list)

    @property
    def first(self) -> Run:
        return self.runs[0]


def rounds_of(runs: Iterable[Run]) -> list[Round]:
    """In the order of their first runs."""
    found: dict[tuple, list[Run]] = {}
    for run in runs:
        found.setdefault((run.plan_id or f"run {run.pk}", run.opens_at), []).append(run)
    rows = Run.objects.filter(plan__in={plan for plan, _at in found if isinstance(plan, int)})
    rows = rows.filter(opens_at__in={at for _plan, at in found}).exclude(status=Run.Status.WITHDRAWN)
    routes = rows.order_by().values("plan", "opens_at").annotate(stops=Max("stop"))
    stops = {(row["plan"], row["opens_at"]): row["stops"] for row in routes}
    locked: dict[tuple, list[Run]] = {}
    skipped = rows.filter(status=Run.Status.EXCUSED, pause__stop_use__isnull=False).order_by("stop")
    for run in skipped.select_related("equipment", "area", "pause"):
        locked.setdefault((run.plan_id, run.opens_at), []).append(run)
    return [
        Round(sorted(row, key=lambda run: run.stop), stops.get(key, 1), locked.get(key, []))
        for key, row in found.items()
    ]
