import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from billing.actions import open_trial
from billing.models import Subscription
from people.permissions import Role
from tests import make
from tests.billing import card_service


@pytest.fixture
def trial(factory) -> Subscription:
    """Thirty days from now."""
    cache.clear()
    return open_trial(factory, "100")


@pytest.fixture
def administrator(browser, trial):
    administrator = make.person(Role.ADMIN)
    browser.force_login(administrator)
    return administrator


@pytest.fixture
def service(settings):
    """The card service on loopback, and the product set up for it."""
    with card_service.running() as service:
        settings.STRIPE_KEY, settings.STRIPE_API = "key-of-the-tests", service.address
        settings.STRIPE_WEBHOOK_SECRET = card_service.SECRET
        yield service


@pytest.fixture
def tell():
    """Sends an event to the product, as the service does; returns the status of the answer."""
    stranger = Client(HTTP_HOST=settings.BASE_DOMAIN)

    def tell(body: bytes, signature: str) -> int:
        headers = {"HTTP_STRIPE_SIGNATURE": signature}
        return stranger.post("/stripe/webhook/", body, content_type="application/json", **headers).status_code

    return tell
