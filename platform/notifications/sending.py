"""What leaves the product: written with the change that causes it, sent at least once, each try told where it is read."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.models import Alert
from notifications.channels import ChannelError, sms
from notifications.models import Message
from tenants import due

MOST_ATTEMPTS = 8
SLOWEST = timedelta(hours=1)
_SENDERS: dict[str, Callable[[Message], str]] = {Message.Channel.SMS: sms.send}


def queue(channel: str, address: str, text: str, *, key: str, at: datetime | None = None, **columns: Any) -> Message:
    """Written once per key; sent now, or from that moment on."""
    facts = {"channel": channel, "address": address, "text": text, **columns}
    message, is_new = Message.objects.get_or_create(key=key, defaults=facts)
    if is_new:
        _later(message, at or timezone.now())
    return message


def _later(message: Message, at: datetime) -> None:
    key = f"message:{message.pk}"
    due.at(at, "notifications.send", key=key, is_urgent=message.is_urgent, message=message.pk)


def send(message: Message) -> Message:
    """One try. Nothing is sent twice, nor for an alert that somebody has taken meanwhile."""
    if message.status != Message.Status.WAITING:
        return message
    if message.alert_id and not Alert.objects.open().filter(pk=message.alert_id).exists():
        return _end(message, Message.Status.STOPPED, _("Somebody took the alert before."))
    if settings.DEMO:
        return _end(message, Message.Status.KEPT)
    message.attempts += 1
    try:
        message.provider_id = _SENDERS[message.channel](message)
    except ChannelError as error:
        return _again(message, error)
    message.sent_at = timezone.now()
    return _end(message, Message.Status.SENT)


def _again(message: Message, error: ChannelError) -> Message:
    if error.is_permanent or message.attempts >= MOST_ATTEMPTS:
        return _end(message, Message.Status.FAILED, error.reason)
    wait = error.wait or min(timedelta(seconds=2**message.attempts), SLOWEST)
    _later(message, timezone.now() + wait)
    return _end(message, Message.Status.WAITING, error.reason)


def _end(message: Message, status: str, reason: str = "") -> Message:
    message.status, message.reason = status, reason[:300]
    message.save()
    return message
