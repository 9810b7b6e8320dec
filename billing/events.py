"""What a factory's history says of money."""

from django.utils.translation import gettext_lazy as _

from core.events import register

register({
    "subscription.ending": _("The paid time ends soon"),
    "subscription.limited": _("Settings stand still: not paid"),
    "subscription.closing": _("Read only soon: not paid"),
    "subscription.closed": _("Read only: not paid"),
    "subscription.paid": _("Payment came"),
    "subscription.refused": _("The card was refused"),
    "subscription.changed": _("Card payment changed"),
    "subscription.given": _("Time given by the operator of the service"),
    "subscription.asked": _("Payment asked for"),
})  # fmt: skip
