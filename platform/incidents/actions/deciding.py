"""The steps of an incident: confirmed, investigated, reviewed, closed."""

from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.accidents import Severity
from core.errors import DomainError, NotAllowed
from core.events import action
from incidents.actions.clock import begin_hour
from incidents.actions.guards import require_reason
from incidents.actions.reporting import class_on
from incidents.models import WORKFLOW, Incident
from people.models import User
from tenants import due


@action
def confirm_incident(incident: Incident, *, by: User, severity: str, accident: str) -> Incident:
    """It was one, of this severity and class; whoever confirms it investigates. Rooms above look at the place's risks."""
    worst = _worst(incident)
    if worst and Severity(severity).rank < worst.rank:
        raise DomainError(_("Somebody was hurt worse than that. Correct the lost days first."))
    changes: dict[str, Any] = {
        "severity": severity,
        "accident": class_on(accident, incident.happened_at),
        "investigator": by,
    }
    data = {"severity_before": incident.severity, "severity": severity, "accident": changes["accident"]}
    WORKFLOW.take("confirm", incident, by=by, data=data, **changes)
    if severity in (Severity.SERIOUS, Severity.FATAL) and not incident.must_report:
        begin_hour(incident, by=by, known_at=timezone.now())
    due.once(timezone.now(), "risks.look_at_incident", key=f"risks.incident:{incident.pk}", incident=incident.pk)
    return incident


def _worst(incident: Incident) -> Severity | None:
    found = [Severity(each) for each in incident.injuries.values_list("severity", flat=True)]
    return max(found, key=lambda each: each.rank, default=None)


@action
def dismiss_incident(incident: Incident, *, by: User, note: str) -> Incident:
    return WORKFLOW.take("dismiss", incident, by=by, note=require_reason(note))


@action
def hand_in_investigation(incident: Incident, *, by: User) -> Incident:
    """From here on somebody else decides."""
    if not (incident.immediate_causes and incident.root_causes):
        raise DomainError(_("Write down why it happened: at least one immediate and one root cause."))
    if not incident.remedies.exists():
        raise DomainError(_("Say what is done so that it does not come again: at least one measure."))
    if incident.is_injury and not incident.injuries.exists():
        raise DomainError(_("Somebody was hurt. Enter who, and the lost days as far as they are known."))
    return WORKFLOW.take("hand_in", incident, by=by, investigator=by)


@action
def return_investigation(incident: Incident, *, by: User, note: str) -> Incident:
    return WORKFLOW.take("return", incident, by=by, note=require_reason(note))


@action
def close_incident(incident: Incident, *, by: User) -> Incident:
    """Nothing is closed without proof: each corrective action was fixed, shown and reviewed as any hazard."""
    if by.pk == incident.investigator_id:
        raise NotAllowed(_("You investigated it yourself. A leader or another safety officer closes it."))
    remedies = incident.remedies.select_related("hazard__merged_into")
    waiting = [remedy.hazard.number for remedy in remedies if remedy.hazard and remedy.is_open]
    if waiting:
        numbers = _(", ").join(waiting[:5])
        raise DomainError(_("These measures are not proved yet: %(numbers)s. Close them first.") % {"numbers": numbers})
    if not remedies.filter(Q(hazard=None) | Q(hazard__status__in=("closed", "merged"))).exists():
        raise DomainError(_("No measure is left that was carried out. Return it, so that one is added."))
    if not incident.reports.exists() and incident.must_report:
        raise DomainError(_("It must be reported to the authority. Enter first to whom and when that was done."))
    if incident.is_injury and incident.injuries.filter(lost_days=None).exists():
        raise DomainError(_("Lost days are not known yet. Enter them when the person is back at work."))
    return WORKFLOW.take("close", incident, by=by, closed_at=timezone.now())


@action
def reopen_incident(incident: Incident, *, by: User, note: str) -> Incident:
    return WORKFLOW.take("reopen", incident, by=by, note=require_reason(note), closed_at=None)
