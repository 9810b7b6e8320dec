"""The clock at the doors of a window: it opens, it closes, and what was not handed in is told of.

A round is what one plan opens at one moment, be it one machine or a hundred; nobody hears of it more than once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from core.events import action, emit
from inspections.actions.runs import miss_run
from inspections.models import Plan, Run
from people.models import User
from people.permissions import Role
from tenants import due

_NEAR = ("assignee__team__leader", "fallback", "team__leader", "equipment__area", "area")


@action
def open_round(plan: Plan, opens_at: datetime) -> None:
    """Tells those whose task it is; a round that is over by now is not announced any more."""
    runs = _round(plan, opens_at).filter(status=Run.Status.DUE, closes_at__gt=timezone.now())
    _tell("run.opened", runs, lambda run: run.doers)


@action
def close_round(plan: Plan, opens_at: datetime) -> None:
    """What was not handed in is missed; the team leader hears of it at once, the safety officer if it stays so."""
    unfinished = _round(plan, opens_at).filter(
        status__in=(Run.Status.DUE, Run.Status.DOING), closes_at__lte=timezone.now()
    )
    missed = [run for run in map(miss_run, unfinished.order_by("pk")) if run.status == Run.Status.MISSED]
    if not missed:
        return
    _tell("run.leader_told", missed, leaders_of)
    later = max(run.closes_at for run in missed if run.closes_at) + timedelta(minutes=plan.remind_minutes)
    facts: dict[str, Any] = {"plan": plan.pk, "opens_at": opens_at.isoformat()}
    due.at(later, "inspections.remind", key=f"remind:{plan.pk}:{opens_at.isoformat()}", **facts)


@action
def remind_of_round(plan: Plan, opens_at: datetime) -> None:
    still = _round(plan, opens_at).filter(status=Run.Status.MISSED)
    _tell("run.officer_told", still, lambda run: User.objects.holding(Role.SAFETY_OFFICER, run.department_id))


def leaders_of(run: Run) -> list[User]:
    """The team's leader; where there is none, the workshop's head, and last the safety officer."""
    team = run.team or (run.assignee.team if run.assignee else None)
    if team and team.leader and team.leader.is_active:
        return [team.leader]
    heads = User.objects.holding(Role.WORKSHOP_HEAD, run.department_id)
    return list(heads or User.objects.holding(Role.SAFETY_OFFICER, run.department_id))


def _round(plan: Plan, opens_at: datetime):
    return Run.objects.filter(plan=plan, opens_at=opens_at).select_related(*_NEAR)


def _tell(name: str, runs: Iterable[Run], who: Callable[[Run], Iterable[User]]) -> None:
    """One event for all people who have the same runs of the round, so that each person is told once."""
    people: dict[tuple, list[int]] = {}
    theirs: dict[int, list[Run]] = defaultdict(list)
    for run in runs:
        key = (run.assignee_id, run.team_id, run.role, run.department_id)
        if key not in people:
            people[key] = [person.pk for person in who(run)]
        for person in people[key]:
            theirs[person].append(run)
    shared: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for person, own in theirs.items():
        shared[tuple(run.pk for run in own)].append(person)
    for pks, told in shared.items():
        emit(name, theirs[told[0]][0], by=None, told=sorted(told), runs=list(pks))
