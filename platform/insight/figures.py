"""Figures with their denominators, each by one printed definition. Read-only, within what the reader may see."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Avg, F
from django.utils import timezone

from alerts.models import Alert
from core.zone import zone
from hazards.models import Hazard
from insight.hazards import FIGURES, Value, total
from insight.share import Share
from inspections.models import Run

PERIOD = timedelta(days=30)
BY_KEY = {figure.key: figure for figure in FIGURES}


def runs_on_time(user, since: datetime, until: datetime) -> Share:
    """准时完成率: checks done within their window, of all whose window closed in the period; excused ones do not count."""
    closed = Run.objects.visible_to(user).counted().filter(closes_at__gt=since, closes_at__lte=until)
    return Share(closed.filter(status=Run.Status.DONE, is_late=False).count(), closed.count())


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
    hazards, tally = Hazard.objects.visible_to(user), total(user, days)
    return Overview(
        on_time=runs_on_time(*period),
        closed=tally.value(BY_KEY["closed_loop"]),
        time=tally.value(BY_KEY["days"]),
        minutes=minutes_to_answer(*period),
        open=hazards.open().count(),
        overdue=hazards.overdue().count(),
    )
