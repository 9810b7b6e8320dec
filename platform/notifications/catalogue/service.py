"""What a factory has agreed with the service, and what becomes of it."""

from django.utils.translation import gettext_lazy as _

from notifications.audiences import administrators, market_managers, payers
from notifications.catalogue.rule import LATER, Rule, Way

RULES = (
    Rule("subscription.ending", payers, _("The paid time ends on %(day)s, %(days)s days left"), (*LATER, Way.SMS)),
    Rule(
        "subscription.limited",
        payers,
        _("Settings stand still. Reporting and fixing hazards goes on until %(day)s"),
        (*LATER, Way.SMS),
    ),
    Rule(
        "subscription.closing",
        payers,
        _("From %(day)s on all is read only. Pay, or export what you want to keep"),
        (*LATER, Way.SMS),
    ),
    Rule("subscription.closed", payers, _("All is read only now. Nothing is removed"), (*LATER, Way.SMS)),
    Rule("subscription.paid", payers, _("Payment came. It is paid until %(day)s"), LATER),
    Rule("subscription.refused", payers, _("The card was refused. See to it, or pay by transfer"), (*LATER, Way.SMS)),
    Rule("factory.exported", administrators, _("All data was exported: %(note)s"), LATER),
    Rule(
        "factory.copied",
        administrators,
        _("The operator of the service opened a copy from an archive: %(note)s"),
        LATER,
    ),
    Rule("template.approved", market_managers, _("Your shared checklists are in the market"), LATER),
    Rule("template.returned", market_managers, _("Your shared checklists came back: %(note)s"), LATER),
    Rule("template.withdrawn", market_managers, _("Your checklists were taken out of the market: %(note)s"), LATER),
    Rule("factory.renamed", administrators, _("The factory has another address: %(address)s"), LATER),
    Rule(
        "factory.deletion_asked",
        administrators,
        _("On %(day)s the factory is deleted. Any administrator can stop it"),
        (*LATER, Way.SMS),
    ),
    Rule(
        "factory.deletion_near",
        administrators,
        _("In %(days)s days, on %(day)s, the factory is deleted for good. Stop it, or export everything"),
        (*LATER, Way.SMS),
    ),
    Rule("support.asked", administrators, _("The service's support asks to look in: %(note)s"), (*LATER, Way.SMS)),
    Rule("support.opened", administrators, _("The service's support may look in: %(note)s"), LATER),
    Rule("support.ended", administrators, _("The service's support is out again: %(note)s"), LATER),
    Rule("factory.deletion_stopped", administrators, _("The factory is not deleted after all"), LATER),
)
