from core.models import Event
from notifications import actions
from realtime.consumers import replays
from tenants import due

replays(actions.feed_after)


@due.handler("events.published")
def publish(ids: list[str]) -> None:
    for event in Event.objects.filter(pk__in=ids).order_by("seq"):
        actions.deliver(event)


@due.handler("notifications.send_sms")
def send_sms(phone: str, text: str, key: str) -> None:
    actions.send_sms(phone=phone, text=text, key=key)
