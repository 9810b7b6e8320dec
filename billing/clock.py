"""When a factory is told that its time ends: a week and a day before, when settings stop, a week before only reading is
left, and then. What is told last is twice before anything could ever be removed."""

from datetime import datetime, timedelta

from django.utils import timezone

from billing.models import Subscription
from core.events import action, emit
from tenants import due
from tenants.standing import SAFETY_ONLY_LASTS

KEY = "subscription"
WEEK, DAY = timedelta(days=7), timedelta(days=1)


def steps(subscription: Subscription) -> list[tuple[datetime, str]]:
    """Moment and event, in order; nothing before the end of what renews by itself."""
    stops = subscription.open_until
    if stops is None:
        return []
    early = [] if subscription.renews else [(stops - WEEK, "subscription.ending"), (stops - DAY, "subscription.ending")]
    closes = stops + SAFETY_ONLY_LASTS
    return [
        *early,
        (stops, "subscription.limited"),
        (closes - WEEK, "subscription.closing"),
        (closes, "subscription.closed"),
    ]


def wind(subscription: Subscription, after: datetime | None = None) -> None:
    """The row for the next step, in the current factory."""
    passed = after or timezone.now()
    coming = next(((at, name) for at, name in steps(subscription) if at > passed), None)
    if coming:
        due.at(coming[0], "billing.tell", key=KEY, event=coming[1], at=coming[0].isoformat())
    else:
        due.cancel(key=KEY)


@action
def tell(subscription: Subscription, event: str, at: datetime) -> None:
    if (at, event) not in steps(subscription):
        return  # it was paid in the meantime
    stops = subscription.open_until or at
    closes = stops + SAFETY_ONLY_LASTS
    ends = stops if event == "subscription.ending" else closes
    emit(
        event, subscription, by=None, days=max(0, round((ends - at) / DAY)), day=f"{timezone.localtime(ends):%Y-%m-%d}"
    )
    wind(subscription, after=at)
