"""Everything that people and the clock do with plans and runs."""

from inspections.actions.pauses import approve_pause, ask_pause, end_pause, refuse_pause
from inspections.actions.plans import (
    change_plan,
    create_plan,
    foresee,
    occurrences,
    plan_runs,
    replan_runs,
    save_plans,
    schedule_of,
    stop_plan,
)
from inspections.actions.rounds import close_round, open_round, remind_of_round
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
    "approve_pause",
    "ask_pause",
    "change_plan",
    "close_round",
    "create_plan",
    "end_pause",
    "foresee",
    "miss_run",
    "occurrences",
    "open_round",
    "open_run",
    "plan_runs",
    "refuse_others",
    "refuse_pause",
    "remind_of_round",
    "replan_runs",
    "save_plans",
    "schedule_of",
    "start_run",
    "stop_plan",
    "submit_run",
]
