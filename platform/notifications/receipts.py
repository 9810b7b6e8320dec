"""What became of what was handed over: gateways of text messages are asked, phones say by themselves what they have shown."""

from datetime import timedelta

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from notifications import sending
from notifications.channels import ChannelError, NoAnswer, Receipt, push, sms
from notifications.models import Message
from notifications.states import move
from tenants import due
from tenants.current import in_public

# When the gateway is asked, counted from handing over; after the last time nobody asks any more.
ASKS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))
SOON = timedelta(minutes=1)
# A gateway that does not answer about receipts is left alone, and texts go out to it all the same.
_SILENCE = "gateway.silent:sms.receipts"


def ask(pk: int, step: int) -> None:
    """One question, outside of any transaction; asked twice it changes nothing more."""
    message = Message.objects.filter(pk=pk, status=Message.Status.SENT).first()
    if message is None:
        return
    with in_public():
        silent_until = cache.get(_SILENCE)
    if silent_until and silent_until > timezone.now():
        sending.ask_at(silent_until, message, step)
        return
    try:
        receipt = sms.receipt(message)
    except ChannelError as error:
        _not_said(message, step, error)
    else:
        with transaction.atomic():
            _note(message, step, receipt)


def _note(message: Message, step: int, receipt: Receipt | None) -> None:
    if receipt is None:
        _later(message, step, _("The gateway has no receipt for it, so nobody knows whether it arrived."))
    elif receipt.failed:
        sending.give_up(message, receipt.failed)
    else:
        move(message, Message.Status.DELIVERED, delivered_at=receipt.at or timezone.now())


def _not_said(message: Message, step: int, error: ChannelError) -> None:
    if isinstance(error, NoAnswer):
        with in_public():
            cache.set(_SILENCE, timezone.now() + sending.REST, sending.REST.total_seconds())
    reason = _("Handed on; whether it arrived cannot be asked: %(reason)s") % {"reason": error.reason}
    if error.is_permanent:
        step = len(ASKS)
    _later(message, step, reason)


def _later(message: Message, step: int, reason: str) -> None:
    """The next time, or never again: then the record says why it knows no more."""
    if step + 1 >= len(ASKS):
        Message.objects.filter(pk=message.pk, status=Message.Status.SENT).update(reason=reason[:300])
        return
    begin = message.sent_at or timezone.now()
    sending.ask_at(max(begin + ASKS[step + 1], timezone.now() + SOON), message, step + 1)


def note_shown(token: str) -> None:
    """A phone has shown a push. Whatever else comes here changes nothing and is told nothing."""
    pk = push.shown_by(token)
    message = Message.objects.filter(pk=pk, channel=Message.Channel.PUSH).first() if pk else None
    if message:
        move(message, Message.Status.DELIVERED, delivered_at=timezone.now())


@due.handler("notifications.ask_receipt", lease=sending.LEASE)
def ask_receipt(message: int, step: int) -> None:
    ask(message, step)
