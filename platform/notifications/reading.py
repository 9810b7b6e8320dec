"""What somebody has read, and of which threads they want to hear no more. No business facts: nothing is sealed."""

from collections.abc import Iterable

from django.utils import timezone

from core.models import Event
from notifications.catalogue import GETS_THROUGH
from notifications.models import Mute, Notification
from people.models import User
from realtime.push import push_on_commit

Thread = tuple[str, str]


def read_notices(*, by: User, url: str | None = None, until: int | None = None) -> int:
    """Those about what stands at the address, or all up to a number of the feed; the first time counts."""
    unread = Notification.objects.visible_to(by).filter(read_at=None)
    if url is not None:
        unread = unread.filter(url=url)
    if until is not None:
        unread = unread.filter(seq__lte=until)
    read = unread.update(read_at=timezone.now())
    if read:
        push_on_commit([by.pk], {"look": "bell"})
    return read


def unread_count(user: User, most: int = 100) -> int:
    """At most so many: who has a hundred does not count them."""
    return Notification.objects.visible_to(user).filter(read_at=None)[:most].count()


def mute_thread(note: Notification, *, by: User) -> None:
    Mute.objects.bulk_create([Mute(user=by, **_thread(note))], ignore_conflicts=True)
    push_on_commit([by.pk], {"look": "bell"})


def unmute_thread(note: Notification, *, by: User) -> None:
    Mute.objects.filter(user=by, **_thread(note)).delete()
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


def _thread(note: Notification) -> dict[str, str]:
    return {"subject_type": note.subject_type, "subject_id": note.subject_id}
