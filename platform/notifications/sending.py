"""What leaves the product: written with the change that causes it, sent at least once, each try told where it is read.

Gateways are asked outside of any transaction: what is decided before and what is noted after are two short ones.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.models import Alert
from billing.texts import count_text
from notifications import bucket, summaries
from notifications.channels import ChannelError, Gone, NoAnswer, dingtalk, email, feishu, push, sms, webhook, wecom
from notifications.models import Message, PushSubscription, Robot
from notifications.states import WITHOUT_RECEIPTS, move
from tenants import due
from tenants.current import current_factory, in_public

MOST_ATTEMPTS = 8
# What begins so is tried once, while somebody looks on.
TEST = "test:"
# Sign-in codes: they are old before any receipt comes.
CODE = "code:"
FIRST_ASK = timedelta(minutes=1)
SLOWEST = timedelta(hours=1)
# Longer than any try may take: of a killed worker it begins anew after that.
LEASE = timedelta(seconds=20)
# How long a gateway that does not answer is left alone.
REST = timedelta(seconds=15)
_SENDERS: dict[str, Callable[[Message], str]] = {
    Message.Channel.SMS: sms.send,
    Message.Channel.EMAIL: email.send,
    Message.Channel.PUSH: push.send,
    Message.Channel.WECOM: wecom.send,
    Message.Channel.DINGTALK: dingtalk.send,
    Message.Channel.FEISHU: feishu.send,
    Message.Channel.WEBHOOK: webhook.send,
}


def queue(channel: str, address: str, text: str, *, key: str, at: datetime | None = None, **columns: Any) -> Message:
    """Written once per key; sent now, or from that moment on."""
    facts = {"channel": channel, "address": address[:200], "text": text.replace("\0", ""), **columns}
    message, is_new = Message.objects.get_or_create(key=key, defaults=facts)
    if is_new:
        _at(at or timezone.now(), message)
    return message


def send(pk: int) -> None:
    """One try. Nothing is sent twice, nor for an alert that somebody has taken meanwhile."""
    with transaction.atomic():
        message = _claimed(pk)
    if message:
        _try(message)


def send_held(pk: int) -> None:
    """What waited for a robot, together; what did not fit goes with the next one."""
    with transaction.atomic():
        message = _next_of(Robot.objects.select_for_update().get(pk=pk))
    if message:
        _try(message)


# Before


def _claimed(pk: int) -> Message | None:
    """The message, if its turn has come. A robot is locked before its messages, here and everywhere."""
    robot = Robot.objects.select_for_update(of=("self",)).filter(messages=pk).first()
    message = Message.objects.select_for_update(of=("self",)).filter(pk=pk, status=Message.Status.WAITING).first()
    if message is None or is_over(message):
        return None
    if robot:
        return _turn_of(message, robot)
    gateway = _silence(message)
    with in_public():
        silent_until = cache.get(gateway)
    if silent_until and silent_until > timezone.now():
        _at(silent_until, message)
        return None
    return _begun(message)


def is_over(message: Message) -> bool:
    """Nobody needs it any more, or nothing is sent here."""
    if message.alert_id and not Alert.objects.open().filter(pk=message.alert_id).exists():
        end(message, Message.Status.STOPPED, _("Somebody took the alert before."))
    elif message.robot and not message.robot.is_active:
        end(message, Message.Status.STOPPED, _("The robot is switched off."))
    elif settings.DEMO:
        _keep(message)
    return message.status != Message.Status.WAITING


def _keep(message: Message) -> None:
    """In the demo nothing leaves: it arrives in the mailbox at once, and where the real way gives receipts it says so."""
    now = timezone.now()
    arrived = None if message.channel in WITHOUT_RECEIPTS else now
    move(message, Message.Status.KEPT, sent_at=now, delivered_at=arrived)


def _turn_of(message: Message, robot: Robot) -> Message | None:
    """One message at a time for each robot, so that a slow one keeps one worker at most."""
    now = timezone.now()
    if due.is_waiting(key=_held(robot)):
        later: datetime | None = bucket.free_at(robot, now, is_urgent=message.is_urgent)
    elif not cache.add(_busy(robot), True, LEASE.total_seconds()):
        _at(now + timedelta(milliseconds=300), message)
        return None
    else:
        later = bucket.take(robot, now, is_urgent=message.is_urgent)
        if later is None:
            return _begun(message)
        cache.delete(_busy(robot))
    end(message, Message.Status.WAITING, _("The robot has had enough for now; it goes with the next summary."))
    _hold(robot, later or now)
    return None


def _next_of(robot: Robot) -> Message | None:
    now = timezone.now()
    rows = robot.messages.filter(status=Message.Status.WAITING)
    later = bucket.free_at(robot, now, is_urgent=rows.filter(is_urgent=True).exists())
    if robot.is_active and later > now:
        _hold(robot, later)
        return None
    if not cache.add(_busy(robot), True, LEASE.total_seconds()):
        _hold(robot, now + timedelta(seconds=1))
        return None
    waiting = [message for message in _ready(robot, now) if not is_over(message)]
    if not waiting:
        cache.delete(_busy(robot))
        return None
    bucket.take(robot, now, is_urgent=True)
    message, left = summaries.bundled(robot, waiting)
    if left:
        _hold(robot, now + timedelta(seconds=1))
    return _begun(message)


def _ready(robot: Robot, now: datetime) -> list[Message]:
    """What waits for the robot, but not what is meant for a later hour."""
    rows = robot.messages.select_for_update(of=("self",)).select_related("robot").order_by("id")
    waiting = list(rows.filter(status=Message.Status.WAITING))
    put_off = due.put_off([_key(message) for message in waiting], now + timedelta(minutes=1))
    return [message for message in waiting if _key(message) not in put_off]


def _begun(message: Message) -> Message:
    message.attempts += 1
    message.save(update_fields=["attempts"])
    return message


def _at(when: datetime, message: Message) -> None:
    due.at(when, "notifications.send", key=_key(message), is_urgent=message.is_urgent, message=message.pk)


def _key(message: Message) -> str:
    return f"message:{message.pk}"


def _hold(robot: Robot, until: datetime) -> None:
    due.at(until, "notifications.send_held", key=_held(robot), robot=robot.pk)


def _held(robot: Robot) -> str:
    return f"robot:{robot.pk}"


def _busy(robot: Robot) -> str:
    return f"robot.busy:{robot.pk}"


def _silence(message: Message) -> str:
    """One gateway for the whole installation; of push services each for itself."""
    where = urlsplit(message.subscription.endpoint).hostname if message.subscription else ""
    return f"gateway.silent:{message.channel}:{where}"


# The try, and after it


def _try(message: Message) -> None:
    try:
        provider_id = _SENDERS[message.channel](message)
    except ChannelError as error:
        with transaction.atomic():
            _note_failure(message, error)
    else:
        with transaction.atomic():
            _note_success(message, provider_id)
    finally:
        if message.robot:
            cache.delete(_busy(message.robot))


def _note_success(message: Message, provider_id: str) -> None:
    now = timezone.now()
    if message.robot_id:
        Robot.objects.filter(pk=message.robot_id).update(tried_at=now, worked_at=now, last_error="")
    message.sent_at, message.provider_id = now, provider_id[:120]
    message.save(update_fields=["sent_at", "provider_id"])
    if message.channel == Message.Channel.SMS:
        count_text(current_factory().pk)
    if message.channel == Message.Channel.WEBHOOK:  # whoever it is for answered by itself
        move(message, Message.Status.DELIVERED, delivered_at=now)
    elif move(message, Message.Status.SENT) and _has_receipt(message):
        ask_at(now + FIRST_ASK, message, 0)
    if message.subscription_id:
        PushSubscription.objects.filter(pk=message.subscription_id).update(worked_at=now, last_error="")


def _note_failure(message: Message, error: ChannelError) -> None:
    """Tried again later, or given up; a gateway that needs rest gets it."""
    now, is_last = timezone.now(), error.is_permanent or message.attempts >= MOST_ATTEMPTS
    is_last = is_last or message.key.startswith(TEST)
    wait = error.wait or min(timedelta(seconds=2**message.attempts), SLOWEST)
    robot = Robot.objects.select_for_update().filter(pk=message.robot_id or 0).first()
    stands = Message.objects.select_for_update(of=("self",)).get(pk=message.pk).status
    if stands == Message.Status.WAITING:
        give_up(message, error.reason) if is_last else end(message, stands, error.reason)
    if message.subscription_id:
        browser = PushSubscription.objects.filter(pk=message.subscription_id)
        browser.delete() if isinstance(error, Gone) else browser.update(last_error=error.reason[:300])
    if robot:
        _rest(message, robot, error, now + wait)
    elif isinstance(error, NoAnswer):
        gateway = _silence(message)
        with in_public():
            cache.set(gateway, now + REST, REST.total_seconds())
    if message.status == Message.Status.WAITING and not robot:
        _at(now + wait, message)


def _rest(message: Message, robot: Robot, error: ChannelError, until: datetime) -> None:
    robot.tried_at, robot.last_error = timezone.now(), error.reason[:300]
    robot.save(update_fields=["tried_at", "last_error"])
    if not error.is_permanent:
        bucket.rest(robot, until)
    if message.status == Message.Status.WAITING:
        _hold(robot, until)


def end(message: Message, status: str, reason: str = "") -> Message:
    move(message, status, reason)
    return message


def give_up(message: Message, reason: str) -> None:
    """It did not arrive and will not. What is urgent goes to the person by the ways that were not taken yet."""
    if move(message, Message.Status.FAILED, reason) and message.is_urgent and message.notification_id:
        due.now("notifications.try_other_ways", is_urgent=True, message=message.pk)


def _has_receipt(message: Message) -> bool:
    return message.channel == Message.Channel.SMS and bool(message.provider_id) and not message.key.startswith(CODE)


def ask_at(when: datetime, message: Message, step: int) -> None:
    """When the gateway is asked what became of it: step by step in receipts.py."""
    due.at(when, "notifications.ask_receipt", key=f"receipt:{message.pk}", message=message.pk, step=step)
