from datetime import timedelta

from django.utils import timezone

from billing.models import Subscription
from tenants.models import Factory

TRIAL = timedelta(days=30)


def open_trial(factory: Factory) -> Subscription:
    """Thirty days, no card; a factory has one trial."""
    subscription, _created = Subscription.objects.get_or_create(
        factory=factory, defaults={"plan": Subscription.Plan.TRIAL, "ends_at": timezone.now() + TRIAL}
    )
    return subscription
