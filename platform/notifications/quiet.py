"""When phones stay silent, and when the summaries go: by the factory's own clock."""

from datetime import UTC, date, datetime, time, timedelta

from core.zone import zone
from notifications.models import QuietHours

_DAY = timedelta(days=1)


def hours() -> QuietHours:
    """What the factory decided, or the usual hours."""
    return QuietHours.objects.first() or QuietHours()


def quiet_until(moment: datetime) -> datetime | None:
    """When the silence ends that the moment falls into; None outside of it."""
    kept = hours()
    local = moment.astimezone(zone())
    at, starts, ends = local.time().replace(tzinfo=None), kept.starts_at, kept.ends_at
    if starts <= ends:
        return _moment(local.date(), ends) if starts <= at < ends else None
    if at >= starts:
        return _moment(local.date() + _DAY, ends)
    return _moment(local.date(), ends) if at < ends else None


def next_digest(after: datetime) -> datetime:
    """An hour that is skipped when clocks are put forward moves with them; one that comes twice counts once."""
    today = after.astimezone(zone()).date()
    times = [time.fromisoformat(text) for text in hours().digests_at]
    moments = [_moment(today + day * _DAY, at) for day in range(3) for at in times]
    return min(moment for moment in moments if moment > after)


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, zone()).astimezone(UTC)
