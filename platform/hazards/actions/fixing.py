"""The one it is assigned to begins, and hands in the fix with its proof."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action
from core.models import Attachment
from hazards.actions.clock import forget_start
from hazards.actions.pictures import alike, refuse_repeats, refuse_without_before
from hazards.actions.proof import keep_evidence
from hazards.models import WORKFLOW, Evidence, Hazard, Status
from people.models import User


@action
def start_hazard(hazard: Hazard, *, by: User) -> Hazard:
    step = WORKFLOW.step("start")
    if step.fits(hazard) and step.is_open_to(by, hazard):
        refuse_without_before(hazard)
    WORKFLOW.take("start", hazard, by=by, started_at=timezone.now())
    forget_start(hazard)
    return hazard


@action
def submit_hazard(
    hazard: Hazard,
    *,
    by: User,
    measure: str,
    tests: list[dict[str, Any]],
    photos: Iterable[Attachment] = (),
    cause: str = "",
) -> Hazard:
    """Hands the fix in for review: no closing without an after photo of its own, a measure and passed tests.

    tests: [{"name", "required", "result", "is_passed"}].
    """
    photos = list(photos)
    if not WORKFLOW.step("submit").is_open_to(by, hazard):
        raise NotAllowed(_("Only the one it is assigned to can hand in the fix."))
    if hazard.status != Status.RECTIFYING:
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    _refuse_thin_proof(hazard, photos, measure, tests)
    twins = {photo: twin for photo in photos if (twin := alike(photo, hazard))}
    WORKFLOW.take(
        "submit",
        hazard,
        by=by,
        data={
            "photos": [photo.sha256 for photo in photos],
            "tests": tests,
            "round": hazard.round,
            "measure": measure,
            "like": {photo.sha256: twin.hazard.number for photo, twin in twins.items()},
        },
        measure=measure.strip(),
        cause=cause.strip(),
        tests=tests,
        submitted_at=timezone.now(),
    )
    keep_evidence(hazard, photos, Evidence.Stage.AFTER)
    for photo, twin in twins.items():
        Evidence.objects.filter(attachment=photo).update(like=twin)
    return hazard


def _refuse_thin_proof(hazard: Hazard, photos: list[Attachment], measure: str, tests: list[dict[str, Any]]) -> None:
    refuse_without_before(hazard)
    if not photos:
        raise DomainError(_("Take at least one photo of the fixed place. Without it nothing can be closed."))
    refuse_repeats(hazard, photos)
    if not measure.strip():
        raise DomainError(_("Write in a few words what was done."))
    if not tests:
        raise DomainError(_("Test it and note the result."))
    if not all(test["is_passed"] for test in tests):
        raise DomainError(_("A test did not pass. Fix it first, then test again."))
