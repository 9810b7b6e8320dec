"""The level of a hazard: confirmed by the safety officer, with the limit that its policy gives."""

from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.actions import raise_alert
from core.errors import DomainError
from core.events import action
from hazards.actions.clock import forget_confirmation, limit_from, policy_of, schedule
from hazards.actions.locks import lock_equipment
from hazards.actions.reporting import alert_line
from hazards.actions.routing import give_to_route
from hazards.models import WORKFLOW, Hazard, Level
from people.models import User


@action
def confirm_hazard(hazard: Hazard, *, by: User, level: str, note: str = "") -> Hazard:
    """定级: the limit begins to run, and the category's team is given the work where it has a leader."""
    policy = policy_of(level)
    if policy is None:
        raise DomainError(_("There are no time limits for this level yet. Install an industry pack first."))
    now = timezone.now()
    before = hazard.level
    limit = limit_from(now, policy.rectify_hours, policy.clock)
    WORKFLOW.take(
        "confirm",
        hazard,
        by=by,
        note=note,
        data={"level": level, "level_before": before, "policy": policy.version},
        level=level,
        policy=policy,
        confirmed_at=now,
        due_at=limit,
        first_due_at=limit,
    )
    forget_confirmation(hazard)
    if level == Level.MAJOR:
        lock_equipment(hazard, by=by)
        raise_alert(hazard, alert_line(hazard), by=by, department_id=hazard.department_id)
    schedule(hazard)
    give_to_route(hazard)
    return hazard
