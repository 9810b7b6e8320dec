from alerts.models import Alert
from core.models import Counter, Event
from notifications import actions, codes, outward, receipts, sending  # noqa: F401 - codes, receipts: register handlers
from notifications.models import Message, Notification
from realtime.consumers import feeds
from tenants import due

feeds(after=actions.feed_after, reached=actions.note_delivered)
# Its lock keeps one worker at a time telling of a factory's events.
_TELLING = "events.telling"


@due.handler("events.published")
def publish(ids: list[str]) -> None:
    """What happened before to the same things and has not been told yet goes first, whoever is about to tell it."""
    Counter.objects.get_or_create(name=_TELLING)
    Counter.objects.select_for_update().get(name=_TELLING)
    events = list(Event.objects.filter(pk__in=ids))
    waiting = [pk for payload in due.waiting("events.published") for pk in payload["ids"]]
    about = {(event.subject_type, event.subject_id) for event in events}
    latest = max((event.seq for event in events), default=0)
    events += [
        event
        for event in Event.objects.filter(pk__in=waiting, seq__lt=latest).exclude(pk__in=ids)
        if (event.subject_type, event.subject_id) in about
    ]
    for event in sorted(events, key=lambda event: event.seq):
        actions.deliver(event)


@due.handler("notifications.send_sms")
def send_sms(phone: str, text: str, key: str) -> None:
    """A text that an app below asks for, such as a sign-in code."""
    sending.queue(Message.Channel.SMS, phone, text, key=key)


@due.handler("notifications.send_email")
def send_email(address: str, text: str, key: str) -> None:
    """As above, to a mailbox."""
    sending.queue(Message.Channel.EMAIL, address, text, key=key)


@due.handler("notifications.forget")
def forget(subject: str, ids: list[int]) -> None:
    """What led to things that are not there any more."""
    Notification.objects.filter(subject_type=subject, subject_id__in=map(str, ids)).delete()
    if subject == Alert._meta.label_lower:
        Message.objects.filter(alert_id__in=ids).delete()


@due.handler("notifications.send", lease=sending.LEASE)
def send(message: int) -> None:
    sending.send(message)


@due.handler("notifications.try_other_ways")
def try_other_ways(message: int) -> None:
    outward.try_other_ways(Message.objects.select_related("notification__user").get(pk=message))


@due.handler("notifications.send_held", lease=sending.LEASE)
def send_held(robot: int) -> None:
    sending.send_held(robot)
