import logging
import subprocess
import sys
import time
from datetime import timedelta

from celery import shared_task
from django.conf import settings

from tenants import due, provisioning
from tenants.models import SchemaUpgrade

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


@due.handler("tenants.upgrade_again", lease=timedelta(hours=1))
def upgrade_again(factories: list[int]) -> None:
    """Those that an operator asked for, by the command and so as the owner, which this process is not."""
    waiting = SchemaUpgrade.objects.filter(factory__in=factories, status=SchemaUpgrade.Status.WAITING)
    slugs = [provisioning.slug_of(row.factory) for row in waiting.select_related("factory")]
    if slugs:
        command = [sys.executable, str(settings.ROOT / "manage.py"), "bootstrap", "--tolerant", "--factory", *slugs]
        subprocess.run(command, check=True)
