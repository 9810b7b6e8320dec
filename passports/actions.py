"""A parcel is sent, found by what opens it, taken once, called back. Each within the transaction of a factory's action."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, WrongStatus
from passports import sealing
from passports.models import Lock, Parcel, ParcelFile
from tenants.current import current_factory
from tenants.models import Factory

MOST_BYTES = 40 * 2**20


class Found(NamedTuple):
    """A parcel that this phone number or code opens."""

    parcel: UUID
    secret: str


class Unpacked(NamedTuple):
    parcel: UUID
    origin: Factory
    content: dict[str, Any]
    files: list[bytes]


@transaction.atomic
def send(content: dict[str, Any], files: Collection[bytes], *, secrets: Collection[str], ends_at: datetime) -> UUID:
    """secrets: what opens it, each by itself."""
    if sum(map(len, files)) > MOST_BYTES:
        raise DomainError(_("These papers are too much for one time. Tick fewer of them."))
    key = sealing.new_key()
    sealed = sealing.closed(key, json.dumps(content, cls=DjangoJSONEncoder).encode())
    parcel = Parcel.objects.create(origin=current_factory(), ends_at=ends_at, content=sealed)
    Lock.objects.bulk_create(
        Lock(parcel=parcel, mark=sealing.mark(secret), key=sealing.lock(secret, key)) for secret in secrets
    )
    ParcelFile.objects.bulk_create(
        ParcelFile(parcel=parcel, position=position, content=sealing.closed(key, file))
        for position, file in enumerate(files)
    )
    return parcel.pk


def find(secret: str) -> Found | None:
    """The newest that waits for whoever has this secret, from another factory than the current one."""
    waiting = Parcel.objects.filter(taker=None, ends_at__gt=timezone.now()).exclude(origin=current_factory())
    found = waiting.filter(locks__mark__in=sealing.marks(secret)).order_by("-ends_at").values_list("pk", flat=True)
    parcel = found.first() if secret else None
    return Found(parcel, secret) if parcel else None


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
        lock = Lock.objects.filter(parcel=parcel, mark__in=sealing.marks(found.secret)).first() if parcel else None
    if parcel is None or lock is None:
        raise WrongStatus(_("This is not there any more: it was taken, taken back, or its time is over."))
    return parcel, sealing.unlock(found.secret, bytes(lock.key))


def expire(parcel: UUID) -> bool:
    """Nobody took it; nothing of it is left here."""
    gone, _by_kind = Parcel.objects.filter(pk=parcel, taker=None).delete()
    return gone > 0


@transaction.atomic
def call_back(parcel: UUID) -> Factory | None:
    """Nothing of it is left here; returns who has taken it, to be told."""
    found = Parcel.objects.select_for_update(of=("self",)).select_related("taker").filter(pk=parcel).first()
    if found is None:
        return None
    taker = found.taker
    found.delete()
    return taker
