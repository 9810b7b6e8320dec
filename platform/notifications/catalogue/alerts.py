"""Alerts, and the alarms of sensors."""

from django.utils.translation import gettext_lazy as _

from notifications.audiences import alert_people, nobody, owner_and_confirmers, told
from notifications.catalogue.rule import ALL, PRESSES, WAITS, Rule, Urgency

RULES = (
    Rule(
        "alert.raised",
        told,
        _("Urgent: %(line)s"),
        ALL,
        Urgency.URGENT,
        who=_("people on duty; where nobody is entered the safety officers"),
        looks_at="alerts",
        lookers=alert_people,
    ),
    Rule(
        "alert.escalated",
        told,
        _("Not taken for %(minutes)s min: %(line)s%(passed)s"),
        ALL,
        Urgency.URGENT,
        who=_("the next level, again and again until somebody takes it"),
        looks_at="alerts",
        lookers=alert_people,
    ),
    Rule("alert.acknowledged", nobody, "", looks_at="alerts", lookers=alert_people),
    Rule(
        "alarm.repeated",
        owner_and_confirmers,
        _("%(number)s is there again. %(note)s"),
        **PRESSES,
    ),
    Rule(
        "alarm.cleared",
        owner_and_confirmers,
        _("%(number)s reads normal again, the hazard stays open until it is proved fixed. %(note)s"),
        **WAITS,
    ),
)
