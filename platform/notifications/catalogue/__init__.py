"""The only place that says who hears of what, by which channel, and what may wait for a summary."""

from notifications.audiences import holding, subject_of
from notifications.catalogue import (
    adoption,
    alerts,
    hazards,
    incidents,
    insight,
    inspections,
    partners,
    risks,
    service,
    talk,
    training,
)
from notifications.catalogue.rule import ALL, GROUP, LATER, Rule, Standard, Urgency, Way

__all__ = ["GETS_THROUGH", "RULES", "STANDARD_OF_LEVELS", "Rule", "Standard", "Urgency", "Way", "holding", "subject_of"]

# What holds for the level of the hazard that an event is about.
STANDARD_OF_LEVELS: dict[str, Standard] = {
    "level.major": Standard(ALL),
    "level.serious": Standard(GROUP),
    "level.general": Standard(LATER, is_digest=True),
}

_ROOMS = (alerts, hazards, inspections, training, risks, incidents, partners, service, talk, adoption, insight)
RULES: dict[str, Rule] = {rule.event: rule for room in _ROOMS for rule in room.RULES}

# Who muted a thread hears these all the same: somebody calls them by name, or waits for them.
GETS_THROUGH = frozenset({
    "post.mentioned", "mention.pressed", "subtask.added", "subtask.overdue", "group.joined", "run.nudged",
    "hazard.assigned", "hazard.handed_over", "hazard.returned", "hazard.escalated", "hazard.unassigned",
})  # fmt: skip
