"""Who runs the demo's installation, and work that was set aside there for a reason that is over."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from inspections.models import Run
from operators.actions import add_operator
from operators.models import Operator
from portals.operator.demo.plant import SLUG
from tenants import provisioning
from tenants.current import in_factory
from tenants.due import MAX_ATTEMPTS
from tenants.models import Due, Factory

NAME = "operator"
DATABASE = 'OperationalError: connection to server at "postgres", port 5432 failed: server closed the connection'
DISK = "OSError: [Errno 28] No space left on device"


def write_operator() -> bool:
    """False when they were there already. The second factor is another one in every demo: manage.py operator_code."""
    if Operator.objects.filter(name=NAME).exists():
        return False
    add_operator(NAME, settings.DEMO_PASSWORD, by=None)
    _set_aside(provisioning.find(SLUG))
    return True


def _set_aside(factory: Factory) -> None:
    """Replayed, each does what it would have done; none says anything to anybody."""
    with in_factory(factory):
        run = Run.objects.filter(status=Run.Status.DONE).latest("submitted_at").pk
    for hours, handler, payload, error in (
        (3, "inspections.follow_calendar", {}, DATABASE),
        (3, "inspections.judge_run", {"run": run}, DATABASE),
        (26, "core.anchor", {}, DISK),
    ):
        at = timezone.now() - timedelta(hours=hours)
        facts = {"attempts": MAX_ATTEMPTS, "last_error": error, "due_at": at, "dead_at": at}
        row = Due.objects.create(factory=factory, handler=handler, payload=payload, **facts)
        Due.objects.filter(pk=row.pk).update(created_at=at - timedelta(minutes=75))
