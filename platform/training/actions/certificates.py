"""Giving certificates, taking them back, and what happens before they run out."""

import secrets
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.counters import next_number
from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit, register
from core.zone import zone
from facilities.calendar import today
from people.models import User
from tenants import due
from training.actions.clearances import end_unfounded, hold
from training.actions.enrolments import renew_enrolment
from training.models import Certificate, Course, Enrolment, Exam

register(
    {
        "certificate.issued": gettext_lazy("Certificate issued"),
        "certificate.revoked": gettext_lazy("Certificate taken back"),
        "certificate.expiring": gettext_lazy("Certificate runs out"),
    }
)
# Days before the last day on which its course is given again and its holder told; after it, at midnight, it counts no more.
STEPS, AFTER = (30, 7), -1


@action
def issue_certificate(
    person: User,
    title: Any,
    *,
    by: User | None,
    score: int,
    hours: Decimal | int,
    valid_months: int | None,
    course: Course | None = None,
    exam: Exam | None = None,
    enrolment: Enrolment | None = None,
) -> Certificate:
    """One more, whatever the person held before; valid through the day before the same day so many months later."""
    day = today()
    expires_on = day + relativedelta(months=valid_months, days=-1) if valid_months else None
    row = Certificate.objects.create(
        number=f"PX-{day.year}-{next_number(f'certificate:{day.year}'):04}",
        token=secrets.token_urlsafe(18),
        person=person,
        name=person.name,
        title=title,
        course=course,
        exam=exam,
        enrolment=enrolment,
        hours=hours,
        score=score,
        issued_on=day,
        expires_on=expires_on,
    )
    emit("certificate.issued", row, by=by, number=row.number, told=[person.pk], title=title, expires_on=expires_on)
    _follow_later(row)
    return row


def _follow_later(certificate: Certificate) -> None:
    for moment, step in _moments(certificate):
        key = _key(certificate, step)
        due.at(moment, "training.follow_certificate", key=key, certificate=certificate.pk, step=step)


@action
def follow_certificates(certificates: Iterable[Certificate]) -> int:
    """For many that were written at once and that nothing waits for yet; returns how many rows are due later."""
    return due.at_once(
        (moment, "training.follow_certificate", _key(row, step), {"certificate": row.pk, "step": step})
        for row in certificates
        for moment, step in _moments(row)
    )


def _moments(certificate: Certificate) -> list[tuple[datetime, int]]:
    ends_on = certificate.expires_on
    if ends_on is None or certificate.subject is None:
        return []
    hours = {step: time(8) for step in STEPS} | {AFTER: time(0)}
    moments = [(datetime.combine(ends_on - timedelta(step), hour, zone()), step) for step, hour in hours.items()]
    return [(moment, step) for moment, step in moments if moment > timezone.now()]


def _key(certificate: Certificate, step: int) -> str:
    return f"certificate:{certificate.pk}:{step}"


@action
def follow_certificate(certificate: Certificate, step: int) -> None:
    """The clock: who still needs it learns it again and hears of it; without it, high-risk work ends.

    Nobody who holds a newer one or left is bothered.
    """
    person = hold(certificate.person)
    ends_on, subject = certificate.expires_on, certificate.subject
    if ends_on is None or subject is None or certificate.revoked_at or not person.is_active:
        return
    days = (ends_on - today()).days
    if days < 0:
        end_unfounded(person)
        return
    _follow_later(certificate)
    if renew_enrolment(certificate, subject.code, ends_on) is None:
        return
    if step == STEPS[-1] or days > STEPS[-1]:  # else the last step is due too, and speaks
        emit("certificate.expiring", certificate, by=None, name=certificate.name, days=days, day=ends_on)


@action
def revoke_certificate(certificate: Certificate, *, by: User, note: str) -> Certificate:
    """It is shown as taken back from now on, and stays on record with the reason."""
    if not by.can("training.assign", certificate.person):
        raise NotAllowed(_("Only the training officer or the safety officer takes a certificate back."))
    if not note.strip():
        raise DomainError(_("Write the reason; it stays on record."))
    hold(certificate.person)
    rows = Certificate.objects.filter(pk=certificate.pk, revoked_at=None)
    if not rows.update(revoked_at=timezone.now(), revoked_by=by, revocation=note.strip()[:200]):
        raise WrongStatus(_("It was taken back already."))
    for step in (*STEPS, AFTER):
        due.cancel(key=_key(certificate, step))
    certificate.refresh_from_db()
    facts = {"number": certificate.number, "told": [certificate.person_id], "note": note.strip()[:200]}
    emit("certificate.revoked", certificate, by=by, **facts)
    end_unfounded(certificate.person)
    return certificate
