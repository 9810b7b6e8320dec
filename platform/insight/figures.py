"""Figures with their denominators, each by one printed definition. Read-only, within what the reader may see."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet
from django.utils import timezone

from alerts.models import Alert
from hazards.models import Hazard, Status
from inspections.models import Run

PERIOD = timedelta(days=30)


@dataclass(frozen=True)
class Share:
    done: int
    of: int

    @property
    def percent(self) -> float | None:
        """None where there was nothing to do: no figure is better than a false 100 %."""
        return round(100 * self.done / self.of, 1) if self.of else None


def runs_on_time(user, since: datetime, until: datetime) -> Share:
    """准时完成率: checks done within their window, of all whose window closed in the period; excused ones do not count."""
    closed = Run.objects.visible_to(user).counted().filter(closes_at__gt=since, closes_at__lte=until)
    return _share(closed, Q(status=Run.Status.DONE, is_late=False))


def hazards_closed(user, since: datetime, until: datetime) -> Share:
    """闭环率: closed ones of those whose limit fell into the period; merged and unfounded reports do not count."""
    wanted = Hazard.objects.visible_to(user).proven().filter(due_at__gt=since, due_at__lte=until)
    wanted = wanted.exclude(status__in=(Status.MERGED, Status.REJECTED, Status.VOIDED))
    return _share(wanted, Q(status=Status.CLOSED))


def _share(rows: QuerySet[Any], done: Q) -> Share:
    return Share(**rows.aggregate(done=Count("pk", filter=done), of=Count("pk")))


def days_to_close(user, since: datetime, until: datetime) -> float | None:
    """平均整改周期: mean of closure minus confirmation, in days, of hazards closed in the period."""
    closed = (
        Hazard.objects.visible_to(user)
        .proven()
        .filter(closed_at__gt=since, closed_at__lte=until, confirmed_at__isnull=False)
    )
    mean = closed.aggregate(mean=Avg(F("closed_at") - F("confirmed_at")))["mean"]
    return round(mean / timedelta(days=1), 1) if mean else None


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
    closed: Share
    days: float | None
    minutes: float | None
    open: int
    overdue: int


def overview(user) -> Overview:
    """The last 30 days, and what is open now."""
    until = timezone.now()
    period = (user, until - PERIOD, until)
    is_over = Q(due_at__lt=until)
    standing = Hazard.objects.visible_to(user).open().aggregate(open=Count("pk"), overdue=Count("pk", filter=is_over))
    return Overview(
        on_time=runs_on_time(*period),
        closed=hazards_closed(*period),
        days=days_to_close(*period),
        minutes=minutes_to_answer(*period),
        **standing,
    )
