"""Checklists, the plans that make tasks of them, and the runs that people do at the machine."""

from django.utils.translation import gettext_lazy as _

from core.events import register
from inspections.models.checklists import Audience, Checklist, Frequency, Item
from inspections.models.plans import PAUSE_WORKFLOW, Pause, Plan, Stop, Theme
from inspections.models.runs import COUNTED, DOUBTFUL, Answer, ExWay, Run

__all__ = [
    "COUNTED",
    "DOUBTFUL",
    "PAUSE_WORKFLOW",
    "Answer",
    "Audience",
    "Checklist",
    "ExWay",
    "Frequency",
    "Item",
    "Pause",
    "Plan",
    "Run",
    "Stop",
    "Theme",
]

register(
    {
        "checklist.installed": _("Checklist installed"),
        "checklist.created": _("Checklist begun"),
        "checklist.drafted": _("New draft begun"),
        "checklist.changed": _("Draft changed"),
        "checklist.item_added": _("Item added"),
        "checklist.item_changed": _("Item changed"),
        "checklist.item_moved": _("Item moved"),
        "checklist.item_removed": _("Item removed"),
        "checklist.published": _("Checklist published"),
        "checklist.discarded": _("Draft discarded"),
        "checklist.retired": _("Checklist taken out of use"),
        "pause.locked": _("Checks excused: the machine is out of service"),
        "pause.asked": _("Pause asked for"),
        "pause.approved": _("Pause approved"),
        "pause.refused": _("Pause refused"),
        "pause.ended": _("Machine runs again"),
        "plan.changed": _("Plan changed"),
        "plan.created": _("Plan made"),
        "plan.stopped": _("Plan stopped"),
        "run.excused": _("Excused: the machine stands still"),
        "run.freed": _("To be done again: the machine runs"),
        "run.leader_told": _("Missed: team leader told"),
        "run.officer_told": _("Still not done: safety officer told"),
        "run.opened": _("Opened"),
        "run.planned": _("Planned"),
        "run.started": _("Check started"),
        "run.submitted": _("Check done"),
        "run.missed": _("Missed"),
        "run.withdrawn": _("Withdrawn: the plan changed"),
        "run.nudged": _("Reminded"),
        "run.doubt_settled": _("Talked about a check"),
        "run.on_locked": _("Done on a machine that was out of service"),
        "run.conflicted": _("Two records of one check"),
    }
)
