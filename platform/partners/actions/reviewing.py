"""The factory looks at what a supplier says of itself, and at one in ten whether it is so."""

import random
import secrets
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed
from core.events import action, emit
from facilities.calendar import today
from partners.actions.corrections import correct_fault
from partners.actions.filling import has_major, rated
from partners.actions.opening import schedule
from partners.models import WORKFLOW, Draw, SelfInspection, SpotCheck
from partners.periods import AGAIN_WORKDAYS, workday_after
from partners.scoring import POOR, Line, grade_of
from people.models import User

SHARE = 10


def to_correct(report: SelfInspection) -> list[Line]:
    """What a poor report has to put right: what is not in order, or else where most points were lost."""
    if report.grade not in POOR:
        return []
    faults = rated(report).faults
    open_already = set(report.company.corrections.filter(hazard__closed_at=None).values_list("item_id", flat=True))
    bad = [line for line in faults if line.share == 0] or faults[:1]
    return [line for line in bad if line.item.pk not in open_already]


@action
def accept_report(report: SelfInspection, *, by: User) -> SelfInspection:
    """Its grade counts from now on, and of a poor one what is not in order becomes a corrective action."""
    is_capped = report.is_capped or has_major(report.company_id)
    grade = grade_of(report.score or 0, is_capped=is_capped)
    WORKFLOW.take(
        "accept",
        report,
        by=by,
        data={"score": report.score, "grade": grade},
        decided_at=timezone.now(),
        decided_by=by,
        grade=grade,
        is_capped=is_capped,
    )
    for line in to_correct(report):
        correct_fault(report, line, by=by)
    return report


@action
def return_report(report: SelfInspection, *, by: User, note: str) -> SelfInspection:
    """Back to the company, which has some workdays more."""
    if not note.strip():
        raise DomainError(_("Say what is missing; the supplier reads it."))
    due_on = max(report.due_on, workday_after(today(), AGAIN_WORKDAYS))
    columns: dict[str, Any] = {
        "decided_at": timezone.now(),
        "decided_by": by,
        "reason": note.strip()[:500],
        "due_on": due_on,
    }
    WORKFLOW.take("return", report, by=by, note=columns["reason"], returns=report.returns + 1, **columns)
    schedule(report)
    return report


@action
def draw_reports(starts_on: date, ends_on: date, *, by: User | None) -> Draw | None:
    """One in ten of what was handed in for the period, one at least; once, by a seed that stands on record."""
    if by is not None and not by.can("partners.review"):
        raise NotAllowed(_("Your role does not decide who is looked at on the spot."))
    standing = Draw.objects.filter(starts_on=starts_on, ends_on=ends_on).first()
    handed_in = SelfInspection.objects.graded().filter(starts_on=starts_on, ends_on=ends_on).order_by("pk")
    reports = list(handed_in.values_list("pk", flat=True))
    if standing or not reports:
        return standing
    draw = Draw.objects.create(starts_on=starts_on, ends_on=ends_on, seed=secrets.token_hex(8), reports=reports)
    drawn = drawn_by(draw)
    SpotCheck.objects.bulk_create(SpotCheck(report_id=pk, draw=draw) for pk in drawn)
    for report in SelfInspection.objects.filter(pk__in=drawn).select_related("company"):
        emit("self_inspection.drawn", report, by=by, name=report.company.name, seed=draw.seed, of=len(reports))
    return draw


def drawn_by(draw: Draw) -> list[int]:
    """Anybody can count it again: the same seed and list give the same reports."""
    count = max(1, round(len(draw.reports) / SHARE))
    return sorted(random.Random(draw.seed).sample(draw.reports, count))  # noqa: S311 - it has to be repeatable


@action
def note_spot_check(check: SpotCheck, *, by: User, way: str, result: str, note: str = "") -> SpotCheck:
    if not by.can("partners.review"):
        raise NotAllowed(_("Your role does not decide who is looked at on the spot."))
    if way not in SpotCheck.Way.values or result not in SpotCheck.Result.values:
        raise DomainError(_("Say how you looked and what you found."))
    if result == SpotCheck.Result.DIFFERENT and not note.strip():
        raise DomainError(_("Write what is different; it stays on record."))
    columns = {"way": way, "result": result, "note": note.strip()[:500], "done_by": by, "done_at": timezone.now()}
    SpotCheck.objects.filter(pk=check.pk).update(**columns)
    for name, value in columns.items():
        setattr(check, name, value)
    emit("self_inspection.spot_checked", check.report, by=by, note=check.note, way=way, result=result)
    return check
