"""Loads the demo factory: everything in one transaction, so that what was interrupted is simply done again."""

import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from billing.actions import open_trial
from core.events import Event, chain
from core.models import LedgerHead
from people.models import User
from portals.operator.demo.plant import NAME, SLUG
from portals.operator.demo.rows import copy_rows
from portals.operator.demo.setup import write_site
from tenants import provisioning
from tenants.current import current_schema, in_factory
from tenants.models import Factory

SEED = 20240601
Say = Callable[[str], None]


def load(say: Say) -> bool:
    """False when it was there already."""
    factory = _factory()
    with in_factory(factory):
        if User.objects.exists():
            return False
        started = time.monotonic()
        # Files of a load that was broken off have no rows.
        shutil.rmtree(Path(settings.MEDIA_ROOT) / current_schema(), ignore_errors=True)
        with transaction.atomic():
            _write(say)
        say(f"ready after {time.monotonic() - started:.0f} s")
    return True


def _factory() -> Factory:
    try:
        return provisioning.find(SLUG)
    except Factory.DoesNotExist:
        factory = provisioning.create_factory(SLUG, NAME, is_demo=True)
        open_trial(factory)
        return factory


def _write(say: Say) -> None:
    now = timezone.localtime()
    say("places and people")
    site = write_site(now.date(), random.Random(SEED))  # noqa: S311 - the same plant every time is the point
    say("ledger")
    _seal(site.events)


def _seal(events: list[Event]) -> None:
    """In the order in which it happened; nobody is told of the past."""
    events.sort(key=lambda event: event.at)
    head = LedgerHead.objects.select_for_update().get()
    chain(head, events)
    fields = ("id", "seq", "name", "subject_type", "subject_id", "actor", "data", "at", "previous", "seal")
    copy_rows(
        Event,
        fields,
        (
            (e.id, e.seq, e.name, e.subject_type, e.subject_id, e.actor_id, e.data, e.at, e.previous, e.seal)
            for e in events
        ),
    )
    head.save()
