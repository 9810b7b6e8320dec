"""What operators do with a factory as a whole. Its own ledger says so too: nobody is shut out behind its back."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError, WrongStatus
from core.events import action, emit, register
from operators.actions import note_done
from operators.models import Operator, OperatorEntry
from tenants.current import in_factory
from tenants.models import Factory

register({
    "factory.suspended": gettext_lazy("Paused by the operator of the service"),
    "factory.resumed": gettext_lazy("Opened again by the operator of the service"),
})  # fmt: skip
Status, What = Factory.Status, OperatorEntry.What
MAX_REASON = 200


def suspend_factory(factory: Factory, *, by: Operator, reason: str) -> None:
    """Its pages say that it is paused; nothing of it is removed, and its clock goes on."""
    if not reason.strip():
        raise DomainError(_("Say why: the reason stands in both logs."))
    _change(
        factory, Status.ACTIVE, Status.SUSPENDED, What.SUSPENDED, "factory.suspended", by, reason.strip()[:MAX_REASON]
    )


def resume_factory(factory: Factory, *, by: Operator) -> None:
    _change(factory, Status.SUSPENDED, Status.ACTIVE, What.RESUMED, "factory.resumed", by, "")


@transaction.atomic
def _change(factory: Factory, before: str, after: str, what: str, event: str, by: Operator, reason: str) -> None:
    if not Factory.objects.filter(pk=factory.pk, status=before).update(status=after):
        raise WrongStatus(_("Somebody else has done it meanwhile."))
    note_done(what, factory, by=by, reason=reason)

    @action
    def note() -> None:
        emit(event, factory, by=None, note=reason)

    with in_factory(factory):
        note()
