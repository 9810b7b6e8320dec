"""送达记录: of a notice or an alert, by which way it went to whom and what became of it."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from alerts.models import Alert
from core.events import history
from core.models import Event
from notifications.models import Message, Notification
from notifications.states import WITHOUT_RECEIPTS
from people.models import User
from people.permissions import Role

_ROBOT_KEY = re.compile(r"event:([0-9a-f-]{36}):")


@dataclass(frozen=True)
class Delivery:
    """One way to one person or group, and when each state was reached. read: when the person opened the page of it.

    has_receipt: whether whoever runs this way ever says that something arrived.
    """

    way: str
    address: str
    queued: datetime
    sent: datetime | None = None
    delivered: datetime | None = None
    read: datetime | None = None
    status: str = ""
    words: str = ""
    reason: str = ""
    is_page: bool = False
    has_receipt: bool = True


@dataclass
class Person:
    """is_noticed: whether a notice was written; without one they were named and could not be told."""

    user: User
    ways: list[Delivery] = field(default_factory=list)
    acknowledged: datetime | None = None
    is_noticed: bool = True


@dataclass
class Call:
    """What one event told: to people, and to groups."""

    event: Event
    people: list[Person] = field(default_factory=list)
    groups: list[Delivery] = field(default_factory=list)

    @property
    def role(self) -> str:
        return str(dict(Role.choices).get(self.event.data.get("to", ""), ""))

    @property
    def skipped(self) -> list[str]:
        return [str(Role(role).label) for role in self.event.data.get("skipped", [])]


def of_alert(alert: Alert) -> list[Call]:
    """Each time somebody was called, oldest first."""
    events = [event for event in history(alert) if "told" in event.data or event.name == "alert.raised"]
    notes = Notification.objects.filter(event_id__in=[event.pk for event in events]).select_related("user")
    ways = of_notes(notes)
    calls = {event.pk: Call(event) for event in events}
    for note in notes.order_by("pk"):
        taken = alert.acknowledged_at if alert.acknowledged_by_id == note.user_id else None
        calls[note.event_id].people.append(Person(note.user, ways[note.pk], taken))
    _add_named(calls)
    for message in (
        Message.objects.filter(alert_id=alert.pk, robot__isnull=False).select_related("bundle").order_by("pk")
    ):
        found = _ROBOT_KEY.match(message.key)
        call = next((call for call in calls.values() if found and str(call.event.pk) == found[1]), None)
        if call:
            call.groups.append(_of(message))
    return list(calls.values())


def _add_named(calls: dict[Any, Call]) -> None:
    named = {pk for call in calls.values() for pk in call.event.data.get("told", [])}
    users = User.objects.in_bulk(named)
    for call in calls.values():
        there = {person.user.pk for person in call.people}
        for pk in call.event.data.get("told", []):
            if pk in users and pk not in there:
                call.people.append(Person(users[pk], is_noticed=False))


def of_notes(notes: Iterable[Notification]) -> dict[int, list[Delivery]]:
    """By notice: the page first, then what left the product."""
    found: dict[int, list[Delivery]] = defaultdict(list)
    notes = list(notes)
    for note in notes:
        found[note.pk].append(_of_page(note))
    for message in Message.objects.filter(notification__in=notes).select_related("bundle").order_by("pk"):
        found[message.notification_id].append(_of(message))  # type: ignore[index]
    return found


def _of_page(note: Notification) -> Delivery:
    """It is handed over as it is written; delivered when a page of the person confirms it, at the latest when one is opened."""
    arrived = min(filter(None, (note.delivered_at, note.opened_at)), default=None)
    stands: list[tuple[Any, str, str]] = [
        (note.opened_at, "done", _("opened")),
        (note.read_at, "waiting", _("marked as read, not opened")),
        (arrived, "delivered", _("on the page, not opened yet")),
        (True, "waiting", _("no page of theirs was open yet")),
    ]
    status, words = next((status, words) for moment, status, words in stands if moment)
    times: dict[str, Any] = {"sent": note.at, "delivered": arrived, "read": note.opened_at}
    return Delivery(_("Browser"), "", note.at, status=status, words=words, is_page=True, **times)


def _of(message: Message) -> Delivery:
    """What went with a summary arrived with it."""
    carrier = message.bundle or message
    return Delivery(
        way=message.get_channel_display(),
        address=message.address,
        queued=message.created_at,
        sent=carrier.sent_at,
        delivered=carrier.delivered_at,
        status=message.status,
        words=message.get_status_display(),
        reason=message.reason,
        has_receipt=message.channel not in WITHOUT_RECEIPTS,
    )
