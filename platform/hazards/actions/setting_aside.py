"""Side paths: a duplicate, no hazard at all, entered by mistake. Each with its reason; the record stays."""

from django.utils.translation import gettext as _

from core.errors import DomainError
from core.events import action
from hazards.actions.clock import forget, require_reason
from hazards.actions.locks import free_equipment, move_locks
from hazards.models import WORKFLOW, Hazard
from people.models import User


@action
def merge_hazard(hazard: Hazard, *, by: User, into: Hazard) -> Hazard:
    """A second report of the same thing; its photos stay with it."""
    # Both are held, in one order, so that two reports are never merged into each other.
    pair = Hazard.objects.select_for_update(of=("self",)).filter(pk__in=(hazard.pk, into.pk)).order_by("pk")
    if into.pk == hazard.pk or not all(row.is_open for row in pair if row.pk == into.pk):
        raise DomainError(_("Choose another hazard that is still open."))
    WORKFLOW.take("merge", hazard, by=by, note=into.number, merged_into=into)
    move_locks(hazard, into=into, by=by)
    return forget(hazard)


@action
def reject_hazard(hazard: Hazard, *, by: User, note: str) -> Hazard:
    """不属实: looked at, and there is no hazard."""
    require_reason(note)
    WORKFLOW.take("reject", hazard, by=by, note=note)
    free_equipment(hazard, by=by)
    return forget(hazard)


@action
def void_hazard(hazard: Hazard, *, by: User, note: str) -> Hazard:
    """作废: entered by mistake; the record stays."""
    require_reason(note)
    WORKFLOW.take("void", hazard, by=by, note=note)
    free_equipment(hazard, by=by)
    return forget(hazard)
