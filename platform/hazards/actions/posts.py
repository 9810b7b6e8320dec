"""What is said in a joint group, and whether those who were called by name have seen it."""

import re
from collections.abc import Iterable, Sized
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from core.attachments import PhotosRefused
from core.errors import DomainError
from core.events import action, emit
from core.models import Attachment
from hazards.actions.groups import look_again, require_member, require_open
from hazards.models import JointGroup, Level, Mention, Post, PostPhoto
from people.models import User
from tenants import due

LONGEST = 2000
MOST_PHOTOS = 6
PRESS_AFTER = timedelta(minutes=30)
_EXCERPT = 80


@action
def add_post(
    group: JointGroup, *, by: User, text: str, photos: Iterable[Attachment] = (), client_id: UUID | None = None
) -> Post:
    """Adds it at the end; sent twice under the same client_id it is there once. Members are called by @name in the text."""
    text, photos = text.strip(), list(photos)
    require_open(group.hazard)
    require_member(group, by)
    _refuse_unfit(text, photos)
    facts = {"group": group, "text": text, "at": timezone.now()}
    post, is_new = Post.objects.get_or_create(author=by, client_id=client_id or uuid4(), defaults=facts)
    if not is_new:
        return post
    _keep(post, photos)
    emit("post.added", group, by=by, post=post.pk, note=text, photos=[photo.sha256 for photo in photos])
    _call(post, called_in(text, [member.user for member in group.present() if member.user_id != by.pk]))
    look_again(group.hazard)
    return post


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
    emit("post.mentioned", post.group, by=post.author, post=post.pk, told=told, note=_excerpt(post))


def _excerpt(post: Post) -> str:
    return Truncator(" ".join(post.text.split())).chars(_EXCERPT)


@action
def see_group(group: JointGroup, *, by: User) -> None:
    """The one who was called has the group open before them."""
    unseen = list(Mention.objects.select_for_update().filter(post__group=group, user=by, seen_at=None))
    if not unseen:
        return
    Mention.objects.filter(pk__in=[mention.pk for mention in unseen]).update(seen_at=timezone.now())
    for mention in unseen:
        due.cancel(key=f"mention:{mention.pk}")
    emit("mention.seen", group, by=by, posts=[mention.post_id for mention in unseen])
    look_again(group.hazard)


@action
def press_mention(mention: Mention) -> Mention:
    """Nobody looked in time: on a major hazard it goes to the phone, once."""
    post, hazard = mention.post, mention.post.group.hazard
    waits = Mention.objects.filter(pk=mention.pk, seen_at=None, pressed_at=None)
    if hazard.level != Level.MAJOR or not hazard.is_open or not waits.update(pressed_at=timezone.now()):
        return mention
    note = f"{post.author.name}: {_excerpt(post)}"
    emit("mention.pressed", post.group, by=None, post=post.pk, told=[mention.user_id], note=note)
    look_again(hazard)
    return mention
