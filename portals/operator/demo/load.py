"""Loads the demo factory: everything in one transaction, so that what was interrupted is simply done again."""

import random
import shutil
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import yaml
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from billing.actions import open_trial
from core.events import Event, chain, held_back
from core.models import LedgerHead
from inspections.models import Item
from people.models import User
from portals.operator.demo.adoption import write_adoption
from portals.operator.demo.alarms import tell_alarms, write_duties
from portals.operator.demo.cases import make_cases
from portals.operator.demo.checks import Question, make_checks, routines
from portals.operator.demo.classes import write_classes
from portals.operator.demo.contractors import write_contractors
from portals.operator.demo.courses import write_courses, write_exam
from portals.operator.demo.group import write_group, write_talk
from portals.operator.demo.incidents import write_incidents
from portals.operator.demo.licences import write_licences
from portals.operator.demo.majors import write_major
from portals.operator.demo.notices import tell_story
from portals.operator.demo.plant import NAME, SLUG
from portals.operator.demo.records import write_records
from portals.operator.demo.risks import write_risks
from portals.operator.demo.robots import write_robots
from portals.operator.demo.rows import copy_rows
from portals.operator.demo.sensors import write_sensors
from portals.operator.demo.setup import write_plans, write_site
from portals.operator.demo.suppliers import write_suppliers
from portals.operator.demo.tips import write_tip
from tenants import provisioning
from tenants.current import current_schema, in_factory
from tenants.models import Factory

SEED = 20240601
# What was written down before the first shift.
_FOUNDING = {
    "pack.installed",
    "licence_kind.installed",
    "checklist.installed",
    "course.installed",
    "qr.issued",
    "equipment.added",
    "user.added",
    "risk.added",
}
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
    rng = random.Random(SEED + 1)  # noqa: S311
    asked = {code: [_question(item) for item in row.items.all()] for code, row in site.checklists.items()}
    say("two years of inspections")
    plan = routines()
    checks = make_checks(now.date(), timezone.get_current_timezone(), site.people, asked, rng)
    say(f"{len(checks)} inspections, and what was found")
    areas = {code: area.name["zh"] for code, area in site.areas.items()}
    cases = make_cases(now, site.people, plan, checks, asked, _texts(), areas, rng)
    events = write_records(site, plan, checks, cases, now)
    say("what everybody has learned")
    events += write_courses(site, now, random.Random(SEED + 2))  # noqa: S311
    events += write_classes(site, now, random.Random(SEED + 3))  # noqa: S311
    say("today's plans")
    with held_back() as planned:
        write_plans(site)
        write_duties(site, now.date())
        write_major(site, planned)
        write_group(planned, now)
        write_talk(planned, now)
        write_tip(site)
        write_robots(site)
        write_licences(site, now.date(), random.Random(SEED + 2))  # noqa: S311
        write_exam(site)
        write_suppliers(site, random.Random(SEED + 3))  # noqa: S311
        write_sensors(site, events, planned, now)
        write_contractors(site, random.Random(SEED + 4))  # noqa: S311
        write_adoption(site, planned, now)
        write_incidents(site, planned, now)
        write_risks(site, planned, now, random.Random(SEED + 5))  # noqa: S311
    say("ledger")
    _seal([*site.events, *events, *planned], begin=min(event.at for event in events))
    tell_story()
    tell_alarms()


def _question(item: Item) -> Question:
    return Question(item.category.code)


def _texts() -> dict[str, list[list[str]]]:
    path = settings.CONTENT_ROOT / "demo" / "hazards.yaml"
    texts: dict[str, list[list[str]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return texts


def _seal(events: list[Event], begin: datetime) -> None:
    """In the order in which it happened, the plant before all else; nobody is told of the past."""
    for event in events:
        if event.name in _FOUNDING:
            event.at = begin - timedelta(days=7)
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
