"""Incidents, and the law's hour."""

from django.utils.translation import gettext_lazy as _

from notifications.audiences import (
    drill_keepers,
    incident_keepers,
    incident_leaders,
    incident_people,
    incident_reviewers,
    incident_viewers,
)
from notifications.catalogue.rule import ALL, LATER, WAITS, Rule, Urgency

RULES = (
    Rule("drill.near", drill_keepers, _("Due up to %(day)s: %(note)s"), LATER),
    Rule("drill.overdue", drill_keepers, _("Overdue since %(day)s: %(note)s"), LATER),
    Rule(
        "drill.evaluated", drill_keepers, _("“%(name)s” is evaluated: %(unmet)s of %(of)s points were not met"), **WAITS
    ),
    Rule("incident.reported", incident_viewers, _("%(number)s %(title)s was reported"), LATER),
    Rule("incident.confirmed", incident_people, _("%(number)s is confirmed and being investigated"), **WAITS),
    Rule("incident.handed_in", incident_reviewers, _("Look at the investigation of %(number)s and close it"), LATER),
    Rule("incident.returned", incident_people, _("The investigation of %(number)s came back: %(note)s"), LATER),
    Rule("incident.closed", incident_people, _("%(number)s is closed"), **WAITS),
    Rule("incident.dismissed", incident_people, _("%(number)s was no incident: %(note)s"), **WAITS),
    Rule("incident.reopened", incident_people, _("%(number)s is open again: %(note)s"), LATER),
    Rule(
        "incident.clock_started",
        incident_leaders,
        _("%(number)s must be reported to the authority within one hour. Open it: what to say stands there"),
        ALL,
        Urgency.URGENT,
    ),
    Rule("incident.clock_stopped", incident_leaders, _("%(number)s need not be reported: %(note)s"), LATER),
    Rule(
        "incident.report_due",
        incident_leaders,
        _("%(minutes)s minutes left to report %(number)s to the authority"),
        ALL,
        Urgency.URGENT,
    ),
    Rule(
        "incident.report_late",
        incident_leaders,
        _("The hour is over and %(number)s is not reported yet. Report it now and enter it"),
        ALL,
        Urgency.URGENT,
    ),
    Rule(
        "incident.supplement_due",
        incident_leaders,
        _("Casualties of %(number)s have changed. Report the change to the authority up to %(day)s"),
        LATER,
    ),
    Rule("incident.told_authority", incident_keepers, _("%(number)s was reported to the authority"), LATER),
)
