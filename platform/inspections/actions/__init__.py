"""Everything that people and the clock do with checklists, plans and runs."""

from inspections.actions.checklists import (
    change_checklist,
    create_checklist,
    discard_draft,
    draft_checklist,
    publish_checklist,
    retire_checklist,
)
from inspections.actions.doubts import judge_runs, settle_doubt
from inspections.actions.items import add_item, change_item, move_item, remove_item
from inspections.actions.nudges import nudge_runs
from inspections.actions.pauses import approve_pause, ask_pause, end_pause, follow_locks, refuse_pause
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
    miss_run,
    note_scan,
    open_run,
    refuse_new_on_locked,
    refuse_others,
    start_run,
)
from inspections.actions.submit import AnswersRefused, Given, Handed, submit_run

__all__ = [
    "AnswersRefused",
    "Given",
    "Handed",
    "add_item",
    "approve_pause",
    "ask_pause",
    "change_checklist",
    "change_item",
    "change_plan",
    "close_round",
    "create_checklist",
    "create_plan",
    "discard_draft",
    "draft_checklist",
    "end_pause",
    "follow_locks",
    "foresee",
    "judge_runs",
    "miss_run",
    "move_item",
    "note_scan",
    "nudge_runs",
    "occurrences",
    "open_round",
    "open_run",
    "plan_runs",
    "publish_checklist",
    "refuse_new_on_locked",
    "refuse_others",
    "refuse_pause",
    "remind_of_round",
    "remove_item",
    "replan_runs",
    "retire_checklist",
    "save_plans",
    "schedule_of",
    "settle_doubt",
    "start_run",
    "stop_plan",
    "submit_run",
]
