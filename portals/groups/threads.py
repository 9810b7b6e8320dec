"""What the pages of a thread show, with or without a joint group: the same for desk, phone and who came by a link."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.words import say
from hazards.actions.posts import LONGEST, MOST_PHOTOS, callable_by, pattern_of
from hazards.models import Hazard, Invitation, JointGroup, Post, SubTask, Thread
from people.models import User
from realtime.presence import people_online

SHOWN = 100
# On a page that is about something else.
FEW = 4


@dataclass
class Entry:
    """One line of the thread: somebody's post, or what happened in between."""

    at: datetime
    line: str = ""
    post: Post | None = None
    text: SafeString | str = ""
    where: str = ""
    is_mine: bool = False


def group_of(hazard: Hazard) -> JointGroup | None:
    return JointGroup.objects.select_related("hazard", "opened_by").filter(hazard=hazard).first()


def thread(hazard: Hazard, reader: User, *, most: int = SHOWN, is_guest: bool = False) -> dict[str, Any]:
    """Entries in the order of the database; of a joint group its members and sub-tasks too. most: 0 is all of them.

    Who came by a link reads what was said since the group was opened: before it, the factory's people were by themselves.
    """
    group, about = group_of(hazard), Thread.objects.select_related("hazard").filter(hazard=hazard).first()
    since = group.opened_at if group and is_guest else None
    companies = dict(Invitation.objects.filter(hazard=hazard).values_list("user", "company")) if group else {}
    posts, is_cut = _posts(about, most, since) if about else ([], False)
    crowd = _crowd(group, companies)
    entries = _entries(group, posts, crowd, reader, companies, is_whole=not is_cut)
    people = callable_by(hazard, reader).select_related("department").order_by("sort_key", "pk")
    return {
        "thread": about,
        "group": group,
        "entries": entries,
        "said": len(posts) if not is_cut else Post.objects.filter(thread=about).count(),
        "is_cut": is_cut,
        **crowd,
        "done": sum(task.done_at is not None for task in crowd["tasks"]),
        "late": sum(task.is_overdue for task in crowd["tasks"]) if hazard.is_open else 0,
        "names": _names(people, crowd["members"], companies) if hazard.is_open else "[]",
        "longest": LONGEST,
        "most_photos": MOST_PHOTOS,
        "look": f"thread_{hazard.pk}",
    }


def _crowd(group: JointGroup | None, companies: dict[int, str]) -> dict[str, list[Any]]:
    """Who is in the group, who was, and what they share out."""
    if group is None:
        return {"members": [], "left": [], "tasks": []}
    members: list[Any] = list(group.members.select_related("user__department", "added_by"))
    present = {member.user_id for member in group.present()}
    tasks = list(group.subtasks.select_related("owner", "created_by", "done_by", "photo__by"))
    for member in members:
        member.where, member.is_present = _where(member.user, companies), member.user_id in present
    return {
        "members": [member for member in members if member.is_present],
        "left": [member for member in members if not member.is_present],
        "tasks": sorted(tasks, key=lambda task: (task.done_at is not None, task.due_at, task.pk)),
    }


def mark_online(members: list[Any]) -> None:
    """Who has a page open. Only on pages of the factory's own people: who came by a link sees no members."""
    online = people_online() if members else frozenset()
    for member in members:
        member.is_online = member.user_id in online


def _posts(about: Thread, most: int, since: datetime | None) -> tuple[list[Post], bool]:
    """The newest of them, oldest first, and whether there are earlier ones."""
    found = about.posts.select_related("author__department")
    found = found.prefetch_related("photos__attachment__by", "mentions__user").order_by("-pk")
    if since:
        found = found.filter(at__gte=since)
    posts = list(found[: most + 1] if most else found)
    is_cut = bool(most) and len(posts) > most
    return (posts[:most] if is_cut else posts)[::-1], is_cut


def _entries(
    group: JointGroup | None,
    posts: list[Post],
    crowd: dict[str, list[Any]],
    reader: User,
    companies: dict[int, str],
    *,
    is_whole: bool,
) -> list[Entry]:
    entries = [
        Entry(post.at, "", post, marked(post, reader), _where(post.author, companies), post.author_id == reader.pk)
        for post in posts
    ]
    if group is None:
        return entries
    begin = posts[0].at if posts and not is_whole else group.opened_at
    members = sorted([*crowd["members"], *crowd["left"]], key=lambda member: member.pk)
    between = [Entry(at, line) for at, line in _between(group, members, crowd["tasks"]) if at >= begin]
    # Posts keep the order that the database gave them; what happened in between is put among them by its time.
    merged: list[Entry] = []
    waiting = sorted(between, key=lambda entry: entry.at)
    for entry in entries:
        while waiting and waiting[0].at <= entry.at:
            merged.append(waiting.pop(0))
        merged.append(entry)
    return [*merged, *waiting]


def _between(group: JointGroup, members: list[Any], tasks: list[SubTask]) -> Iterable[tuple[datetime, str]]:
    first = [member.user.name for member in members if member.added_at <= group.opened_at or _is_first(group, member)]
    opener = group.opened_by.name if group.opened_by else _("the clock")
    yield group.opened_at, _("%(name)s opened the group: %(who)s") % {"name": opener, "who": _listed(first)}
    for member in members:
        if not _is_first(group, member):
            yield member.added_at, _("%(name)s joined") % {"name": member.user.name}
        if member.left_at:
            yield member.left_at, _("%(name)s left") % {"name": member.user.name}
    for task in tasks:
        words = {"name": task.owner.name, "by": task.created_by.name, "title": task.title}
        yield task.created_at, _("%(by)s gave %(name)s: %(title)s") % words
        if task.done_at and task.done_by:
            words = {"name": task.done_by.name, "title": task.title, "result": task.result}
            yield task.done_at, _("%(name)s is done: %(title)s. %(result)s") % words


def _is_first(group: JointGroup, member: Any) -> bool:
    return (member.added_at - group.opened_at).total_seconds() < 1


def _listed(names: list[str]) -> str:
    return _(", ").join(names)


def _where(user: User, companies: dict[int, str]) -> str:
    return companies.get(user.pk) or (say(user.department.name) if user.department else "")


def _names(people: Iterable[User], members: list[Any], companies: dict[int, str]) -> str:
    """For the script that offers them when somebody types @; who is in the group comes first."""
    inside = {member.user_id for member in members}
    ordered = sorted(people, key=lambda person: person.pk not in inside)
    return json.dumps([{"name": one.name, "where": _where(one, companies)} for one in ordered], ensure_ascii=False)


def marked(post: Post, reader: User) -> SafeString:
    """The text with those whom it calls set off, and the reader most of all."""
    me = reader.name.casefold() if any(mention.user_id == reader.pk for mention in post.mentions.all()) else None
    pattern = pattern_of({mention.user.name for mention in post.mentions.all()})
    pieces: list[SafeString | str] = []
    at = 0
    for match in pattern.finditer(post.text) if pattern else ():
        look = "at me-x" if match[1].casefold() == me else "at"
        pieces += [post.text[at : match.start()], format_html('<span class="{}">@{}</span>', look, match[1])]
        at = match.end()
    return format_html_join("", "{}", ((piece,) for piece in [*pieces, post.text[at:]]))
