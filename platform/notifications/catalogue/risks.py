"""The register of risks."""

from django.utils.translation import gettext_lazy as _

from notifications.audiences import risk_keepers, risk_owner, risk_owner_and_keepers
from notifications.catalogue.rule import LATER, WAITS, Rule

RULES = (
    Rule(
        "risk.review_due",
        risk_owner_and_keepers,
        _("Look at this risk anew: %(number)s %(title)s. It was due on %(day)s"),
        **WAITS,
    ),
    Rule("risk.rating_proposed", risk_keepers, _("Rate %(number)s %(title)s anew? %(note)s"), LATER),
    Rule("risk.rated", risk_owner, _("%(number)s %(title)s was rated anew: %(note)s"), LATER),
)
