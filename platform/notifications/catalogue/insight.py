"""What the history says."""

from django.utils.translation import gettext_lazy as _

from notifications.audiences import report_readers, searchers
from notifications.catalogue.rule import WAITS, Rule

RULES = (
    Rule(
        "patterns.found",
        searchers,
        _("New patterns in the history: %(note)s. Each comes with what can be done"),
        **WAITS,
    ),
    Rule("countermeasure.taken", searchers, _("Done because of a pattern: %(note)s"), **WAITS),
    Rule("countermeasure.judged", searchers, _("What a countermeasure did: %(note)s"), **WAITS),
    Rule("countermeasure.ended", searchers, _("A countermeasure was taken back: %(note)s"), **WAITS),
    Rule("report.written", report_readers, _("The safety report of %(note)s is there"), **WAITS),
)
