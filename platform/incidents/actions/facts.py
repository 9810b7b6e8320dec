"""What is known of an incident, and why it came to it."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.events import action, emit
from incidents.actions.guards import hold
from incidents.actions.reporting import class_on, refuse_impossible
from incidents.models import OPEN, Incident, Status
from people.models import User

FACTS = ("title", "description", "scene", "other", "happened_at", "loss_fen")
WHYS = 5
MOST_CAUSES = 10


@action
def change_incident(incident: Incident, *, by: User, accident: str, **facts: Any) -> Incident:
    """facts: of FACTS. Another day may mean another list of classes, so the class is found anew."""
    held = hold(incident, by=by, at=OPEN)
    refuse_impossible(facts.get("happened_at", held.happened_at), timezone.now())
    if not facts.get("title", held.title).strip():
        raise DomainError(_("Say in a few words what happened."))
    facts["accident"] = class_on(accident, facts.get("happened_at", held.happened_at))
    changed = sorted(name for name, value in facts.items() if getattr(held, name) != value)
    if not changed:
        return held
    moved = {"happened_before": held.happened_at} if "happened_at" in changed else {}
    for name in changed:
        setattr(held, name, facts[name])
    held.save(update_fields=changed)
    # The words themselves may be about somebody's health, so the ledger keeps only which of them were changed.
    emit("incident.classed", held, by=by, changed=changed, accident=held.accident, **moved)
    return held


@action
def write_causes(
    incident: Incident, *, by: User, whys: list[str], immediate: list[str], root: list[str], lesson: str = ""
) -> Incident:
    """whys: up to five answers, each the reason for the one before it. lesson: what everybody may read, without names."""
    held = hold(incident, by=by, at=(Status.INVESTIGATING,))
    if len(whys) > WHYS or max(len(immediate), len(root)) > MOST_CAUSES:
        raise DomainError(_("These are more causes than anybody can work on. Keep the ten that matter."))
    held.whys, held.immediate_causes, held.root_causes = _said(whys), _said(immediate), _said(root)
    held.lesson = lesson.strip()[:500]
    held.save(update_fields=["whys", "immediate_causes", "root_causes", "lesson"])
    emit("incident.analysed", held, by=by, immediate=len(held.immediate_causes), root=len(held.root_causes))
    return held


def _said(lines: list[str]) -> list[str]:
    return [words[:300] for line in lines if (words := line.strip())]
