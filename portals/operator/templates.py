"""Sharing's actions as an operator does them: what was done stands in the operators' log by the same transaction."""

from uuid import UUID

from django.db import transaction

from operators.actions import note_done
from operators.models import Operator, OperatorEntry
from sharing import actions

What = OperatorEntry.What


@transaction.atomic
def approve(pk: UUID, *, by: Operator) -> None:
    actions.approve(pk)
    note_done(What.TEMPLATE_APPROVED, None, by=by, template=str(pk))


@transaction.atomic
def send_back(pk: UUID, reason: str, *, by: Operator) -> None:
    actions.send_back(pk, reason)
    note_done(What.TEMPLATE_RETURNED, None, by=by, template=str(pk), reason=reason)


@transaction.atomic
def withdraw(pk: UUID, reason: str, *, by: Operator) -> None:
    actions.withdraw(pk, reason)
    note_done(What.TEMPLATE_WITHDRAWN, None, by=by, template=str(pk), reason=reason)
