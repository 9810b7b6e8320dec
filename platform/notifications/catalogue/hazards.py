"""Hazards, tips without a name, and who stands in for whom."""

from django.utils.translation import gettext_lazy as _

from notifications.audiences import (
    confirmers,
    extension_deciders,
    extension_people,
    lock_hearers,
    lowering_deciders,
    next_reviewers,
    owner,
    owner_and_asker,
    owner_and_confirmers,
    owner_and_reporter,
    people_there,
    reporter,
    stand_in,
    tip_answerers,
    told,
)
from notifications.catalogue.rule import BY_LEVEL, GROUP, LATER, PRESSES, WAITS, Rule

RULES = (
    Rule(
        "hazard.reported",
        confirmers,
        _("New hazard %(number)s: %(title)s. Confirm its level"),
        **BY_LEVEL,
    ),
    Rule(
        "hazard.confirmed",
        reporter,
        _("Your report %(number)s is confirmed: %(title)s"),
        **WAITS,
    ),
    Rule(
        "hazard.assigned",
        owner_and_reporter,
        _("%(number)s is assigned to %(owner)s: %(title)s"),
        **PRESSES,
    ),
    Rule(
        "hazard.handed_over",
        owner,
        _("%(number)s was handed over to you: %(title)s"),
        **PRESSES,
    ),
    Rule(
        "hazard.submitted",
        next_reviewers,
        _("%(number)s is fixed and waits for your review: %(title)s"),
        **BY_LEVEL,
    ),
    Rule(
        "hazard.reviewed",
        next_reviewers,
        _("%(number)s passed a review and waits for yours: %(title)s"),
        **BY_LEVEL,
    ),
    Rule(
        "hazard.returned",
        owner,
        _("%(number)s was returned, fix it until %(until)s: %(note)s"),
        **BY_LEVEL,
    ),
    Rule("hazard.closed", owner_and_reporter, _("%(number)s is closed: %(title)s"), **WAITS),
    Rule(
        "hazard.merged",
        reporter,
        _("Your report %(number)s was merged with another one: %(note)s"),
        **WAITS,
    ),
    Rule(
        "hazard.rejected",
        reporter,
        _("Your report %(number)s was found not to be a hazard: %(note)s"),
        **WAITS,
    ),
    Rule(
        "hazard.voided",
        owner_and_reporter,
        _("%(number)s was declared void: %(note)s"),
        **WAITS,
    ),
    Rule(
        "hazard.escalated",
        told,
        _("%(number)s, %(why)s: %(title)s"),
        **PRESSES,
        who=_("the next level of the chain"),
    ),
    Rule(
        "hazard.unassigned",
        told,
        _("%(number)s, %(why)s: %(title)s"),
        **PRESSES,
        who=_("safety officer, then leader, then head"),
    ),
    Rule(
        "hazard.taken_back",
        told,
        _("Name somebody new for %(number)s, %(note)s has no access any more: %(title)s"),
        **PRESSES,
        who=_("safety officer"),
    ),
    Rule(
        "tip.replied",
        tip_answerers,
        _("Who reported %(number)s without a name wrote again"),
    ),
    Rule(
        "hazard.locked",
        lock_hearers,
        _("Out of service, do not run it: %(note)s"),
        looks_at="locks",
        lookers=people_there,
        channels=GROUP,
    ),
    Rule("hazard.unlocked", lock_hearers, _("May run again: %(note)s"), looks_at="locks", lookers=people_there),
    Rule(
        "hazard.extension_requested",
        extension_deciders,
        _("More time is asked for %(number)s: %(title)s"),
        **BY_LEVEL,
    ),
    Rule("hazard.extension_decided", extension_people, _("More time for %(number)s: %(why)s")),
    Rule(
        "hazard.level_changed",
        owner_and_asker,
        _("The level of %(number)s was changed: %(note)s"),
        **WAITS,
    ),
    Rule(
        "hazard.lowering_asked",
        lowering_deciders,
        _("A lower level is asked for %(number)s: %(note)s"),
        **BY_LEVEL,
    ),
    Rule("hazard.lowering_refused", told, _("%(number)s stays major: %(note)s"), who=_("whoever asked for it")),
    Rule(
        "hazard.controlled",
        owner_and_confirmers,
        _("%(number)s is under control for now: %(note)s"),
        **WAITS,
    ),
    Rule(
        "hazard.control_missed",
        owner_and_confirmers,
        _("%(number)s: no temporary control was noted in time"),
        **PRESSES,
    ),
    Rule(
        "absence.declared",
        stand_in,
        _("You stand in for %(absent)s. Their reviews and tasks come to you"),
        channels=LATER,
    ),
)
