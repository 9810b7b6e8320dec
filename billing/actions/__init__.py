from billing.actions.cards import (
    change_band,
    open_card_page,
    open_customer_page,
    open_wallet_page,
    subscription_of,
    take_event,
)
from billing.actions.payments import (
    ask_payment,
    confirm_payment,
    end_coupon,
    make_coupon,
    quote,
    void_payment,
)
from billing.actions.trial import TRIAL, give_time, open_trial

__all__ = [
    "TRIAL",
    "ask_payment",
    "change_band",
    "confirm_payment",
    "end_coupon",
    "give_time",
    "make_coupon",
    "open_card_page",
    "open_customer_page",
    "open_trial",
    "open_wallet_page",
    "quote",
    "subscription_of",
    "take_event",
    "void_payment",
]
