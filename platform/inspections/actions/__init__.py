"""Everything that people and the clock do with plans and runs."""

from inspections.actions.plans import create_plan, occurrences, plan_runs, stop_plan
from inspections.actions.runs import (
    AnswersRefused,
    Given,
    Handed,
    miss_run,
    note_scan,
    open_run,
    refuse_others,
    start_run,
    submit_run,
)

__all__ = [
    "AnswersRefused",
    "Given",
    "Handed",
    "create_plan",
    "miss_run",
    "note_scan",
    "occurrences",
    "open_run",
    "plan_runs",
    "refuse_others",
    "start_run",
    "stop_plan",
    "submit_run",
]
