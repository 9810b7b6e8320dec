from datetime import datetime

from facilities.models import Equipment
from inspections import actions
from inspections.models import Pause, Plan, Run
from tenants import due


@due.handler("inspections.plan_runs")
def plan_runs(plan: int) -> None:
    actions.plan_runs(Plan.objects.get(pk=plan))


@due.handler("inspections.miss_run")
def miss_run(run: int) -> None:
    actions.miss_run(Run.objects.get(pk=run))


@due.handler("inspections.announce")
def announce(plan: int, opens_at: str) -> None:
    actions.open_round(Plan.objects.get(pk=plan), datetime.fromisoformat(opens_at))


@due.handler("inspections.close")
def close(plan: int, opens_at: str) -> None:
    actions.close_round(Plan.objects.get(pk=plan), datetime.fromisoformat(opens_at))


@due.handler("inspections.remind")
def remind(plan: int, opens_at: str) -> None:
    actions.remind_of_round(Plan.objects.get(pk=plan), datetime.fromisoformat(opens_at))


@due.handler("inspections.follow_calendar")
def follow_calendar() -> None:
    """Each plan on its own, so that none waits for the lock of another."""
    for plan in Plan.objects.filter(is_active=True).exclude(days=Plan.Days.ALL):
        due.now("inspections.replan", plan=plan.pk)


@due.handler("inspections.follow_shift")
def follow_shift(shift: int) -> None:
    for plan in Plan.objects.filter(is_active=True, shift=shift):
        due.now("inspections.replan", plan=plan.pk)


@due.handler("inspections.replan")
def replan(plan: int) -> None:
    actions.replan_runs(Plan.objects.get(pk=plan))


@due.handler("inspections.end_pause")
def end_pause(pause: int) -> None:
    row = Pause.objects.get(pk=pause)
    if row.status == Pause.Status.APPROVED:
        actions.end_pause(row, by=None)


@due.handler("inspections.follow_locks")
def follow_locks(equipment: int) -> None:
    actions.follow_locks(Equipment.objects.get(pk=equipment))


@due.handler("inspections.judge_run")
def judge_run(run: int) -> None:
    actions.judge_runs([run])
