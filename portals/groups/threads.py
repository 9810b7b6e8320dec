"""What the pages of a joint group show, the same for the desk, the phone and who came by a link."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.words import say
from hazards.actions.posts import LONGEST, MOST_PHOTOS, pattern_of
from hazards.models import Hazard, Invitation, JointGroup, Post, SubTask
from people.models import User
from realtime.presence import people_online

SHOWN = 100


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


def thread(hazard: Hazard, reader: User, *, everything: bool = False) -> dict[str, Any]:
    """Entries in the order of the database, members, and sub-tasks with their progress."""
    group = group_of(hazard)
    if group is None:
        return {"group": None}
    companies = dict(Invitation.objects.filter(hazard=hazard).values_list("user", "company"))
    members: list[Any] = list(group.members.select_related("user__department", "added_by"))
    present = {member.user_id for member in group.present()}
    tasks = list(group.subtasks.select_related("owner", "created_by", "done_by", "photo__by"))
    posts = _posts(group, everything)
    for member in members:
        member.where, member.is_present = _where(member.user, companies), member.user_id in present
    return {
        "group": group,
        "entries": _entries(group, posts, members, tasks, reader, companies, is_whole=everything or len(posts) < SHOWN),
        "is_cut": not everything and len(posts) == SHOWN,
        "members": [member for member in members if member.is_present],
        "left": [member for member in members if not member.is_present],
        "tasks": sorted(tasks, key=lambda task: (task.done_at is not None, task.due_at, task.pk)),
        "done": sum(task.done_at is not None for task in tasks),
        "late": sum(task.is_overdue for task in tasks) if hazard.is_open else 0,
        "names": _names(members, reader),
        "longest": LONGEST,
        "most_photos": MOST_PHOTOS,
        "look": f"group_{hazard.pk}",
    }


def mark_online(members: list[Any]) -> None:
    """Who has a page open. Only on pages of the factory's own people: who came by a link sees no members."""
    online = people_online() if members else frozenset()
    for member in members:
        member.is_online = member.user_id in online


def _posts(group: JointGroup, everything: bool) -> list[Post]:
    found = group.posts.select_related("author__department").prefetch_related(
        "photos__attachment__by", "mentions__user"
    )
    return list(found) if everything else list(found.order_by("-pk")[:SHOWN])[::-1]


def _entries(
    group: JointGroup,
    posts: list[Post],
    members: list[Any],
    tasks: list[SubTask],
    reader: User,
    companies: dict[int, str],
    *,
    is_whole: bool,
) -> list[Entry]:
    entries = [
        Entry(post.at, "", post, marked(post, reader), _where(post.author, companies), post.author_id == reader.pk)
        for post in posts
    ]
    begin = posts[0].at if posts and not is_whole else group.opened_at
    between = [Entry(at, line) for at, line in _between(group, members, tasks) if at >= begin]
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


def _names(members: list[Any], reader: User) -> str:
    """For the script that offers them when somebody types @."""
    others = [member for member in members if member.is_present and member.user_id != reader.pk]
    return json.dumps([{"name": member.user.name, "where": member.where} for member in others], ensure_ascii=False)


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
