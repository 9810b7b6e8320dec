"""Figures with their denominators, each by one printed definition. Read-only, within what the reader may see."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet
from django.utils import timezone

from alerts.models import Alert
from core.share import Share
from core.zone import zone
from hazards.models import Hazard
from insight.hazards import FIGURES, Value, total
from inspections.models import Run

PERIOD = timedelta(days=30)
BY_KEY = {figure.key: figure for figure in FIGURES}


def runs_on_time(user, since: datetime, until: datetime) -> Share:
    """准时完成率: checks done within their window, of all whose window closed in the period; excused ones do not count."""
    closed = Run.objects.visible_to(user).counted().filter(closes_at__gt=since, closes_at__lte=until)
    return _share(closed, Q(status=Run.Status.DONE, is_late=False))


def _share(rows: QuerySet[Any], done: Q) -> Share:
    return Share(**rows.aggregate(done=Count("pk", filter=done), of=Count("pk")))


def minutes_to_answer(user, since: datetime, until: datetime) -> float | None:
    """平均响应时间: mean of the first acknowledgement minus the alert, in minutes."""
    taken = Alert.objects.visible_to(user).filter(
        raised_at__gt=since, raised_at__lte=until, acknowledged_at__isnull=False
    )
    mean = taken.aggregate(mean=Avg(F("acknowledged_at") - F("raised_at")))["mean"]
    return round(mean / timedelta(minutes=1), 1) if mean else None


@dataclass(frozen=True)
class Overview:
    on_time: Share
    closed: Value
    time: Value
    minutes: float | None
    open: int
    overdue: int


def overview(user) -> Overview:
    """The last 30 days, and what is open now."""
    until = timezone.now()
    period = (user, until - PERIOD, until)
    today = timezone.localdate(timezone=zone())
    days = today - PERIOD + timedelta(days=1), today
    tally = total(user, days)
    is_over = Q(due_at__lt=until)
    standing = Hazard.objects.visible_to(user).open().aggregate(open=Count("pk"), overdue=Count("pk", filter=is_over))
    return Overview(
        on_time=runs_on_time(*period),
        closed=tally.value(BY_KEY["closed_loop"]),
        time=tally.value(BY_KEY["days"]),
        minutes=minutes_to_answer(*period),
        **standing,
    )
