"""Writes what checks and cases computed: rows by COPY, and for each fact the event that the real action would emit."""

from datetime import datetime, timedelta

from core.events import Event
from core.models import Counter
from hazards.chain import moments
from hazards.models import Hazard, Status
from portals.operator.demo.cases import Case
from portals.operator.demo.checks import Check, Routine
from portals.operator.demo.records.base import Records
from portals.operator.demo.records.checks import write_checks
from portals.operator.demo.records.hazards import (
    tell_case,
    write_alerts,
    write_evidence_and_reviews,
    write_hazards,
    write_requests,
)
from portals.operator.demo.records.legal import write_legal
from portals.operator.demo.records.photos import write_photos
from portals.operator.demo.rows import reserve
from portals.operator.demo.setup import Site
from tenants import due


def write_records(
    site: Site, plan: list[Routine], checks: list[Check], cases: list[Case], now: datetime
) -> list[Event]:
    """Returns the events, still to be sealed."""
    records = Records(site, plan, checks, cases, now)
    records.hazard_ids = reserve(Hazard, len(cases))
    write_photos(records)
    write_hazards(records)
    write_evidence_and_reviews(records)
    write_alerts(records)
    for number, case in enumerate(cases):
        tell_case(records, number, case)
    write_requests(records)
    write_legal(records)
    write_checks(records)
    _continue_counters(cases, now)
    _schedule(records)
    return records.events


def _continue_counters(cases: list[Case], now: datetime) -> None:
    """The next report goes on counting where history ends."""
    last: dict[str, int] = {}
    for case in cases:
        _prefix, month, number = case.number.split("-")
        last[f"hazard-{month}"] = max(last.get(f"hazard-{month}", 0), int(number))
    Counter.objects.bulk_create(Counter(name=name, value=value) for name, value in last.items())


def _schedule(records: Records) -> None:
    """What the clock still has to do for open ones, as the actions would have left it."""
    for number, case in enumerate(records.cases):
        hazard = records.hazard_ids[number]
        if case.status == Status.REPORTED:
            when = records.now + timedelta(hours=1)
            due.at(when, "hazards.remind", key=f"hazard:{hazard}:confirm", hazard=hazard, reason="not_confirmed")
        if case.due_at is None or case.status in (Status.CLOSED, Status.MERGED, Status.REJECTED, Status.VOIDED):
            continue
        calls = moments(case.due_at, records.site.policies[case.level])
        call = next(call for call in calls if call.when > records.now)
        due.at(call.when, "hazards.escalate", key=f"hazard:{hazard}:limit", hazard=hazard)
