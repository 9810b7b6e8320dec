"""A word to those who have not done their check yet."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from core.zone import zone
from inspections.models import Run
from people.models import User

NUDGE_AGAIN = timedelta(minutes=30)


@action
def nudge_runs(runs: Iterable[Run], *, by: User) -> list[Run]:
    """Tells those who have to do them, each once for all of them; a run is nudged at most every half hour."""
    runs = list(runs)
    if any(not by.can("inspections.nudge", run) for run in runs):
        raise NotAllowed(_("You can nudge the people of your own department only."))
    now = timezone.now()
    pks = [run.pk for run in runs]
    # In the order of their keys, so that two nudges at once wait for each other instead of locking each other out.
    waiting = list(
        Run.objects.select_for_update(of=("self",))
        .filter(pk__in=pks, status__in=(Run.Status.DUE, Run.Status.DOING), opens_at__lte=now)
        .select_related("equipment", "area", "checklist")
        .order_by("pk")
    )
    if not waiting:
        raise DomainError(_("All of it is done already. There is nobody to nudge."))
    rested = [run for run in waiting if run.nudged_at is None or run.nudged_at <= now - NUDGE_AGAIN]
    if not rested:
        again = min(run.nudged_at for run in waiting if run.nudged_at) + NUDGE_AGAIN
        at = f"{timezone.localtime(again, zone()):%H:%M}"
        raise WrongStatus(_("They were nudged a short while ago. You can nudge again at %(at)s.") % {"at": at})
    Run.objects.filter(pk__in=[run.pk for run in rested]).update(nudged_at=now)
    _tell(rested, by)
    return rested


def _tell(runs: list[Run], by: User) -> None:
    """Each run has it in its history; of those that the same people have to do, only the first one tells them."""
    first: dict[tuple[object, ...], Run] = {}
    for run in runs:
        first.setdefault(_doers(run), run)
    for run in runs:
        together = first[_doers(run)]
        same = [other.pk for other in runs if _doers(other) == _doers(run)]
        emit("run.nudged", run, by=by, **({"runs": same} if run is together else {"told_with": together.pk}))


def _doers(run: Run) -> tuple[object, ...]:
    if run.assignee_id:
        return ("person", run.assignee_id)
    return ("team", run.team_id) if run.team_id else ("role", run.role, run.department_id)
