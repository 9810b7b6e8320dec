"""How a message may stand, and from where it gets there: only forward, whoever comes late or twice.

One way leads back: a person sends again what failed (robots.repeat_message).
"""

from typing import Any

from notifications.models import Message

_S = Message.Status
# What an operator or a phone says of a message counts while nothing later is known of it.
COMES_FROM: dict[str, frozenset[str]] = {
    _S.WAITING: frozenset({_S.WAITING}),
    _S.KEPT: frozenset({_S.WAITING}),
    _S.STOPPED: frozenset({_S.WAITING}),
    _S.BUNDLED: frozenset({_S.WAITING, _S.BUNDLED}),
    # It was under way already when it was stopped.
    _S.SENT: frozenset({_S.WAITING, _S.STOPPED}),
    # A phone may have shown it before the push service's answer was heard.
    _S.DELIVERED: frozenset({_S.WAITING, _S.STOPPED, _S.SENT}),
    _S.FAILED: frozenset({_S.WAITING, _S.SENT}),
}
# Whoever runs these gives no receipts: it is known that they took it, and no more.
WITHOUT_RECEIPTS = frozenset(
    {Message.Channel.EMAIL, Message.Channel.WECOM, Message.Channel.DINGTALK, Message.Channel.FEISHU}
)


def move(message: Message, status: str, reason: str = "", **facts: Any) -> bool:
    """One step forward; nothing happens where it stands further already, and the message says where it does."""
    facts |= {"status": status, "reason": reason[:300]}
    moved = Message.objects.filter(pk=message.pk, status__in=COMES_FROM[status]).update(**facts)
    message.refresh_from_db(fields=list(facts))
    return bool(moved)
