"""Who was told of what is open now, and who opened it: what the timeline of a hazard shows."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q

from alerts.models import Alert
from core.events import Event
from hazards.models import Hazard, Status
from notifications.actions import deliver
from notifications.models import Message, Notification
from portals.operator.demo.alarms import last_alerts

SHOWN = (Status.RECTIFYING, Status.FIRST_REVIEW, Status.SECOND_REVIEW, Status.FINAL_REVIEW)


def tell_story() -> None:
    """Of a few hazards, as the clock would have told it; each fourth notice was never opened."""
    newest = {status: Hazard.objects.filter(status=status).order_by("-reported_at")[:2] for status in SHOWN}
    ids = [str(hazard.pk) for hazards in newest.values() for hazard in hazards]
    kind = Hazard._meta.label_lower
    alerts = {*Alert.objects.filter(subject_type=kind, subject_id__in=ids), *last_alerts()}
    about = Q(subject_type=kind, subject_id__in=ids)
    about |= Q(subject_type=Alert._meta.label_lower, subject_id__in=[str(alert.pk) for alert in alerts])
    for event in Event.objects.filter(about).select_related("actor").order_by("seq"):
        deliver(event)
    _date(Message.objects.select_related("notification"))
    notes = list(Notification.objects.order_by("pk"))
    for number, note in enumerate(notes):
        note.read_at = note.opened_at = note.at + timedelta(minutes=2 + number * 7 % 50) if number % 4 else None
    Notification.objects.bulk_update(notes, ["read_at", "opened_at"])


def _date(messages: Iterable[Message]) -> None:
    """As if each had been written when it happened; a robot's key names the event."""
    for message in messages:
        note = message.notification
        at = (
            note.at if note else Event.objects.filter(pk=message.key.split(":")[1]).values_list("at", flat=True).first()
        )
        message.created_at = at or message.created_at
        message.save(update_fields=["created_at"])
