"""An operator opens an archive that a factory still keeps as a factory of its own; the original's ledger says so."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, Refusal
from core.events import action, emit
from core.models import Job
from lifecycle.contents import KIND
from lifecycle.restore import restore_factory
from operators.actions import note_done
from operators.models import Operator, OperatorEntry
from tenants import due
from tenants.current import in_factory
from tenants.models import Due, Factory
from tenants.slugs import SlugRefused, check_slug

WORK = "lifecycle.restore"
What = OperatorEntry.What


def kept(factory: Factory) -> list[Job]:
    """Archives whose file is there, the latest first."""
    with in_factory(factory):
        rows = Job.objects.filter(kind=KIND, result__isnull=False).select_related("result")
        return list(rows.order_by("-created_at"))


def being_restored(factory: Factory) -> list[str]:
    """Under which short names."""
    rows = Due.objects.filter(handler=WORK, payload__factory=factory.pk, dead_at=None)
    return [row.payload["slug"] for row in rows.order_by("pk")]


def order_restore(factory: Factory, job: str, slug: str, *, by: Operator) -> None:
    try:
        check_slug(slug)
    except SlugRefused as refused:
        raise DomainError(str(refused)) from None
    if job not in [str(row.pk) for row in kept(factory)]:
        raise DomainError(_("This archive is not kept any more. Take another, or make one."))
    due.for_everyone(WORK, key=f"restore:{slug}", wakes=True, factory=factory.pk, job=job, slug=slug, operator=by.pk)


def restore(factory: int, job: str, slug: str, operator: int) -> None:
    """What is refused stands in the operators' log, with the reason."""
    origin, by = Factory.objects.get(pk=factory), Operator.objects.get(pk=operator)
    found = next((row for row in kept(origin) if str(row.pk) == job), None)
    try:
        if found is None or found.result is None:
            raise DomainError(_("This archive is not kept any more. Take another, or make one."))
        with in_factory(origin):
            path = found.result.original.path
        made = restore_factory(path, slug)
    except Refusal as refusal:
        note_done(What.RESTORE_REFUSED, origin, by=by, slug=slug, reason=refusal.message)
        return
    note_done(What.RESTORED, made, by=by, slug=slug, reason="")
    with in_factory(origin):
        _tell(origin, slug, found)
    due.nudge()


@action
def _tell(origin: Factory, slug: str, job: Any) -> None:
    emit("factory.copied", origin, by=None, note=slug, sha256=job.result.sha256, at=timezone.now().isoformat())
