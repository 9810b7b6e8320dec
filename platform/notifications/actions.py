"""From an event to the people: one row per person, numbered in the order in which it was written."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.models import Event
from core.templatetags.core_tags import clock
from core.words import say
from hazards.actions.invitations import link_of
from hazards.chain import WHY
from notifications import catalogue, ways
from notifications.models import Feed, Message, Notification
from notifications.sending import queue
from people.models import User
from people.permissions import Role
from realtime.push import push_on_commit
from tenants.current import current_factory

REPLAY_AT_ONCE = 100


@transaction.atomic
def deliver(event: Event) -> list[Notification]:
    """Tells everybody whom the catalogue names; a second call for the same event adds nothing."""
    rule = catalogue.RULES.get(event.name)
    subject = catalogue.subject_of(event) if rule else None
    if rule is None or subject is None:
        return []
    notes = [_write(rule, event, subject, person) for person in _hearers(rule, event, subject)]
    written = [note for note in notes if note]
    for note in written:
        push_on_commit([note.user_id], {"note": as_json(note)})
        phone, text = _by_phone(rule, note)
        if phone:
            facts: dict[str, Any] = {
                "notification": note,
                "person": note.user,
                "is_urgent": note.is_urgent,
                "alert_id": note.alert_id,
            }
            queue(Message.Channel.SMS, phone, text, key=f"note:{note.pk}", **facts)
        ways.tell_phone_and_mail(rule, note)
    with ways.in_groups():
        ways.tell_robots(rule, event, subject, str(rule.line) % _words(event, subject), _url(subject), written)
    if rule.looks_at:
        push_on_commit(_lookers(rule, event, subject), {"look": rule.looks_at})
    if event.subject_type == "hazards.hazard":
        watchers = catalogue.holding("hazards.view", subject.department_id)  # type: ignore[attr-defined]
        push_on_commit([person.pk for person in watchers], {"look": "hazards"})
    return written


def _by_phone(rule: catalogue.Rule, note: Notification) -> tuple[str, str]:
    """Who is here by a link has no feed: all that they hear of goes to their phone, with the link.

    The text that brings a company its link says the first things already.
    """
    if note.user.phone:
        return (note.user.phone, note.line) if "sms" in rule.channels else ("", "")
    links = note.user.invitations.filter(revoked_at=None, expires_at__gt=timezone.now()).exclude(phone="")
    invitation = links.last()
    if invitation and invitation.maintainer_id and rule.event in ("hazard.assigned", "group.joined"):
        return "", ""
    return (invitation.phone, f"{note.line} {link_of(invitation)}") if invitation else ("", "")


def _lookers(rule: catalogue.Rule, event: Event, subject: Any) -> set[int]:
    if rule.lookers:
        return {person.pk for person in rule.lookers(event, subject)}
    return {person.pk for person in catalogue.holding("alerts.acknowledge", getattr(subject, "department_id", None))}


def _hearers(rule: catalogue.Rule, event: Event, subject: Any) -> Iterable[User]:
    """Everybody once, in a fixed order of locks, never the one who did it, nobody who could not open it."""
    people = {person.pk: person for person in rule.audience(event, subject) if person.is_active}
    people = {pk: person for pk, person in people.items() if pk != event.actor_id}
    objects = type(subject)._default_manager
    return [people[pk] for pk in sorted(people) if objects.visible_to(people[pk]).filter(pk=subject.pk).exists()]


def _write(rule: catalogue.Rule, event: Event, subject: Any, person: User) -> Notification | None:
    if Notification.objects.filter(user=person, event_id=event.pk).exists():
        return None
    Feed.objects.bulk_create([Feed(user=person)], ignore_conflicts=True)
    feed = Feed.objects.select_for_update().get(user=person)
    feed.seq += 1
    feed.save()
    with translation.override(person.language):
        line = str(rule.line) % _words(event, subject)
    return Notification.objects.create(
        user=person,
        seq=feed.seq,
        event_id=event.pk,
        event=event.name,
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        line=line[:300],
        url=_url(subject),
        is_urgent=rule.is_urgent,
        alert_id=subject.pk if event.subject_type == "alerts.alert" else None,
        at=event.at,
    )


def _words(event: Event, subject: Any) -> dict[str, Any]:
    owner = getattr(subject, "owner", None)
    return {
        "line": getattr(subject, "line", ""),
        "number": getattr(subject, "number", ""),
        "title": getattr(subject, "title", ""),
        "owner": owner.name if owner else "",
        "note": event.data.get("note", ""),
        "reason": event.data.get("reason", ""),
        "person": event.actor.name if event.actor else "",
        "what": _what(event, subject),
        "why": _why(event),
        "absent": event.data.get("name", ""),
        "until": _until(event, subject),
    }


def _why(event: Event) -> str:
    """Why the clock calls, and which level it had to pass over; or what was decided."""
    if event.name == "hazard.extension_decided":
        return _("allowed") if event.data["is_approved"] else _("refused, %(note)s") % event.data
    why = str(WHY.get(event.data.get("reason", ""), ""))
    skipped = [str(Role(role).label) for role in event.data.get("skipped", [])]
    return _("%(why)s (there is no %(roles)s)") % {"why": why, "roles": _(", ").join(skipped)} if skipped else why


def _what(event: Event, subject: Any) -> str:
    """The place by its name; of several checks of one moment how many there are."""
    runs = event.data.get("runs", [])
    if len(runs) > 1:
        return ngettext("%(n)d check", "%(n)d checks", len(runs)) % {"n": len(runs)}
    place = getattr(subject, "equipment", None) or getattr(subject, "area", None)
    return say(place.name) if place else ""


def _until(event: Event, subject: Any) -> str:
    moment = getattr(subject, "closes_at", None) or parse_datetime(event.data.get("until") or "")
    with timezone.override(current_factory().time_zone):
        return clock(moment or getattr(subject, "due_at", None))


def _url(subject: Any) -> str:
    if subject._meta.label_lower == "alerts.alert":
        return reverse("go", args=[subject.subject_type, subject.subject_id])
    return reverse("go", args=[subject._meta.label_lower, str(subject.pk)])


def mark_read(subject: Any, *, by: User) -> int:
    """Opening the page of what they are about is what opens notices; the first time counts."""
    unread = Notification.objects.visible_to(by).filter(url=_url(subject), read_at=None)
    return unread.update(read_at=timezone.now())


def as_json(note: Notification) -> dict[str, Any]:
    return {
        "seq": note.seq,
        "id": note.pk,
        "line": note.line,
        "url": note.url,
        "urgent": note.is_urgent,
        "alert_id": note.alert_id,
        "at": note.at.isoformat(),
    }


def feed_after(user: User, after: int) -> list[dict[str, Any]]:
    """What the person's pages have not seen yet, oldest first, at most REPLAY_AT_ONCE."""
    notes = Notification.objects.visible_to(user).filter(seq__gt=after).order_by("seq")[:REPLAY_AT_ONCE]
    return [as_json(note) for note in notes]


def last_seq(user: User) -> int:
    return Feed.objects.filter(user=user).values_list("seq", flat=True).first() or 0
