"""治理方案: what the law asks for before work on a major hazard begins. Written by the officer, approved by two leaders."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from hazards.actions.clock import schedule, wait_for_start
from hazards.models import PLAN_WORKFLOW, POINTS, Hazard, PlanStatus, RectificationPlan, Status
from hazards.models.proof import label_of
from people.models import User

LONGEST_PLAN, MINUTE = timedelta(days=365), timedelta(minutes=1)
PLANNABLE = (Status.CONFIRMED, Status.ASSIGNED)


def lacks_plan(hazard: Hazard) -> bool:
    """Its level asks for a plan, and none is approved yet."""
    return (
        bool(hazard.policy and hazard.policy.needs_plan)
        and not hazard.plans.filter(status=PlanStatus.APPROVED).exists()
    )


def running_plan(hazard: Hazard) -> RectificationPlan | None:
    """The one that is approved or waits for somebody."""
    return hazard.plans.exclude(status=PlanStatus.RETURNED).select_related("author", "leader", "head").first()


@action
def write_plan(hazard: Hazard, *, by: User, due_at: datetime, **fields: str) -> RectificationPlan:
    """A new plan, also after a return: the returned one stays on record as it was."""
    if not by.can("hazards.write_plan", hazard):
        raise NotAllowed(_("The safety officer writes the plan."))
    _refuse_thin_plan(due_at, fields)
    row = Hazard.objects.select_for_update(of=("self",)).select_related("policy").get(pk=hazard.pk)
    if not (row.policy and row.policy.needs_plan):
        raise WrongStatus(_("Its level asks for no plan."))
    if row.status not in PLANNABLE or running_plan(row):
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    texts = {name: fields[name].strip() for name in POINTS}
    plan = RectificationPlan.objects.create(hazard=hazard, due_at=due_at, author=by, written_at=timezone.now(), **texts)
    emit("plan.written", plan, by=by, number=hazard.number, due_at=due_at, **texts)
    return plan


def _refuse_thin_plan(due_at: datetime, fields: dict[str, str]) -> None:
    empty = [label_of(name) for name in POINTS if not fields.get(name, "").strip()]
    if empty:
        raise DomainError(_("Fill in what is missing: %(fields)s") % {"fields": ", ".join(empty)})
    if not timezone.now() < due_at <= timezone.now() + LONGEST_PLAN:
        raise DomainError(_("Choose a day to be done by, later than now and within a year."))


@action
def decide_plan(plan: RectificationPlan, *, by: User, is_passed: bool, note: str = "") -> RectificationPlan:
    """The leader in charge agrees, then the head of the factory approves: three people in all. Or it is returned with a note."""
    hazard = Hazard.objects.select_for_update(of=("self",)).select_related("policy").get(pk=plan.hazard_id)
    if by.pk in {plan.author_id, plan.leader_id}:
        raise NotAllowed(_("You wrote this plan or agreed to it already. Somebody else must decide."))
    if not hazard.is_open or not (hazard.policy and hazard.policy.needs_plan):
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    if not is_passed and not note.strip():
        raise DomainError(_("Say what the plan lacks, so that it can be written anew."))
    now, is_leaders = timezone.now(), plan.status == PlanStatus.WAITS_LEADER
    if is_passed and plan.due_at <= now:
        raise DomainError(_("The plan's day is over. Return it, so that it gets a new one."))
    stage = "leader" if is_leaders else "head"
    changes: dict[str, Any] = {stage: by, f"{stage}_at": now}
    PLAN_WORKFLOW.take(f"{'pass' if is_passed else 'return'}_{stage}", plan, by=by, note=note.strip(), **changes)
    plan.note = note.strip()
    plan.save(update_fields=["note"])
    if plan.status == PlanStatus.APPROVED:
        _follow(plan, hazard, by=by)
    return plan


def _follow(plan: RectificationPlan, hazard: Hazard, *, by: User) -> None:
    """The approved day is the limit from now on, and work may begin."""
    if hazard.due_at is None or abs(plan.due_at - hazard.due_at) >= MINUTE:  # forms know no seconds
        old, hazard.due_at = hazard.due_at, plan.due_at
        hazard.save(update_fields=["due_at"])
        emit("hazard.limit_planned", hazard, by=by, old=old, new=plan.due_at)
        schedule(hazard)
    if hazard.status == Status.ASSIGNED:
        wait_for_start(hazard)
