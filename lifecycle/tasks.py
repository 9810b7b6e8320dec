from datetime import timedelta

from lifecycle import (
    copies,
    orders,  # noqa: F401 - registers its kind of job
)
from lifecycle import deletion as going
from lifecycle.models import Deletion
from tenants import due
from tenants.current import current_factory


@due.handler("lifecycle.warn")
def warn(deletion: str) -> None:
    if row := _asked(deletion):
        going.warn(row)


@due.handler("lifecycle.close")
def close(deletion: str) -> None:
    if row := _asked(deletion):
        going.close(row)


@due.handler("lifecycle.remove", lease=timedelta(hours=1))
def remove(deletion: str) -> None:
    """Outside of any transaction: what the owner drops waits for nobody who waits for it."""
    row = Deletion.objects.select_related("factory").filter(pk=deletion, status=Deletion.Status.CLOSED).first()
    if row:
        going.remove(row)


@due.handler(copies.WORK, lease=timedelta(hours=6))
def restore(factory: int, job: str, slug: str, operator: int) -> None:
    copies.restore(factory, job, slug, operator)


def _asked(pk: str) -> Deletion | None:
    """Of this very factory: a row that came along with an archive means nothing in the restored one."""
    rows = Deletion.objects.select_for_update().filter(status=Deletion.Status.ASKED)
    return rows.filter(pk=pk, factory=current_factory()).first()
