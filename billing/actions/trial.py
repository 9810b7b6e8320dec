"""How long a factory may work as it likes, and what follows from a change of that."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from billing import clock
from billing.bands import BANDS
from billing.models import Subscription
from core.errors import WrongStatus
from core.events import action, emit
from tenants.current import in_factory
from tenants.models import Factory

TRIAL = timedelta(days=30)


@transaction.atomic
def open_trial(factory: Factory, size: str = BANDS[0].code) -> Subscription:
    """Thirty days, no card; a factory has one trial. size: the code of its band."""
    begins = {"plan": Subscription.Plan.TRIAL, "ends_at": timezone.now() + TRIAL, "band": size}
    subscription, is_new = Subscription.objects.get_or_create(factory=factory, defaults=begins)
    if is_new:
        settle(subscription)
    return subscription


@transaction.atomic
def give_time(subscription: Subscription, days: int) -> Subscription:
    """A longer trial, or a kindness; never of what a card renews."""
    subscription = Subscription.objects.select_for_update().select_related("factory").get(pk=subscription.pk)
    if subscription.renews:
        raise WrongStatus(_("This factory pays by card, whose service keeps the dates."))
    subscription.ends_at = max(subscription.ends_at, timezone.now()) + timedelta(days=days)
    subscription.version += 1
    subscription.save()
    settle(subscription)

    @action
    def note() -> None:
        emit(
            "subscription.given",
            subscription,
            by=None,
            days=days,
            day=f"{timezone.localtime(subscription.ends_at):%Y-%m-%d}",
        )

    with in_factory(subscription.factory):
        note()
    return subscription


def settle(subscription: Subscription) -> None:
    """After each change of its dates: until when the factory stands open, and when the clock speaks next."""
    Factory.objects.filter(pk=subscription.factory_id).update(open_until=subscription.open_until)
    with in_factory(subscription.factory):
        clock.wind(subscription)
