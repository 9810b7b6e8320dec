"""责任时间线: who knew what of one hazard, when, by which channel, and whether they opened it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import Model
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from alerts.models import Alert
from core import jobs
from core.events import history, word_of
from core.exports import orders
from core.exports.cover import Cover, cover
from core.models import Attachment, Event, Job
from core.pdf import render_pdf
from core.templatetags.core_tags import exact, level_word, who
from hazards import exports
from hazards.chain import WHY
from hazards.models import Hazard, Post
from notifications import deliveries
from notifications.models import Message, Notification
from people.models import User
from people.permissions import Role


@dataclass(frozen=True)
class Told:
    """One person and what reached them; opened: when they first opened it, ways: what went to them besides the page.

    arrived: when a page of theirs had it. passed_over: marked as read among all others, and not opened.
    """

    name: str
    opened: datetime | None = None
    arrived: datetime | None = None
    passed_over: datetime | None = None
    is_noticed: bool = True
    ways: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Entry:
    at: datetime
    what: str
    who: str
    detail: str
    told: list[Told] = field(default_factory=list)
    seq: int | None = None
    seal: str = ""


# That somebody saw a post is said beside the post.
_QUIET = frozenset({"mention.seen"})


def timeline(hazard: Hazard) -> list[Entry]:
    """All that happened to it and to what belongs to it, oldest first, each with those who heard of it."""
    events = [event for event in history(*_subjects(hazard)) if event.name not in _QUIET]
    told, posts = _told(events), _posts(hazard)
    entries = [_entry(event, told.get(event.pk, [])) for event in events if not _post_of(event, posts)]
    sealed = {post.pk: event for event in events if (post := _post_of(event, posts))}
    said = [_said(post, sealed.get(post.pk)) for post in posts.values()]
    return sorted([*entries, *said], key=lambda entry: (entry.at, entry.seq or 0))


def _subjects(hazard: Hazard) -> Iterable[Model]:
    alerts = Alert.objects.filter(subject_type=Hazard._meta.label_lower, subject_id=str(hazard.pk))
    kept: tuple[Any, ...] = (
        hazard.plans,
        hazard.extensions,
        hazard.level_changes,
        hazard.stop_uses,
        hazard.invitations,
    )
    beside: list[Model] = [row for rows in kept for row in rows.all()]
    group: Any = getattr(hazard, "group", None)
    thread: Any = getattr(hazard, "thread", None)
    if group:
        beside += [group, *group.members.all(), *group.subtasks.all()]
    tip: Any = getattr(hazard, "tip", None)
    return [hazard, *alerts, *beside, *(row for row in (thread, tip) if row)]


def _told(events: list[Event]) -> dict[Any, list[Told]]:
    """By event: whoever got a notice, and whoever was named and got none."""
    notes = Notification.objects.filter(event_id__in=[event.pk for event in events]).select_related("user")
    sent = deliveries.of_notes(notes)
    found: dict[Any, dict[int, Told]] = defaultdict(dict)
    for note in notes:
        ways = [_way(way) for way in sent[note.pk] if not way.is_page]
        passed_over = None if note.opened_at else note.read_at
        arrived = next(way.delivered for way in sent[note.pk] if way.is_page)
        found[note.event_id][note.user_id] = Told(note.user.name, note.opened_at, arrived, passed_over, ways=ways)
    named = {pk for event in events for pk in event.data.get("told", [])}
    names = dict(User.objects.filter(pk__in=named).values_list("pk", "name"))
    for event in events:
        for pk in event.data.get("told", []):
            if pk in names and pk != event.actor_id:
                found[event.pk].setdefault(pk, Told(names[pk], is_noticed=False))
    return {event: list(people.values()) for event, people in found.items()}


def _way(way: deliveries.Delivery) -> str:
    """When it was handed over and when it arrived, and how it stands."""
    handed = _("%(at)s handed on") % {"at": exact(way.sent)[11:]} if way.sent else ""
    arrived = _("%(at)s delivered") % {"at": exact(way.delivered)[11:]} if way.delivered else ""
    silent = _("no receipt") if way.sent and not way.has_receipt else ""
    # What its time says already is not said again.
    stands = "" if way.status in (Message.Status.SENT, Message.Status.DELIVERED) else way.words
    return f"{way.way} " + ", ".join(part for part in (handed, arrived, stands, silent, way.reason) if part)


def _entry(event: Event, told: list[Told]) -> Entry:
    return Entry(event.at, word_of(event.name), who(event), _detail(event.data), told, event.seq, event.seal)


def _detail(data: dict[str, Any]) -> str:
    """What the event says of itself, in the reader's words."""
    said = {key: value for key, value in data.items() if isinstance(value, str)}
    level, level_before = level_word(said.get("level", "")), level_word(said.get("level_before", ""))
    parts = [
        f"{level_before} → {level}" if level_before and level_before != level else level,
        f"→ {said['owner_name']}" if said.get("owner_name") else "",
        _until(_("limit %(time)s"), said.get("due_at", "")),
        _until(_("from %(time)s"), said.get("old", "")),
        _until(_("to %(time)s"), said.get("new", "")),
        str(dict(Role.choices).get(said.get("to", ""), "")),
        str(WHY.get(said.get("reason", ""), said.get("reason", ""))),
        {True: _("agreed"), False: _("refused")}.get(data["is_approved"], "") if "is_approved" in data else "",
        said.get("measure", ""),
        said.get("note", ""),
    ]
    return " · ".join(part for part in parts if part)


def _until(words: str, said: str) -> str:
    try:
        moment = parse_datetime(said)
    except ValueError:
        return ""
    return words % {"time": exact(moment)[:-3]} if moment else ""


def _posts(hazard: Hazard) -> dict[int, Post]:
    """What was said about it."""
    posts = Post.objects.filter(thread__hazard=hazard).select_related("author").prefetch_related("mentions__user")
    return {post.pk: post for post in posts}


def _post_of(event: Event, posts: dict[int, Post]) -> Post | None:
    return posts.get(event.data.get("post", 0)) if event.name == "post.added" else None


def _said(post: Any, event: Event | None) -> Entry:
    """With those who were called by name, and when they saw it."""
    called = [
        Told(mention.user.name, mention.seen_at, ways=[_("called again on the phone")] if mention.pressed_at else [])
        for mention in post.mentions.all()
    ]
    seq, seal = (event.seq, event.seal) if event else (None, "")
    return Entry(post.at, _("Said"), post.author.name, post.text, called, seq, seal)


# On paper


def order_timeline(hazard: Hazard, *, by: User) -> Job:
    orders.refuse_others(by, exports.VIEW)
    name = orders.file_name(_("Responsibility timeline"), hazard.number, "pdf")
    return orders.order("hazards.timeline", by=by, total=1, hazard=hazard.pk, name=name)


@jobs.kind("hazards.timeline")
def make_timeline(job: Job) -> Attachment:
    by = orders.asker(job, exports.VIEW)
    hazard, about = exports.hazard_of(job, by), cover([], by)
    made = orders.make(job, "pdf", lambda path: _write(path, about, hazard))
    orders.note("hazards.exported", hazard, job, made, by=by, rows=1, form="pdf")
    return made


def _write(path: Path, about: Cover, hazard: Hazard) -> int:
    context = {"cover": about, "hazard": hazard, "entries": timeline(hazard)}
    path.write_bytes(render_pdf("pdf/timeline.html", "evidence.css", context))
    return 1
