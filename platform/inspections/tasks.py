from inspections import actions
from inspections.models import Plan, Run
from tenants import due


@due.handler("inspections.plan_runs")
def plan_runs(plan: int) -> None:
    actions.plan_runs(Plan.objects.get(pk=plan))


@due.handler("inspections.miss_run")
def miss_run(run: int) -> None:
    actions.miss_run(Run.objects.get(pk=run))


@due.handler("inspections.judge_run")
def judge_run(run: int) -> None:
    actions.judge_runs([run])
