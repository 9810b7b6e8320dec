"""The one it is assigned to begins, and hands in the fix with its proof."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.attachments import PhotosRefused
from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action
from core.models import Attachment
from hazards.actions.clock import forget_start
from hazards.actions.proof import keep_evidence
from hazards.models import WORKFLOW, Evidence, Hazard, Status
from people.models import User


@action
def start_hazard(hazard: Hazard, *, by: User) -> Hazard:
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
    WORKFLOW.take(
        "submit",
        hazard,
        by=by,
        data={"photos": [photo.sha256 for photo in photos], "tests": tests, "round": hazard.round, "measure": measure},
        measure=measure.strip(),
        cause=cause.strip(),
        tests=tests,
        submitted_at=timezone.now(),
    )
    keep_evidence(hazard, photos, Evidence.Stage.AFTER)
    return hazard


def _refuse_thin_proof(hazard: Hazard, photos: list[Attachment], measure: str, tests: list[dict[str, Any]]) -> None:
    if not photos:
        raise DomainError(_("Take at least one photo of the fixed place. Without it nothing can be closed."))
    earlier = set(hazard.evidence.values_list("attachment__sha256", flat=True))
    same = [photo.pk for photo in photos if photo.sha256 in earlier]
    if same:
        raise PhotosRefused(_("This is the same picture as an earlier one. Take a new photo of the fixed place."), same)
    if not measure.strip():
        raise DomainError(_("Write in a few words what was done."))
    if not tests:
        raise DomainError(_("Test it and note the result."))
    if not all(test["is_passed"] for test in tests):
        raise DomainError(_("A test did not pass. Fix it first, then test again."))
