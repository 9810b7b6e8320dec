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
    Rule("report.written", report_readers, _("The safety report of %(note)s is there"), **WAITS),
)
