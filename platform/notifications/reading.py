"""What somebody has read, and of which threads they want to hear no more. No business facts: nothing is sealed."""

from collections.abc import Iterable
from typing import NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, IntegerField, Model, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from core.models import Event
from notifications.catalogue import GETS_THROUGH
from notifications.models import Feed, Mute, Notification
from people.models import User
from realtime.push import push_on_commit

MOST_COUNTED = 100
Thread = tuple[str, str]


def open_notices(*, by: User, url: str) -> int:
    """Those about what stands at the address, which the person looks at; the first time counts."""
    now = timezone.now()
    closed = Notification.objects.visible_to(by).filter(url=url, opened_at=None)
    return _told(closed.update(opened_at=now, read_at=Coalesce("read_at", now)), by)


def mark_read(*, by: User, until: int) -> int:
    """All up to a number of the feed. That is not to have opened them, and the timeline of a hazard says so."""
    unread = Notification.objects.visible_to(by).filter(read_at=None, seq__lte=until)
    return _told(unread.update(read_at=timezone.now()), by)


def _told(changed: int, by: User) -> int:
    if changed:
        push_on_commit([by.pk], {"look": "bell"})
    return changed


class Standing(NamedTuple):
    """seq: the last number of the person's feed. unread: at most a hundred, because nobody counts more."""

    seq: int
    unread: int


def standing(user: User) -> Standing:
    """What every page says of the feed, in one question."""
    unread = Notification.objects.visible_to(user).filter(read_at=None).order_by().values("pk")[:MOST_COUNTED]
    counted = Func(ArraySubquery(unread), function="cardinality", output_field=IntegerField())
    last = Coalesce(Subquery(Feed.objects.filter(user=user).values("seq")), 0)
    return Standing(*User.objects.filter(pk=user.pk).values_list(last, counted).get())


def mute_thread(note: Notification, *, by: User) -> None:
    _mute(by, note.subject_type, note.subject_id)


def unmute_thread(note: Notification, *, by: User) -> None:
    _unmute(by, note.subject_type, note.subject_id)


def mute(subject: Model, *, by: User) -> None:
    _mute(by, subject._meta.label_lower, str(subject.pk))


def unmute(subject: Model, *, by: User) -> None:
    _unmute(by, subject._meta.label_lower, str(subject.pk))


def is_muted(subject: Model, *, by: User) -> bool:
    thread = {"subject_type": subject._meta.label_lower, "subject_id": str(subject.pk)}
    return Mute.objects.filter(user=by, **thread).exists()


def _mute(by: User, kind: str, pk: str) -> None:
    Mute.objects.bulk_create([Mute(user=by, subject_type=kind, subject_id=pk)], ignore_conflicts=True)
    push_on_commit([by.pk], {"look": "bell"})


def _unmute(by: User, kind: str, pk: str) -> None:
    Mute.objects.filter(user=by, subject_type=kind, subject_id=pk).delete()
    push_on_commit([by.pk], {"look": "bell"})


def muted_by(user: User) -> frozenset[Thread]:
    return frozenset(Mute.objects.filter(user=user).values_list("subject_type", "subject_id"))


def who_muted(event: Event) -> frozenset[int]:
    """The thread that the event belongs to."""
    threads = Mute.objects.filter(subject_type=event.subject_type, subject_id=event.subject_id)
    return frozenset(threads.values_list("user_id", flat=True))


def is_in(note: Notification, threads: Iterable[Thread]) -> bool:
    return (note.subject_type, note.subject_id) in threads


def can_be_silent(note: Notification) -> bool:
    """Urgent ones, and what calls somebody by name or waits for them, get through a muted thread."""
    return not note.is_urgent and note.event not in GETS_THROUGH
