from datetime import datetime, timedelta

from django.utils import timezone

from billing import clock
from billing.actions import cards
from billing.actions.trial import settle
from billing.models import CardEvent, Subscription
from tenants import due
from tenants.current import current_factory

FAIR = timedelta(days=14)


@due.handler("billing.tell")
def tell(event: str, at: str) -> None:
    subscription = Subscription.objects.select_related("factory").filter(factory=current_factory()).first()
    if subscription:
        clock.tell(subscription, event, datetime.fromisoformat(at))


@due.handler("billing.begin")
def begin() -> None:
    """Of a factory that was here before anybody paid."""
    subscription = Subscription.objects.select_related("factory").filter(factory=current_factory()).first()
    if subscription:
        subscription.ends_at = max(subscription.ends_at, timezone.now() + FAIR)
        subscription.save()
        settle(subscription)


@due.handler("billing.look", lease=timedelta(minutes=2))
def look(event: str) -> None:
    row = CardEvent.objects.get(pk=event)
    if row.handled_at is None:
        cards.look(row)
