"""A factory goes for good: asked for, waited for, told twice, stoppable to the last day, and proved afterwards.

What the law wants kept stays: requests to pay and receipts. Who ordered the factory is forgotten with it, but not that
the number had its trial.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg import sql

from billing.models import Payment, Subscription
from core.errors import DomainError, WrongStatus
from core.events import action, emit
from core.models import Event
from lifecycle.access import need_manager
from lifecycle.contents import tables_of
from lifecycle.models import Deletion
from signups.models import Proof, SignUp
from tenants import due, provisioning
from tenants.current import current_factory
from tenants.models import Due, Factory

WAITS = timedelta(days=30)
WARNED_AFTER = (timedelta(days=7), timedelta(days=23))
FRESH = timedelta(days=7)
Status = Deletion.Status


def last_export() -> Event | None:
    """One of the last days; an older one lacks what was added since."""
    since = timezone.now() - FRESH
    return Event.objects.filter(name="factory.exported", at__gte=since).order_by("-seq").first()


def standing() -> Deletion | None:
    """The one that the factory waits for."""
    return Deletion.objects.filter(factory=current_factory(), status=Status.ASKED).first()


@action
def ask_deletion(name: str, *, by: Any) -> Deletion:
    """name: typed, so that nobody does it by a slip."""
    need_manager(by)
    factory, export = current_factory(), last_export()
    if "".join(name.split()) != "".join(factory.name.split()):
        raise DomainError(_("Type the name exactly as it stands here: %(name)s") % {"name": factory.name})
    if export is None:
        raise DomainError(_("Export everything first: an export of the last %(n)d days is wanted.") % {"n": FRESH.days})
    subscription = Subscription.objects.filter(factory=factory).first()
    if subscription and subscription.renews:
        raise DomainError(_("The card would go on paying. End the renewal under “Payment” first."))
    now = timezone.now()
    archive = {"at": export.at.isoformat(), **{key: export.data[key] for key in ("sha256", "seq", "seal")}}
    try:
        with transaction.atomic():
            row = Deletion.objects.create(
                factory=factory,
                slug=provisioning.slug_of(factory),
                name=factory.name,
                asked_at=now,
                asked_by=by.pk,
                due_at=now + WAITS,
                archive=archive,
            )
    except IntegrityError:
        raise WrongStatus(_("It is asked for already.")) from None
    for after in WARNED_AFTER:
        due.at(now + after, "lifecycle.warn", key=_key(row, after), deletion=str(row.pk))
    due.at(row.due_at, "lifecycle.close", key=_key(row, WAITS), deletion=str(row.pk))
    emit("factory.deletion_asked", factory, by=by, day=_day(row), sha256=export.data["sha256"])
    return row


@action
def stop_deletion(row: Deletion, *, by: Any) -> None:
    need_manager(by)
    if not Deletion.objects.filter(pk=row.pk, status=Status.ASKED).update(status=Status.STOPPED):
        raise WrongStatus(_("It is stopped already."))
    for after in (*WARNED_AFTER, WAITS):
        due.cancel(key=_key(row, after))
    emit("factory.deletion_stopped", current_factory(), by=by)


@action
def warn(row: Deletion) -> None:
    row.warned_at = [*row.warned_at, timezone.now().isoformat(timespec="seconds")]
    row.save(update_fields=["warned_at"])
    days = max(0, round((row.due_at - timezone.now()) / timedelta(days=1)))
    emit("factory.deletion_near", current_factory(), by=None, day=_day(row), days=days)


@action
def close(row: Deletion) -> None:
    """Nobody gets in any more, and a worker removes it. Without two warnings it waits a week longer for the next one."""
    if len(row.warned_at) < len(WARNED_AFTER):
        row.due_at = timezone.now() + FRESH
        row.save(update_fields=["due_at"])
        due.at(row.due_at, "lifecycle.close", key=_key(row, WAITS), deletion=str(row.pk))
        warn(row)
        return
    Deletion.objects.filter(pk=row.pk, status=Status.ASKED).update(status=Status.CLOSED)
    Factory.objects.filter(pk=current_factory().pk).update(status=Factory.Status.SUSPENDED)
    due.for_everyone("lifecycle.remove", key=f"deletion:{row.pk}", deletion=str(row.pk), wakes=True)


def remove(row: Deletion) -> None:
    """Step by step, each of which may be done once more: a killed worker's successor begins where that one stopped."""
    factory: Any = row.factory
    if not row.facts:
        Due.objects.filter(factory=factory).delete()  # waits for the work that is being done there
        row.facts = _facts(factory)
        row.save(update_fields=["facts"])
    provisioning.empty(factory.schema_name)
    with transaction.atomic():
        ordered = SignUp.objects.filter(factory=factory)
        Proof.objects.filter(sign_up__in=ordered).update(address="")
        ordered.update(person="")
        row.status, row.done_at = Status.DONE, timezone.now()
        row.signature = row.sign()
        row.save()
        factory.delete()


def _facts(factory: Factory) -> dict[str, Any]:
    """What is there now, counted by the database; nobody writes any more."""
    schema = factory.schema_name
    with provisioning.as_owner() as owner:
        counts = {}
        for table in tables_of(owner, schema):
            count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table.name))
            counts[table.name] = (owner.execute(count).fetchone() or (0,))[0]
        head = sql.SQL("SELECT seq, seal FROM {}").format(sql.Identifier(schema, "core_ledgerhead"))
        seq, seal = owner.execute(head).fetchone() or (0, "")
    files = [path for path in (Path(settings.MEDIA_ROOT) / schema).rglob("*") if path.is_file()]
    return {
        "rows": counts,
        "files": {"count": len(files), "bytes": sum(path.stat().st_size for path in files)},
        "ledger": {"seq": seq, "seal": seal},
        "kept_by_law": {"payments": Payment.objects.filter(factory=factory).count()},
    }


def _key(row: Deletion, after: timedelta) -> str:
    return f"deletion:{row.pk}:{after.days}"


def _day(row: Deletion) -> str:
    return f"{timezone.localtime(row.due_at):%Y-%m-%d}"
