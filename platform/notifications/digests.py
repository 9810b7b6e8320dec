"""汇总: what can wait is kept and goes to each person as one message at the factory's hours, never by SMS."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.catalogue import Way
from notifications.models import Message, Notification
from notifications.quiet import next_digest, quiet_until
from notifications.sending import queue
from people.models import User
from tenants import due

# Lines of one summary; the others are counted.
MOST = 20
_PREFIX = "digest:"


def keep_for_digest(note: Notification, channels: Iterable[str]) -> None:
    """A line of the next summary, where the person has a way by which it can come."""
    channel = _way(note.user, channels)
    if channel is None:
        return
    facts = {"channel": channel, "text": note.line, "url": note.url, "notification": note, "person": note.user}
    Message.objects.get_or_create(key=f"{_PREFIX}{note.pk}", defaults=facts)
    due.once(next_digest(timezone.now()), "notifications.digest", key="digest")


def _way(person: User, channels: Iterable[str]) -> str | None:
    if Way.PUSH in channels and person.push_subscriptions.exists():
        return Message.Channel.PUSH
    return Message.Channel.EMAIL if Way.EMAIL in channels and person.email else None


def reschedule() -> None:
    """The hours were changed: what waits goes at the next of the new ones."""
    if _waiting().exists():
        due.at(next_digest(timezone.now()), "notifications.digest", key="digest")


def _waiting():
    return Message.objects.filter(key__startswith=_PREFIX, status=Message.Status.WAITING)


@due.handler("notifications.digest")
def send_digests() -> None:
    rows = _waiting().select_for_update(of=("self",)).select_related("person", "notification")
    for _person, lines in groupby(rows.order_by("person", "pk"), key=lambda row: row.person_id):
        _send(list(lines))


def _send(lines: list[Message]) -> None:
    """What was read meanwhile is left out."""
    person: User = lines[0].person  # type: ignore[assignment]
    unread = [line for line in lines if not line.notification.read_at and person.is_active]  # type: ignore[union-attr]
    read = [line.pk for line in lines if line not in unread]
    Message.objects.filter(pk__in=read).update(status=Message.Status.STOPPED, reason=_("Read before."))
    sent = _bundle(person, unread) if unread else []
    if sent:
        parts = [line.pk for line in unread]
        Message.objects.filter(pk__in=parts).update(status=Message.Status.BUNDLED, bundle=sent[0])


def _bundle(person: User, lines: list[Message]) -> list[Message]:
    key, text = f"bundle:{lines[0].pk}", _text(person, lines)
    facts: dict[str, Any] = {"url": reverse("home"), "person": person, "at": quiet_until(timezone.now())}
    wants_push = any(line.channel == Message.Channel.PUSH for line in lines)
    browsers = list(person.push_subscriptions.all()) if wants_push else []
    if browsers:
        return [
            queue(Message.Channel.PUSH, row.device, text, key=f"{key}:{row.pk}", subscription=row, **facts)
            for row in browsers
        ]
    return [queue(Message.Channel.EMAIL, person.email, text, key=key, **facts)] if person.email else []


def _text(person: User, lines: list[Message]) -> str:
    with translation.override(person.language):
        head = ngettext("%(n)d notice for you", "%(n)d notices for you", len(lines)) % {"n": len(lines)}
        shown = [f"· {line.text}" for line in lines[:MOST]]
        rest = len(lines) - len(shown)
        more = [ngettext("· and %(n)d more", "· and %(n)d more", rest) % {"n": rest}] if rest else []
        return "\n".join([head, *shown, *more])
