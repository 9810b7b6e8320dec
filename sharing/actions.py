"""A template is sent, read by an operator, and in the market until somebody takes it out."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, WrongStatus
from sharing.models import Template
from tenants import due
from tenants.current import current_factory

Status = Template.Status
# So that nobody floods the operators, and what waits stays readable.
MOST_WAITING = 10
MIN_REASON, MAX_REASON = 2, 300


@transaction.atomic
def send(content: dict[str, Any]) -> Template:
    if own().filter(status=Status.WAITING).count() >= MOST_WAITING:
        raise DomainError(
            _("%(n)d of your templates wait to be looked at. Wait for these first.") % {"n": MOST_WAITING}
        )
    return Template.objects.create(origin=current_factory(), content=content, sent_at=timezone.now())


def own() -> QuerySet[Template]:
    return Template.objects.filter(origin=current_factory()).order_by("-sent_at")


def in_market() -> QuerySet[Template]:
    return Template.objects.filter(status=Status.APPROVED).order_by("-decided_at")


def of_others() -> QuerySet[Template]:
    return in_market().exclude(origin=current_factory())


def take_back(pk: UUID) -> Template:
    """By its own factory; copies that others made of it are theirs."""
    return _move(own(), pk, (Status.WAITING, Status.APPROVED), Status.WITHDRAWN)


def approve(pk: UUID) -> Template:
    return _decide(pk, Status.WAITING, Status.APPROVED)


def send_back(pk: UUID, reason: str) -> Template:
    return _decide(pk, Status.WAITING, Status.RETURNED, _reason(reason))


def withdraw(pk: UUID, reason: str) -> Template:
    """Taken out again by an operator, such as when somebody complains."""
    return _decide(pk, Status.APPROVED, Status.WITHDRAWN, _reason(reason))


@transaction.atomic
def _decide(pk: UUID, start: str, to: str, reason: str = "") -> Template:
    """By an operator; its own factory is told."""
    decided = _move(Template.objects.all(), pk, (start,), to, reason)
    if decided.origin:
        key = f"template:{pk}:{to}"
        due.in_other(decided.origin, "market.tell_decision", key=key, template=str(pk), status=to, reason=reason)
    return decided


@transaction.atomic
def _move(rows: QuerySet[Template], pk: UUID, start: Collection[str], to: str, reason: str = "") -> Template:
    found = rows.select_for_update(of=("self",)).filter(pk=pk, status__in=start).first()
    if found is None:
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    found.status, found.reason, found.decided_at = to, reason, timezone.now()
    found.save(update_fields=["status", "reason", "decided_at"])
    return found


def _reason(text: str) -> str:
    text = text.strip()
    if not MIN_REASON <= len(text) <= MAX_REASON:
        raise DomainError(_("Write in a few words why; the factory reads it."))
    return text
