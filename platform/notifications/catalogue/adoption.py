"""Inspectors of the month, and buddies."""

from django.utils.translation import gettext_lazy as _

from notifications.audiences import award_givers, floor_and_award_givers, told
from notifications.catalogue.rule import HERE, PHONE, WAITS, Rule

RULES = (
    Rule(
        "ranking.frozen",
        floor_and_award_givers,
        _("The inspectors of the month %(day)s are there. Have a look"),
        HERE,
    ),
    Rule(
        "ranking.won",
        told,
        _("Well done! You are number %(note)s of the inspectors of the month %(day)s"),
        **WAITS,
        who=_("the winner"),
    ),
    Rule(
        "ranking.revised",
        told,
        _("The month %(day)s was corrected after an objection. Look at your place again"),
        **WAITS,
        who=_("whose place has changed"),
    ),
    Rule("appeal.made", award_givers, _("%(absent)s objects to the points of %(day)s. Answer it"), **WAITS),
    Rule(
        "appeal.granted",
        told,
        _("Your objection to %(day)s is granted: %(note)s"),
        **WAITS,
        who=_("who objected"),
    ),
    Rule(
        "appeal.declined",
        told,
        _("Your objection to %(day)s is declined: %(note)s"),
        **WAITS,
        who=_("who objected"),
    ),
    Rule("reward.paid", told, _("Your reward for %(day)s was handed over: %(note)s"), HERE, who=_("the winner")),
    Rule("pair.begun", told, _("You are buddies now: %(note)s helps %(absent)s"), PHONE, who=_("both buddies")),
    Rule(
        "pair.graduated",
        told,
        _("%(absent)s has graduated and does the checks alone. Thanks to %(note)s!"),
        PHONE,
        who=_("both buddies and whoever paired them"),
    ),
    Rule(
        "pair.ended",
        told,
        _("%(note)s and %(absent)s are no buddies any more"),
        **WAITS,
        who=_("both buddies and whoever paired them"),
    ),
    Rule(
        "help.asked",
        told,
        _("%(person)s asks you for help: %(what)s, step %(note)s, %(title)s"),
        PHONE,
        who=_("the buddy"),
    ),
)
