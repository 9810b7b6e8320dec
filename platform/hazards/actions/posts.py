"""What is said about a hazard, and whether those who were called by name have seen it."""

import re
from collections.abc import Iterable, Sized
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from core.attachments import PhotosRefused
from core.errors import DomainError, NotAllowed
from core.events import action, emit
from core.models import Attachment
from hazards.actions.groups import enter, look_again, people_of, present_in, require_open
from hazards.models import Hazard, JointGroup, Level, Mention, Post, PostPhoto, Thread
from people.models import User
from people.permissions import Role
from tenants import due

LONGEST = 2000
MOST_PHOTOS = 6
PRESS_AFTER = timedelta(minutes=30)
_EXCERPT = 80


@action
def add_post(
    hazard: Hazard, *, by: User, text: str, photos: Iterable[Attachment] = (), client_id: UUID | None = None
) -> Post:
    """Adds it at the end; sent twice under the same client_id it is there once. Who may see the hazard is called by @name."""
    text, photos = text.strip(), list(photos)
    require_open(hazard)
    _require_voice(hazard, by)
    _refuse_unfit(text, photos)
    thread, _is_first = Thread.objects.get_or_create(hazard=hazard)
    facts = {"thread": thread, "text": text, "at": timezone.now()}
    post, is_new = Post.objects.get_or_create(author=by, client_id=client_id or uuid4(), defaults=facts)
    if not is_new:
        return post
    _keep(post, photos)
    called = called_in(text, callable_by(hazard, by)) if "@" in text or "＠" in text else []
    sums = [photo.sha256 for photo in photos]
    emit("post.added", thread, by=by, post=post.pk, note=text, photos=sums, called=[person.pk for person in called])
    _call(post, called)
    look_again(hazard)
    return post


def may_write(hazard: Hazard, by: User) -> bool:
    """Who may see it may say something; who came by a link, in the group that they were invited to."""
    if not by.can("hazards.comment"):
        return False
    if _is_guest(by):
        return present_in(hazard).filter(user=by).exists()
    return Hazard.objects.visible_to(by).filter(pk=hazard.pk).exists()


def callable_by(hazard: Hazard, by: User) -> QuerySet[User]:
    """Whom this person may call by name: who may see the hazard; who came by a link knows only the group."""
    people = people_of(hazard).exclude(pk=by.pk)
    return people.filter(pk__in=present_in(hazard)) if _is_guest(by) else people


def _is_guest(by: User) -> bool:
    return Role.OUTSIDER in by.role_codes


def _require_voice(hazard: Hazard, by: User) -> None:
    """Who fixes the hazard or may open groups joins its group by taking part."""
    if not may_write(hazard, by):
        raise NotAllowed(_("You may not write here. Ask the safety officer to add you to the group."))
    group = JointGroup.objects.filter(hazard=hazard).first()
    if group and (by.pk == hazard.owner_id or by.can("hazards.open_group", hazard)):
        enter(group, by, by=by)


def called_in(text: str, people: Iterable[User]) -> list[User]:
    """Those of them whose name stands behind an @; where two bear one name, both are meant."""
    by_name: dict[str, list[User]] = {}
    for person in people:
        by_name.setdefault(person.name.casefold(), []).append(person)
    pattern = pattern_of(by_name)
    found = pattern.finditer(text) if pattern else ()
    return list(dict.fromkeys(person for match in found for person in by_name[match[1].casefold()]))


def pattern_of(names: Iterable[str]) -> re.Pattern[str] | None:
    """@ and one of the names; the longest one wins, and a Latin name ends where its word does."""
    parts = [
        re.escape(name) + (r"(?![A-Za-z0-9])" if name[-1:].isascii() else "")
        for name in sorted(names, key=len, reverse=True)
        if name
    ]
    return re.compile(f"[@＠]({'|'.join(parts)})", re.IGNORECASE) if parts else None


def _refuse_unfit(text: str, photos: list[Attachment]) -> None:
    if not text and not photos:
        raise DomainError(_("Write something, or take a photo."))
    if len(text) > LONGEST:
        raise DomainError(_("That is too long: %(most)d letters at most. Send it in two parts.") % {"most": LONGEST})
    refuse_too_many(photos)


def refuse_too_many(photos: Sized) -> None:
    if len(photos) > MOST_PHOTOS:
        raise DomainError(_("%(most)d photos at a time. Send the others after it.") % {"most": MOST_PHOTOS})


def _keep(post: Post, photos: list[Attachment]) -> None:
    try:
        with transaction.atomic():
            PostPhoto.objects.bulk_create(PostPhoto(post=post, attachment=photo) for photo in photos)
    except IntegrityError:
        used = PostPhoto.objects.filter(attachment__in=photos).values_list("attachment_id", flat=True)
        refusal = _("One of these photos belongs to another record already. Take a new one.")
        raise PhotosRefused(refusal, used) from None


def _call(post: Post, people: list[User]) -> None:
    if not people:
        return
    mentions = Mention.objects.bulk_create(Mention(post=post, user=person) for person in people)
    for mention in mentions:
        due.at(post.at + PRESS_AFTER, "hazards.press_mention", key=f"mention:{mention.pk}", mention=mention.pk)
    told = [person.pk for person in people]
    emit("post.mentioned", post.thread, by=post.author, post=post.pk, told=told, note=_excerpt(post))


def _excerpt(post: Post) -> str:
    return Truncator(" ".join(post.text.split())).chars(_EXCERPT)


@action
def see_thread(thread: Thread, *, by: User, since: int = 0) -> None:
    """The one who was called has the thread open before them; since: the first post that the page shows."""
    called = Mention.objects.select_for_update().filter(post__thread=thread, user=by, seen_at=None)
    unseen = list(called.filter(post__gte=since))
    if not unseen:
        return
    Mention.objects.filter(pk__in=[mention.pk for mention in unseen]).update(seen_at=timezone.now())
    for mention in unseen:
        due.cancel(key=f"mention:{mention.pk}")
    emit("mention.seen", thread, by=by, posts=[mention.post_id for mention in unseen])
    look_again(thread.hazard)


@action
def press_mention(mention: Mention) -> Mention:
    """Nobody looked in time: on a major hazard it goes to the phone, once."""
    post, hazard = mention.post, mention.post.thread.hazard
    waits = Mention.objects.filter(pk=mention.pk, seen_at=None, pressed_at=None)
    if hazard.level != Level.MAJOR or not hazard.is_open or not waits.update(pressed_at=timezone.now()):
        return mention
    note = f"{post.author.name}: {_excerpt(post)}"
    emit("mention.pressed", post.thread, by=None, post=post.pk, told=[mention.user_id], note=note)
    look_again(hazard)
    return mention
