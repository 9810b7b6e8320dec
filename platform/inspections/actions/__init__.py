"""Everything that people and the clock do with plans and runs."""

from inspections.actions.doubts import judge_runs, settle_doubt
from inspections.actions.nudges import nudge_runs
from inspections.actions.plans import create_plan, occurrences, plan_runs, stop_plan
from inspections.actions.runs import (
    AnswersRefused,
    Given,
    miss_run,
    open_run,
    refuse_others,
    start_run,
    submit_run,
)

__all__ = [
    "AnswersRefused",
    "Given",
    "create_plan",
    "judge_runs",
    "miss_run",
    "nudge_runs",
    "occurrences",
    "open_run",
    "plan_runs",
    "refuse_others",
    "settle_doubt",
    "start_run",
    "stop_plan",
    "submit_run",
]
