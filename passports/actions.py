"""A parcel is sent, found by what opens it, taken once, called back. Each within the transaction of a factory's action."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, WrongStatus
from passports import sealing
from passports.models import Lock, Parcel, ParcelFile
from tenants.current import current_factory
from tenants.models import Factory

MOST_BYTES = 40 * 2**20
# How often somebody may guess at a short secret.
TRIES = 5


class Waiting(NamedTuple):
    """A parcel that waits for whoever has this phone. is_short: besides by its code it opens by a short secret."""

    parcel: UUID
    is_short: bool


class Found(NamedTuple):
    """A parcel that this secret opens."""

    parcel: UUID
    secret: str


class Unpacked(NamedTuple):
    parcel: UUID
    origin: Factory
    content: dict[str, Any]
    files: list[bytes]


@transaction.atomic
def send(
    content: dict[str, Any],
    files: Collection[bytes],
    *,
    secret: str,
    ends_at: datetime,
    hint: str = "",
    short: str = "",
) -> UUID:
    """secret, short: what opens it, each by itself, the short one only as long as few guessed wrong. hint: who is told."""
    if sum(map(len, files)) > MOST_BYTES:
        raise DomainError(_("These papers are too much for one time. Tick fewer of them."))
    key = sealing.new_key()
    sealed = sealing.closed(key, json.dumps(content, cls=DjangoJSONEncoder).encode())
    parcel = Parcel.objects.create(origin=current_factory(), ends_at=ends_at, content=sealed)
    locks = [Lock(mark=sealing.mark(secret), key=sealing.lock(secret, key))]
    locks += [Lock(mark=sealing.mark(hint), key=b"")] if hint else []
    locks += [Lock(mark=sealing.mark(short), key=sealing.lock(short, key), tries_left=TRIES)] if short else []
    for lock in locks:
        lock.parcel = parcel
    Lock.objects.bulk_create(locks)
    ParcelFile.objects.bulk_create(
        ParcelFile(parcel=parcel, position=position, content=sealing.closed(key, file))
        for position, file in enumerate(files)
    )
    return parcel.pk


def waiting_for(hint: str) -> Waiting | None:
    parcel = _newest(Lock.objects.filter(mark__in=sealing.marks(hint), key=b""))
    is_short = Lock.objects.filter(parcel=parcel).exclude(tries_left=None)
    return Waiting(parcel, is_short.exists()) if parcel else None


def find(secret: str) -> Found | None:
    """The newest that waits for whoever has this secret, from another factory than the current one."""
    parcel = _newest(Lock.objects.filter(mark__in=sealing.marks(secret)).exclude(key=b""))
    return Found(parcel, secret) if parcel else None


def _newest(locks: QuerySet[Lock]) -> UUID | None:
    waiting = Parcel.objects.filter(taker=None, ends_at__gt=timezone.now()).exclude(origin=current_factory())
    return waiting.filter(pk__in=locks.values("parcel")).order_by("-ends_at").values_list("pk", flat=True).first()


@transaction.atomic
def note_wrong(parcel: UUID) -> None:
    """Somebody guessed at the short secret: after a few the code alone opens it."""
    Lock.objects.filter(parcel=parcel).exclude(tries_left=None).update(tries_left=F("tries_left") - 1)
    Lock.objects.filter(parcel=parcel, tries_left__lte=0).delete()


def look(found: Found) -> dict[str, Any]:
    """What is in it, for its owner to see before it is taken."""
    parcel, key = _opened(found)
    return json.loads(sealing.opened(key, bytes(parcel.content)))


@transaction.atomic
def take(found: Found) -> Unpacked:
    """Only the first one takes it; the content is gone from here in the same moment."""
    parcel, key = _opened(found)
    content = json.loads(sealing.opened(key, bytes(parcel.content)))
    files = [sealing.opened(key, bytes(file.content)) for file in parcel.files.all()]
    parcel.locks.all().delete()
    parcel.files.all().delete()
    parcel.taker, parcel.content = current_factory(), b""
    parcel.save(update_fields=["taker", "content"])
    return Unpacked(parcel.pk, parcel.origin, content, files)


def _opened(found: Found) -> tuple[Parcel, bytes]:
    rows = Parcel.objects.select_for_update(of=("self",)).select_related("origin")
    with transaction.atomic():
        parcel = rows.filter(pk=found.parcel, taker=None, ends_at__gt=timezone.now()).first()
        locks = Lock.objects.filter(mark__in=sealing.marks(found.secret)).exclude(key=b"")
        lock = locks.filter(parcel=parcel).first() if parcel else None
    if parcel is None or lock is None:
        raise WrongStatus(_("This is not there any more: it was taken, taken back, or its time is over."))
    return parcel, sealing.unlock(found.secret, bytes(lock.key))


@transaction.atomic
def expire(parcel: UUID) -> bool:
    """Where nobody took it, nothing of it is left here."""
    found = Parcel.objects.select_for_update(of=("self",)).filter(pk=parcel, taker=None).first()
    if found is None:
        return False
    found.delete()
    return True


@transaction.atomic
def call_back(parcel: UUID) -> Factory | None:
    """Nothing of it is left here; returns who has taken it, to be told."""
    found = Parcel.objects.select_for_update(of=("self",)).select_related("taker").filter(pk=parcel).first()
    if found is None:
        return None
    taker = found.taker
    found.delete()
    return taker


@transaction.atomic
def send_back(parcel: UUID) -> Factory | None:
    """Who has taken it wants it no longer: nothing is left here, and where it came from is to be told."""
    rows = Parcel.objects.select_for_update(of=("self",)).select_related("origin")
    found = rows.filter(pk=parcel, taker=current_factory()).first()
    if found is None:
        return None
    origin = found.origin
    found.delete()
    return origin
