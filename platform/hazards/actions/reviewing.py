"""The decisions on a fix, each by another person, and never by the one who fixed it."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action
from hazards.actions.clock import forget, schedule
from hazards.actions.invitations import take_back
from hazards.actions.levels import limit_after_return
from hazards.actions.locks import free_equipment
from hazards.models import WORKFLOW, Hazard, Review, Status
from people.models import User

STAGES = {
    Status.FIRST_REVIEW: Review.Stage.FIRST,
    Status.SECOND_REVIEW: Review.Stage.SECOND,
    Status.FINAL_REVIEW: Review.Stage.FINAL,
    Status.HEAD_REVIEW: Review.Stage.HEAD,
}


@action
def review_hazard(hazard: Hazard, *, by: User, is_passed: bool, note: str = "") -> Hazard:
    """One of the decisions 初审, 复核, 终审, 销号 that the level asks for. Different people, and never the one who fixed it."""
    stage = STAGES.get(Status(hazard.status))
    if stage is None:
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    _refuse_reviewer(hazard, by)
    if not is_passed and not note.strip():
        raise DomainError(_("Say what is missing, so that it can be fixed."))
    now = timezone.now()
    changes: dict[str, Any] = {}
    data: dict[str, Any] = {"stage": stage, "round": hazard.round}
    if not is_passed:
        # More time may have been allowed since the page was opened.
        hazard.refresh_from_db(fields=["due_at"], from_queryset=Hazard.objects.select_for_update(of=("self",)))
        changes = {"round": hazard.round + 1, "due_at": limit_after_return(hazard, now)}
        data |= {"old": hazard.due_at, "new": changes["due_at"]}
    verb = f"{'pass' if is_passed else 'return'}_{stage}"
    if WORKFLOW.step(verb, hazard).target == Status.CLOSED:
        changes["closed_at"] = now
    reviewed = hazard.round
    WORKFLOW.take(
        verb,
        hazard,
        by=by,
        note=note,
        data=data,
        **changes,
    )
    Review.objects.create(
        hazard=hazard, stage=stage, round=reviewed, reviewer=by, is_passed=is_passed, note=note, at=now
    )
    if hazard.status == Status.CLOSED:
        forget(hazard)
        free_equipment(hazard, by=by)
    if not is_passed:
        schedule(hazard)
        take_back(hazard)
    return hazard


def _refuse_reviewer(hazard: Hazard, by: User) -> None:
    if by.pk == hazard.owner_id:
        raise NotAllowed(_("You fixed this one yourself. Somebody else must review it."))
    if hazard.reviews.filter(round=hazard.round, reviewer=by).exists():
        raise NotAllowed(_("You have reviewed this fix at an earlier stage. The next stage needs another person."))
