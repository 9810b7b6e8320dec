"""The road of a hazard as seven stops: which are behind, which is now, who was there and when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hazards.models import Hazard, Review, Status

_NOW_AT = {
    Status.REPORTED: 1,
    Status.CONFIRMED: 2,
    Status.ASSIGNED: 3,
    Status.RECTIFYING: 3,
    Status.FIRST_REVIEW: 4,
    Status.SECOND_REVIEW: 5,
    Status.FINAL_REVIEW: 6,
    Status.CLOSED: 8,
}


@dataclass(frozen=True)
class Stop:
    label: str | Promise
    who: str
    at: datetime | None
    state: str


def path_of(hazard: Hazard, reviews: list[Review]) -> list[Stop]:
    """Stops of hazards that were merged, rejected or voided all count as behind; what was read in has only two."""
    if hazard.is_history:
        return [
            Stop(_("Reported"), hazard.found_by, hazard.reported_at, "done"),
            Stop(_("Closed"), "", hazard.closed_at, "done"),
        ]
    now = _NOW_AT.get(Status(hazard.status), 8)
    passed = {review.stage: review for review in reviews if review.is_passed and review.round == hazard.round}
    stops: list[tuple[Any, str, datetime | None]] = [
        (_("Reported"), hazard.found_by, hazard.reported_at),
        (_("Level confirmed"), "", hazard.confirmed_at),
        (_("Assigned"), hazard.owner.name if hazard.owner else "", hazard.assigned_at),
        (_("Fixed"), hazard.owner.name if hazard.owner else "", hazard.submitted_at),
        *(
            (
                label,
                passed[stage].reviewer.name if stage in passed else "",
                passed[stage].at if stage in passed else None,
            )
            for stage, label in (
                (Review.Stage.FIRST, _("First review")),
                (Review.Stage.SECOND, _("Second review")),
                (Review.Stage.FINAL, _("Final review")),
            )
        ),
    ]
    return [
        Stop(label, who, at if number < now else None, "done" if number < now else "now" if number == now else "todo")
        for number, (label, who, at) in enumerate(stops)
    ]
