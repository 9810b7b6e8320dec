"""The road of a hazard as stops, as its policy has them: which are behind, which is now, who was there and when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.events import Event
from hazards.models import Hazard, PlanStatus, Review, Status

_NOW_AT = {
    Status.REPORTED: "confirmed",
    Status.CONFIRMED: "assigned",
    Status.ASSIGNED: "fixed",
    Status.RECTIFYING: "fixed",
    Status.FIRST_REVIEW: "first",
    Status.SECOND_REVIEW: "second",
    Status.FINAL_REVIEW: "final",
    Status.HEAD_REVIEW: "head",
}
_REVIEWS = {
    Review.Stage.FIRST: _("First review"),
    Review.Stage.SECOND: _("Second review"),
    Review.Stage.FINAL: _("Final review"),
    Review.Stage.HEAD: _("Release"),
}
_Row = tuple[str, Any, str, datetime | None]


@dataclass(frozen=True)
class Stop:
    label: str | Promise
    who: str
    at: datetime | None
    state: str


def path_of(hazard: Hazard, reviews: list[Review], record: list[Event]) -> list[Stop]:
    """What was set aside ends where it stood, with how; what was read in as closed has only two stops."""
    if hazard.is_history:
        return [
            Stop(_("Reported"), hazard.found_by, hazard.reported_at, "done"),
            Stop(_("Closed"), "", hazard.closed_at, "done"),
        ]
    owner = hazard.owner.name if hazard.owner else ""
    rows: list[_Row] = [
        ("reported", _("Reported"), hazard.found_by, hazard.reported_at),
        ("confirmed", _("Level confirmed"), "", hazard.confirmed_at),
        ("assigned", _("Assigned"), owner, hazard.assigned_at),
        *_plan(hazard),
        ("fixed", _("Fixed"), owner, hazard.submitted_at),
        *_reviews(hazard, reviews),
    ]
    end = _set_aside(hazard, record)
    keys = [key for key, _label, _who, _at in rows]
    now = _NOW_AT[Status(end.data["before"])] if end else _now(hazard, rows)
    here = keys.index(now) if now in keys else len(keys)
    if end:
        rows = rows[:here]
    stops = [
        Stop(label, who, at if n < here else None, "done" if n < here else "now" if n == here else "todo")
        for n, (_key, label, who, at) in enumerate(rows)
    ]
    return (
        [*stops, Stop(hazard.get_status_display(), end.actor.name if end.actor else "", end.at, "aside")]
        if end
        else stops
    )


def _set_aside(hazard: Hazard, record: list[Event]) -> Event | None:
    """How it was merged, found to be none, or declared void; the event says where it stood."""
    if hazard.is_open or hazard.status == Status.CLOSED:
        return None
    return next((event for event in reversed(record) if event.data.get("after") == hazard.status), None)


def _now(hazard: Hazard, rows: list[_Row]) -> str:
    plan = next((at for key, _label, _who, at in rows if key == "plan"), hazard.reported_at)
    if hazard.status == Status.ASSIGNED and plan is None:
        return "plan"
    return _NOW_AT.get(Status(hazard.status), "")


def _plan(hazard: Hazard) -> list[_Row]:
    if not (hazard.policy and hazard.policy.needs_plan):
        return []
    plan = hazard.plans.filter(status=PlanStatus.APPROVED).select_related("head").first()
    return [("plan", _("Plan approved"), plan.head.name if plan and plan.head else "", plan.head_at if plan else None)]


def _reviews(hazard: Hazard, reviews: list[Review]) -> list[_Row]:
    """The stages that the level asks for, and those that were taken under the rules of an earlier level."""
    passed = {review.stage: review for review in reviews if review.is_passed and review.round == hazard.round}
    stages = {*passed, _NOW_AT.get(Status(hazard.status), "")}
    stages |= set(hazard.policy.stages) if hazard.policy else {"first", "second", "final"}
    stages |= {"head"} if hazard.policy and hazard.policy.needs_release else set()
    return [
        (
            stage,
            label,
            passed[stage].reviewer.name if stage in passed else "",
            passed[stage].at if stage in passed else None,
        )
        for stage, label in _REVIEWS.items()
        if stage in stages
    ]
