"""What must happen later: one row in the public schema, in the transaction of the change that causes it."""

import logging
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from tenants.current import current_factory, in_factory, in_public
from tenants.log import working_on
from tenants.models import Due, Factory
from tenants.provisioning import fingerprint

log = logging.getLogger(__name__)
MAX_ATTEMPTS = 12
MOST_AT_ONCE = 1000
HELD = timedelta(minutes=1)
_handlers: dict[str, Callable] = {}
_leases: dict[str, timedelta] = {}


def handler(name: str, *, lease: timedelta | None = None):
    """Registers the function that does the work of rows with this name; it must stand being called twice.

    With a lease it works outside of the row's transaction, because it waits for somebody else's server: no lock and no
    open transaction stands meanwhile, and of a killed worker the row is due again when the lease is over.
    """

    def register(function: Callable) -> Callable:
        if name in _handlers:
            raise ValueError(f"two handlers for {name}")
        _handlers[name] = function
        if lease:
            _leases[name] = lease
        return function

    return register


def handlers() -> dict[str, Callable]:
    return dict(_handlers)


def at(when: datetime, name: str, *, key: str | None = None, is_urgent: bool = False, **payload) -> None:
    """Writes the row for the current factory; a second call with the same key moves the first one."""
    _write(current_factory(), when, name, key, payload, is_urgent=is_urgent)


def at_once(rows: Iterable[tuple[datetime, str, str, dict]]) -> int:
    """Many in one statement: moment, name, key and payload; what waits under a key stays as it is. Returns how many."""
    factory = current_factory()
    made = [Due(factory=factory, due_at=at, handler=name, key=key, payload=payload) for at, name, key, payload in rows]
    Due.objects.bulk_create(made, batch_size=2000, ignore_conflicts=True)
    return len(made)


def now(name: str, *, is_urgent: bool = False, **payload) -> None:
    _write(current_factory(), timezone.now(), name, None, payload, is_urgent=is_urgent)


def once(when: datetime, name: str, *, key: str, **payload) -> None:
    """As at(), but a row that already waits under this key stays as it is."""
    _write(current_factory(), when, name, key, payload, moves=False)


def for_everyone(name: str, *, key: str, when: datetime | None = None, wakes: bool = False, **payload) -> None:
    """Work of the installation itself, without a factory; where nobody waits for it, the beat's next second is soon enough."""
    _write(None, when or timezone.now(), name, key, payload, moves=False, wakes=wakes)


def in_other(factory: Factory, name: str, *, key: str, **payload) -> None:
    """Work for another factory, which a worker does as that factory's own; ids only, for nothing else crosses over."""
    _write(factory, timezone.now(), name, key, payload, moves=False)


def for_each_factory(name: str, *, key: str) -> None:
    """A row for each factory, which a worker does as that factory's own; one that waits under this key stays."""
    waiting = Due.objects.filter(key=key, dead_at=None, factory__isnull=False).values("factory")
    rows = [
        Due(factory_id=pk, handler=name, due_at=timezone.now(), key=key)
        for pk in Factory.objects.exclude(pk__in=waiting).values_list("pk", flat=True)
    ]
    Due.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)


def is_waiting(*, key: str) -> bool:
    return Due.objects.filter(factory=current_factory(), key=key, dead_at=None).exists()


def put_off(keys: Iterable[str], until: datetime) -> set[str]:
    """Those of the keys whose time comes only after that moment."""
    rows = Due.objects.filter(factory=current_factory(), key__in=list(keys), due_at__gt=until, dead_at=None)
    return {str(key) for key in rows.values_list("key", flat=True)}


def cancel(*, key: str) -> None:
    Due.objects.filter(factory=current_factory(), key=key, dead_at=None).delete()


def _write(factory: Factory | None, when, name, key, payload, *, moves=True, wakes=True, is_urgent=False) -> None:
    row = Due(factory=factory, handler=name, payload=payload, due_at=when, key=key, is_urgent=is_urgent)
    if key is None:
        row.save(force_insert=True)
    else:
        waiting = Due.objects.filter(factory=factory, key=key, dead_at=None)
        moved = {"due_at": when, "payload": payload, "handler": name, "attempts": 0, "is_urgent": is_urgent}
        change = moved if moves else {"key": key}
        if not waiting.update(**change):
            Due.objects.bulk_create([row], ignore_conflicts=True)
            waiting.update(**change)  # somebody else's row, where theirs came in between
    if wakes and when <= timezone.now():
        transaction.on_commit(nudge, robust=True)


def nudge() -> None:
    """Wakes a worker; when it cannot, the beat finds the row within a second."""
    from tenants.tasks import run_due

    try:
        run_due.apply_async(expires=5, retry=False)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("no worker was woken (%s); the beat finds what is due", type(error).__name__)


def run_one() -> bool:
    """Claims a row and does its work: the urgent ones first, of these and of the others the most overdue; False when
    nothing is due.

    It is removed before its work, which may ask to be called again under the same key; both is one transaction.
    A killed worker leaves the row as it was. A failing one keeps the reason, waits twice as long each time and
    is set aside after MAX_ATTEMPTS for an operator to look at. One whose factory is not upgraded yet waits for that.
    """
    with in_public():
        with transaction.atomic():
            row = claim()
            if row is None:
                return False
            if _is_held(row):
                row.due_at = timezone.now() + HELD
                row.save(force_insert=True)
                return True
            if row.handler not in _leases:
                _run(row)
                return True
            row.due_at = timezone.now() + _leases[row.handler]
            row.save(force_insert=True)
        _run_leased(row)
    return True


def claim() -> Due | None:
    """Takes the row that comes next out of the table; it is back if the transaction fails."""
    return next(iter(Due.objects.raw(_CLAIM, {"now": timezone.now()})), None)


# Two narrow looks into two partial indexes: what it costs does not depend on how many factories there are, nor on how
# many rows wait for later.
_CLAIM = """
DELETE FROM tenants_due WHERE id = coalesce(
  (SELECT id FROM tenants_due WHERE dead_at IS NULL AND is_urgent AND due_at <= %(now)s
   ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED),
  (SELECT id FROM tenants_due WHERE dead_at IS NULL AND due_at <= %(now)s
   ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
) RETURNING *, (
  SELECT fingerprint FROM tenants_schemaupgrade u WHERE u.factory_id = tenants_due.factory_id AND u.status <> 'done'
) AS held_for
"""


def _is_held(row: Due) -> bool:
    """As tenants.fleet says it of the row's factory, without asking once more for each row."""
    held_for = getattr(row, "held_for", None)
    return held_for is not None and held_for == fingerprint()


def _run(row: Due) -> None:
    try:
        with transaction.atomic():
            _do(row)
    except Exception as error:  # the row carries the reason on; nothing is swallowed
        _postpone(row, error, force_insert=True)


def _run_leased(row: Due) -> None:
    """Whoever moved or cancelled the row meanwhile has the last word."""
    mine = Due.objects.filter(pk=row.pk, due_at=row.due_at)
    try:
        _do(row)
    except Exception as error:  # as above
        with transaction.atomic():
            if mine.select_for_update().exists():
                _postpone(row, error)
    else:
        mine.delete()


def _do(row: Due) -> None:
    with working_on(f"due-{row.pk}"), in_factory(row.factory) if row.factory else nullcontext():
        _handlers[row.handler](**row.payload)


def _postpone(row: Due, error: Exception, *, force_insert: bool = False) -> None:
    row.attempts += 1
    row.last_error = f"{type(error).__name__}: {error}"[:2000]
    row.due_at = timezone.now() + timedelta(seconds=min(2**row.attempts, 3600))
    row.dead_at = timezone.now() if row.attempts >= MAX_ATTEMPTS else None
    row.save(force_insert=force_insert)


def waiting(name: str) -> list[dict]:
    """Payloads of the current factory's rows that nobody has finished; those that failed once are left out."""
    rows = Due.objects.filter(factory=current_factory(), handler=name, attempts=0, dead_at=None)
    return list(rows.order_by("id").values_list("payload", flat=True))


@dataclass(frozen=True)
class Queue:
    """How the work stands: rows whose time has come, the urgent ones of them, since when the oldest waits, set aside."""

    due: int
    urgent: int
    oldest: datetime | None
    dead: int

    @property
    def lag(self) -> timedelta:
        return timezone.now() - self.oldest if self.oldest else timedelta()


def queue() -> Queue:
    ready = Due.objects.filter(dead_at=None, due_at__lte=timezone.now())
    oldest = ready.order_by("due_at").values_list("due_at", flat=True).first()
    return Queue(ready.count(), ready.filter(is_urgent=True).count(), oldest, dead().count())


def dead() -> QuerySet[Due]:
    """What was given up, the latest first; an operator looks at the reason and replays it."""
    return Due.objects.exclude(dead_at=None).select_related("factory").order_by("-dead_at", "-id")


def replay(rows: QuerySet[Due]) -> tuple[list[Due], list[Due]]:
    """Tries the first MOST_AT_ONCE of them again from the beginning.

    The second list is gone instead: a newer row waits under the same key and does the work anyway. Of two who replay a
    row at the same moment, one finds nothing.
    """
    try:
        with transaction.atomic():
            return _replay(list(_held(rows)[:MOST_AT_ONCE]))
    except IntegrityError:  # somebody wrote a row of the same key in between; now it can be seen
        with transaction.atomic():
            return _replay(list(_held(rows)[:MOST_AT_ONCE]))


def _replay(found: list[Due]) -> tuple[list[Due], list[Due]]:
    again: list[Due] = []
    surpassed: list[Due] = []
    waiting = Due.objects.filter(dead_at=None, key__in=[row.key for row in found if row.key])
    taken: set[tuple[int | None, str | None]] = set(waiting.values_list("factory_id", "key"))
    for row in reversed(found):
        (surpassed if (row.factory_id, row.key) in taken else again).append(row)
        taken |= {(row.factory_id, row.key)} if row.key else set()
    Due.objects.filter(pk__in=[row.pk for row in surpassed]).delete()
    Due.objects.filter(pk__in=[row.pk for row in again]).update(dead_at=None, attempts=0, due_at=timezone.now())
    if again:
        transaction.on_commit(nudge, robust=True)
    return again, surpassed


def drop(rows: QuerySet[Due]) -> list[Due]:
    """Gives them up for ever; those that somebody else has taken meanwhile are not among what is returned."""
    with transaction.atomic():
        found = list(_held(rows))
        Due.objects.filter(pk__in=[row.pk for row in found]).delete()
    return found


def _held(rows: QuerySet[Due]) -> QuerySet[Due]:
    """Locked in one order, so that two who take several wait for each other and never both at once."""
    return rows.exclude(dead_at=None).order_by("id").select_for_update(of=("self",))
