from core.models import Event
from notifications import actions, sending
from notifications.models import Message
from realtime.consumers import replays
from tenants import due

replays(actions.feed_after)


@due.handler("events.published")
def publish(ids: list[str]) -> None:
    for event in Event.objects.filter(pk__in=ids).order_by("seq"):
        actions.deliver(event)


@due.handler("notifications.send_sms")
def send_sms(phone: str, text: str, key: str) -> None:
    """A text that an app below asks for, such as a sign-in code."""
    sending.queue(Message.Channel.SMS, phone, text, key=key)


@due.handler("notifications.send", lease=sending.LEASE)
def send(message: int) -> None:
    sending.send(message)


@due.handler("notifications.send_held", lease=sending.LEASE)
def send_held(robot: int) -> None:
    sending.send_held(robot)
