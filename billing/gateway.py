"""The card service (Stripe): the only place that speaks to it. Keys come from the environment; without one there is none."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import stripe
from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import DomainError

SECONDS = 10


def is_there() -> bool:
    return bool(settings.STRIPE_KEY)


@cache
def _client(key: str, base: str) -> stripe.StripeClient:
    where: Any = {"base_addresses": {"api": base}} if base else {}
    return stripe.StripeClient(key, http_client=stripe.RequestsClient(timeout=SECONDS), max_network_retries=2, **where)


def api() -> Any:
    """The SDK's client, whose calls raise stripe.StripeError."""
    return _client(settings.STRIPE_KEY, settings.STRIPE_API).v1


@contextmanager
def answering() -> Iterator[None]:
    """For a person who waits: what the service refuses, or its silence, is a sentence that says what to do."""
    try:
        yield
    except stripe.StripeError as error:
        raise DomainError(
            _(
                "The payment page cannot be opened right now. Nothing was charged. Try again in a minute, or pay by transfer."
            )
        ) from error


def signed_event(body: bytes, signature: str) -> Any:
    """Raises SignatureVerificationError for what the service did not sign, or signed long ago; ValueError for no JSON."""
    return stripe.Webhook.construct_event(body, signature, settings.STRIPE_WEBHOOK_SECRET).to_dict()
