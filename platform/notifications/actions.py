"""From an event to the people: one row per person, numbered in the order in which it was written."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts.models import Alert
from core.models import Event
from core.templatetags.core_tags import clock
from core.words import say
from hazards.chain import WHY
from notifications import catalogue, outward
from notifications.models import Feed, Notification
from notifications.outward import address_within
from notifications.reading import can_be_silent, is_in, muted_by, open_notices, who_muted
from people.models import User
from people.permissions import Role
from realtime.groups import SCREENS
from realtime.push import push_all_on_commit, push_on_commit
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
    muters = who_muted(event)
    loud = [note for note in written if note.user_id not in muters or not can_be_silent(note)]
    heard = {note.pk for note in loud}
    push_all_on_commit(([note.user_id], {"note": as_json(note, note.pk not in heard)}) for note in written)
    outward.send_out(rule, event, subject, loud, _line(rule, event, subject, settings.LANGUAGE_CODE))
    if isinstance(subject, Alert) and event.name == "alert.acknowledged":
        outward.stop(subject, event)
    if rule.looks_at:
        push_on_commit([*_lookers(rule, event, subject), SCREENS], {"look": rule.looks_at})
    if event.subject_type == "hazards.hazard":
        watchers = catalogue.holding("hazards.view", subject.department_id)  # type: ignore[attr-defined]
        push_on_commit([*(person.pk for person in watchers), SCREENS], {"look": "hazards"})
    return written


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
    return Notification.objects.create(
        user=person,
        seq=feed.seq,
        event_id=event.pk,
        event=event.name,
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        line=_line(rule, event, subject, person.language),
        url=address_within(subject),
        is_urgent=rule.is_urgent,
        alert_id=subject.pk if event.subject_type == "alerts.alert" else None,
        at=event.at,
    )


def _line(rule: catalogue.Rule, event: Event, subject: Any, language: str) -> str:
    with translation.override(language):
        return (str(rule.line) % _words(event, subject))[:300]


def _words(event: Event, subject: Any) -> dict[str, Any]:
    owner = getattr(subject, "owner", None)
    return {
        "line": getattr(subject, "line", ""),
        "number": getattr(subject, "number", ""),
        "title": say(getattr(subject, "title", "")),
        "owner": owner.name if owner else "",
        "note": event.data.get("note", "") or (_("a photo") if event.data.get("photos") else ""),
        "reason": event.data.get("reason", ""),
        "person": event.actor.name if event.actor else "",
        "what": _what(event, subject),
        "why": _why(event),
        "absent": event.data.get("name", ""),
        "until": _until(event, subject),
        "minutes": event.data.get("minutes", ""),
        "days": event.data.get("days", ""),
        "day": event.data.get("day", ""),
        "passed": _passed(event),
        "company": getattr(subject, "company", ""),
    }


def _why(event: Event) -> str:
    """Why the clock calls, and which level it had to pass over; or what was decided."""
    if event.name == "hazard.extension_decided":
        return _("allowed") if event.data["is_approved"] else _("refused, %(note)s") % event.data
    why = str(WHY.get(event.data.get("reason", ""), ""))
    roles = _skipped(event)
    return _("%(why)s (there is no %(roles)s)") % {"why": why, "roles": roles} if roles else why


def _skipped(event: Event) -> str:
    return _(", ").join(str(Role(role).label) for role in event.data.get("skipped", []))


def _passed(event: Event) -> str:
    """Which level an alert had to pass over."""
    roles = _skipped(event)
    return _(" (there is no %(roles)s)") % {"roles": roles} if roles else ""


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


def mark_opened(subject: Any, *, by: User) -> int:
    """Opening the page of what they are about is what opens notices."""
    return open_notices(by=by, url=address_within(subject))


def as_json(note: Notification, is_silent: bool = False) -> dict[str, Any]:
    """A silent one stands in the list and makes no noise."""
    said = {
        "seq": note.seq,
        "id": note.pk,
        "line": note.line,
        "url": note.url,
        "urgent": note.is_urgent,
        "alert_id": note.alert_id,
        "at": note.at.isoformat(),
    }
    return said | ({"muted": True} if is_silent else {})


def feed_after(user: User, after: int) -> list[dict[str, Any]]:
    """What the person's pages have not seen yet, oldest first, at most REPLAY_AT_ONCE."""
    notes = Notification.objects.visible_to(user).filter(seq__gt=after).order_by("seq")[:REPLAY_AT_ONCE]
    muted = muted_by(user)
    return [as_json(note, is_in(note, muted) and can_be_silent(note)) for note in notes]


def note_delivered(user: User, until: int) -> None:
    """One of the person's pages says that it has all up to this number of the feed."""
    on_their_way = Notification.objects.visible_to(user).filter(seq__lte=until, delivered_at=None)
    on_their_way.update(delivered_at=timezone.now())
