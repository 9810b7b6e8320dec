"""Everything that people and the clock do with checklists, plans and runs."""

from inspections.actions.checklists import (
    change_checklist,
    create_checklist,
    discard_draft,
    draft_checklist,
    publish_checklist,
    retire_checklist,
)
from inspections.actions.items import add_item, change_item, move_item, remove_item
from inspections.actions.plans import create_plan, occurrences, plan_runs, stop_plan
from inspections.actions.runs import (
    AnswersRefused,
    Given,
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
    "add_item",
    "change_checklist",
    "change_item",
    "create_checklist",
    "create_plan",
    "discard_draft",
    "draft_checklist",
    "miss_run",
    "move_item",
    "note_scan",
    "occurrences",
    "open_run",
    "plan_runs",
    "publish_checklist",
    "refuse_others",
    "remove_item",
    "retire_checklist",
    "start_run",
    "stop_plan",
    "submit_run",
]
