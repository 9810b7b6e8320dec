"""Who was hurt, and for how long: personal, so the ledger keeps numbers and no names."""

from django.utils import timezone
from django.utils.translation import gettext as _

from core.accidents import Severity
from core.errors import DomainError, NotAllowed
from core.events import action, emit
from incidents.actions.clock import begin_hour
from incidents.actions.guards import hold, require_reason
from incidents.law import DEATH, refuse_contradiction
from incidents.models import Incident, Injury
from people.models import User


@action
def add_injury(
    incident: Incident,
    *,
    by: User,
    severity: str,
    person: User | None = None,
    name: str = "",
    lost_days: int | None = None,
    body_part: str = "",
) -> Injury:
    """More than one may be hurt. lost_days None: still off work."""
    _refuse_strangers(by, incident)
    held = hold(incident, by=by)
    if person is None and not name.strip():
        raise DomainError(_("Say who was hurt: somebody of the factory, or a name."))
    severity, lost_days = _weighed(severity, lost_days)
    injury = Injury.objects.create(
        incident=held, person=person, name="" if person else name.strip()[:60], severity=severity,
        lost_days=lost_days, body_part=body_part.strip()[:60],
    )  # fmt: skip
    emit("incident.injury_added", held, by=by, injury=injury.pk, severity=severity, lost_days=lost_days)
    _follow(held, by)
    return injury


@action
def change_lost_days(injury: Injury, *, by: User, severity: str, lost_days: int | None, reason: str) -> Injury:
    """补报: counted on, or counted anew; also after the incident was closed. Each change is an entry of the ledger."""
    _refuse_strangers(by, injury.incident)
    held = hold(injury.incident, by=by)
    reason = require_reason(reason)
    row = Injury.objects.select_for_update(of=("self",)).get(pk=injury.pk)
    severity, lost_days = _weighed(severity, lost_days)
    before = {"severity_before": row.severity, "days_before": row.lost_days}
    row.severity, row.lost_days = severity, lost_days
    row.save(update_fields=["severity", "lost_days"])
    said = {"injury": row.pk, "severity": severity, "lost_days": lost_days, "note": reason}
    emit("incident.lost_days_changed", held, by=by, **before, **said)
    _follow(held, by)
    return row


def _refuse_strangers(by: User, incident: Incident) -> None:
    if not by.can("incidents.see_injured", incident):
        raise NotAllowed(_("Who was hurt is seen by the safety officer and the leaders only."))


def _weighed(severity: str, lost_days: int | None) -> tuple[Severity, int | None]:
    if severity == Severity.FATAL and lost_days is None:
        lost_days = DEATH
    if severity == Severity.FIRST_AID and lost_days is None:
        lost_days = 0
    refuse_contradiction(severity, lost_days)
    return Severity(severity), lost_days


def _follow(incident: Incident, by: User) -> None:
    """The incident is as bad as its worst injury; badly hurt starts the hour, and what was reported needs the change."""
    found = [Severity(each) for each in incident.injuries.values_list("severity", flat=True)]
    worst = max(found, key=lambda each: each.rank)
    if worst != incident.severity:
        incident.severity = worst
        incident.save(update_fields=["severity"])
    if worst in (Severity.SERIOUS, Severity.FATAL) and not incident.must_report:
        begin_hour(incident, by=by, known_at=timezone.now())
    elif incident.reports.exists() and timezone.localdate() <= incident.supplement_until:
        emit("incident.supplement_due", incident, by=by, day=incident.supplement_until)
