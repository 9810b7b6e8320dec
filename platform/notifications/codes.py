"""Codes to people who have no factory yet: nothing of them is in any factory's records."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from billing.texts import count_text
from notifications.channels import ChannelError, email, sms
from notifications.models import Message
from notifications.sending import CODE, LEASE
from signups.models import Proof
from tenants import due

_CHANNELS = {Proof.Way.PHONE: Message.Channel.SMS, Proof.Way.EMAIL: Message.Channel.EMAIL}
_SENDERS = {Message.Channel.SMS: sms.send, Message.Channel.EMAIL: email.send}


@due.handler("notifications.send_code", lease=LEASE)
def send_code(proof: int, code: str) -> None:
    """While it still counts; what the gateway refuses for good stands at the proof, so that the page can say so."""
    row = Proof.objects.filter(pk=proof, confirmed_at=None, expires_at__gt=timezone.now()).first()
    if row is None:
        return
    try:
        _send(row, code)
    except ChannelError as error:
        Proof.objects.filter(pk=proof).update(fault=error.reason[:300])
        if not error.is_permanent:
            raise
    else:
        with transaction.atomic():
            Proof.objects.filter(pk=proof).update(sent_at=timezone.now(), fault="")
            if row.way == Proof.Way.PHONE and not settings.DEMO:
                count_text()


def _send(row: Proof, code: str) -> None:
    words = {"code": code, "minutes": round((row.expires_at - row.asked_at).total_seconds() / 60)}
    with translation.override(row.language):
        text = _("Your code is %(code)s, good for %(minutes)d minutes. Tell it to nobody.") % words
        channel = _CHANNELS[Proof.Way(row.way)]
        if not settings.DEMO:  # there the page shows it
            _SENDERS[channel](
                Message(
                    channel=channel, address=row.address, text=text, key=f"{CODE}proof-{row.pk}-{row.asked_at:%H%M%S}"
                )
            )
