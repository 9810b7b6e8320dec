"""From a notice to phone, mailbox and group: by the ways that the rule names and the person has."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts import links
from alerts.models import Alert
from core.models import Event
from facilities.models import Department
from hazards.actions.invitations import link_of
from notifications.catalogue import Rule, Way
from notifications.channels import with_calls
from notifications.digests import keep_for_digest
from notifications.models import Message, Notification, PushSubscription, Robot
from notifications.quiet import quiet_until
from notifications.rules import Telling, telling
from notifications.sending import queue
from notifications.summaries import MOST_CALLS
from people.models import User
from tenants.addresses import address_of
from tenants.current import current_factory

# What comes to a company with its link says these already.
_SAID_BY_THE_LINK = ("hazard.assigned", "group.joined")


def send_out(rule: Rule, event: Event, subject: Any, notes: list[Notification], line: str) -> None:
    """line: what the group reads. Once per event and way, however often it is asked for."""
    how = telling(rule, subject)
    at = None if how.is_urgent else quiet_until(timezone.now())
    robots = _robots(subject) if Way.ROBOT in how.channels and not how.is_digest else []
    for note in notes:
        if not _to_guest(rule, note, at):
            _to_person(how, note, subject, at, is_only_way=not robots)
    phones = [note.user.phone for note in notes if note.user.phone][:MOST_CALLS]
    for robot in robots:
        facts: dict[str, Any] = {"robot": robot, "is_urgent": how.is_urgent, "alert_id": _alert_id(subject), "at": at}
        key, text = f"event:{event.pk}:robot:{robot.pk}", with_calls(line, phones)
        queue(robot.kind, robot.name, text, key=key, url=_shared_path(subject), **facts)


def _to_guest(rule: Rule, note: Notification, at: datetime | None) -> bool:
    """Who is here by a link has no feed: all that they hear of goes to their phone, with the link."""
    if note.user.phone:
        return False
    links_of_guest = note.user.invitations.filter(revoked_at=None, expires_at__gt=timezone.now()).exclude(phone="")
    invitation = links_of_guest.last()
    if invitation is None:
        return False
    if not (invitation.maintainer_id and rule.event in _SAID_BY_THE_LINK):
        text = f"{note.line} {link_of(invitation)}"
        queue(Message.Channel.SMS, invitation.phone, text, key=f"note:{note.pk}", at=at, **_facts(note))
    return True


def _to_person(how: Telling, note: Notification, subject: Any, at: datetime | None, *, is_only_way: bool) -> None:
    if how.is_digest:
        keep_for_digest(note, how.channels)
        return
    ways = ways_of(note.user)
    wanted = [way for way in ways if way[0] in how.channels]
    if how.is_urgent and is_only_way and not wanted:  # the page alone would be one way
        wanted = ways
    path = _path(note, subject)
    for channel, address, browser in wanted:
        facts = _facts(note) | {"is_urgent": how.is_urgent, "subscription": browser, "at": at, "url": path}
        text = f"{note.line} {_whole(path)}" if channel == Message.Channel.SMS else note.line
        queue(channel, address, text, key=_key(note, channel, browser), **facts)


def try_other_ways(message: Message) -> None:
    """One way to somebody is closed: by each of the others that was not taken before, unless they know already."""
    note = message.notification
    if note is None or note.opened_at or message.status != Message.Status.FAILED:
        return
    for channel, address, browser in ways_of(note.user):
        text = f"{note.line} {_whole(message.url)}" if channel == Message.Channel.SMS else note.line
        facts = _facts(note) | {"is_urgent": True, "subscription": browser, "url": message.url}
        queue(channel, address, text, key=_key(note, channel, browser), **facts)


def ways_of(person: User) -> list[tuple[str, str, PushSubscription | None]]:
    """Every way to the person's phone or mailbox: channel, address, and the browser where it is one."""
    found: list[tuple[str, str, PushSubscription | None]] = []
    if person.phone:
        found.append((Message.Channel.SMS, person.phone, None))
    found += [(Message.Channel.PUSH, row.device or _("browser"), row) for row in person.push_subscriptions.all()]
    if person.email:
        found.append((Message.Channel.EMAIL, person.email, None))
    return found


def _key(note: Notification, channel: str, browser: PushSubscription | None) -> str:
    parts = {Message.Channel.SMS: "", Message.Channel.PUSH: f":push:{browser.pk if browser else 0}"}
    return f"note:{note.pk}{parts.get(Message.Channel(channel), f':{channel}')}"


def _facts(note: Notification) -> dict[str, Any]:
    return {"notification": note, "person": note.user, "is_urgent": note.is_urgent, "alert_id": note.alert_id}


def _robots(subject: Any) -> Iterable[Robot]:
    """Those of the whole factory, and of the workshop where it happened."""
    above, at = [], getattr(subject, "department_id", None)
    while at and at not in above:
        above.append(at)
        at = Department.objects.filter(pk=at).values_list("parent", flat=True).first()
    return list(Robot.objects.filter(Q(department=None) | Q(department__in=above), is_active=True))


# Where it leads


def address_within(subject: Any) -> str:
    """The path of the page about it; an alert is about what it was raised for."""
    if isinstance(subject, Alert):
        return reverse("go", args=[subject.subject_type, subject.subject_id])
    return reverse("go", args=[subject._meta.label_lower, str(subject.pk)])


def _path(note: Notification, subject: Any) -> str:
    """An alert is taken by a link of the person's own, without signing in."""
    return links.path_of(subject, note.user) if isinstance(subject, Alert) else note.url


def _shared_path(subject: Any) -> str:
    """For a group: whoever opens it signs in first."""
    return reverse("alert", args=[subject.pk]) if isinstance(subject, Alert) else address_within(subject)


def _whole(path: str) -> str:
    return address_of(current_factory()) + path


def _alert_id(subject: Any) -> int | None:
    return subject.pk if isinstance(subject, Alert) else None


def stop(alert: Alert, event: Event) -> None:
    """Somebody took it: what still waits is not sent. What is being sent at this moment looks for itself before it tries again."""
    waiting = Message.objects.filter(alert_id=alert.pk, status=Message.Status.WAITING)
    held = waiting.select_for_update(skip_locked=True, of=("self",)).order_by("pk").values_list("pk", flat=True)
    reason = _("Somebody took the alert before.")
    Message.objects.filter(pk__in=list(held)).update(status=Message.Status.STOPPED, reason=reason)
    own = Notification.objects.filter(alert_id=alert.pk, user=event.actor_id, opened_at=None)
    own.update(opened_at=event.at, read_at=Coalesce("read_at", event.at))
