"""emit() and @action: every change is one transaction that ends by sealing what happened in it."""

import hashlib
import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.functional import Promise

from core.models import Event, LedgerHead
from tenants import due
from tenants.current import current_schema

ANCHOR_EVERY = timedelta(minutes=5)
_words: dict[str, str | Promise] = {}
_urgent: set[str] = set()
_pending: ContextVar[list[Event] | None] = ContextVar("pending events", default=None)

P = ParamSpec("P")
R = TypeVar("R")


def register(words: dict[str, str | Promise], *, urgent: Iterable[str] = ()) -> None:
    """Each app names its events once, at import, with what people read; a doubled name is a programming error.

    urgent: those that are handed on before everything that waits.
    """
    doubled = _words.keys() & words.keys()
    if doubled:
        raise ValueError(f"events registered twice: {doubled}")
    _words.update(words)
    _urgent.update(urgent)


def registered() -> frozenset[str]:
    return frozenset(_words)


def word_of(name: str) -> str:
    """What happened, for people; the bare name for events of a release that knew more than this one."""
    return str(_words.get(name, name))


def emit(name: str, subject: models.Model, /, *, by: Any, **data: Any) -> Event:
    """Notes that something happened to the subject; `by=None` is the clock. Only inside an @action."""
    pending = _pending.get()
    if pending is None:
        raise RuntimeError(f"{name} was emitted outside of an @action")
    if name not in _words:
        raise ValueError(f"unknown event {name}")
    event = Event(
        id=uuid.uuid4(),
        name=name,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        actor=by,
        data=json.loads(json.dumps(data, cls=DjangoJSONEncoder)),
        at=timezone.now(),
    )
    pending.append(event)
    return event


def action(function: Callable[P, R]) -> Callable[P, R]:
    """One transaction around a business action; the outermost one seals the events and hands them on."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _pending.get() is not None:
            return function(*args, **kwargs)
        events: list[Event] = []
        token = _pending.set(events)
        try:
            with transaction.atomic():
                result = function(*args, **kwargs)
                _seal(events)
                return result
        finally:
            _pending.reset(token)

    return run


def _seal(events: list[Event]) -> None:
    """The head's lock is taken last and held only to the commit, so long work neither queues nor deadlocks.

    Foreign keys are looked at before it: at the commit that would wait for rows whose holder waits for the head.
    """
    if not events:
        return
    connection.check_constraints()
    head = LedgerHead.objects.select_for_update().get()
    chain(head, events)
    Event.objects.bulk_create(events)
    head.save()
    is_urgent = any(event.name in _urgent for event in events)
    due.now("events.published", is_urgent=is_urgent, ids=[str(event.id) for event in events])
    due.once(timezone.now() + ANCHOR_EVERY, "core.anchor", key="core.anchor")


def chain(head: LedgerHead, events: Iterable[Event]) -> None:
    """Seals the events in this order and signs where they end; nothing is saved yet."""
    for event in events:
        event.seq = head.seq = head.seq + 1
        event.previous = head.seal
        event.seal = head.seal = seal_of(event)
    head.signature = sign(head.seq, head.seal)


@contextmanager
def held_back() -> Iterator[list[Event]]:
    """Keeps what is emitted in the block unsealed and untold, for whoever brings history along and chains it."""
    events: list[Event] = []
    token = _pending.set(events)
    try:
        yield events
    finally:
        _pending.reset(token)


def seal_of(event: Event) -> str:
    return hashlib.sha256(f"{event.previous}\n{canonical(event)}".encode()).hexdigest()


def canonical(event: Event) -> str:
    """The one way to write an entry down of which its seal is made."""
    content = {
        "seq": event.seq,
        "id": str(event.id),
        "name": event.name,
        "subject": [event.subject_type, event.subject_id],
        "actor": event.actor_id,
        "data": event.data,
        "at": event.at.astimezone(UTC).isoformat(),
    }
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(settings.LEDGER_KEY)


def sign(seq: int, seal: str, schema: str = "") -> str:
    """Ed25519 over "schema:seq:seal", 128 hex digits."""
    return signature_of(f"{schema or current_schema()}:{seq}:{seal}")


def signature_of(text: str) -> str:
    """Whoever signs something else begins its text with another word than a schema's name."""
    return _key().sign(text.encode()).hex()


def public_key_bytes() -> bytes:
    return _key().public_key().public_bytes_raw()


def history(*subjects: models.Model) -> models.QuerySet[Event]:
    """What happened to these objects, oldest first, with the people who did it."""
    wanted = models.Q(pk__in=[])
    for subject in subjects:
        wanted |= models.Q(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))
    return Event.objects.filter(wanted).select_related("actor").order_by("seq")
