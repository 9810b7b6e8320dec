import logging
import time

from celery import shared_task

from tenants import due, provisioning

log = logging.getLogger(__name__)


@shared_task(name="tenants.run_due")
def run_due(seconds: float = 20) -> None:
    """Works off what is due, for a bounded time so that a stopping worker need not wait long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and due.run_one():
        pass


@due.handler("tenants.fill_pool")
def fill_pool() -> None:
    provisioning.fill_pool()
