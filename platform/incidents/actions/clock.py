"""The law's hour (国务院令第493号 §9): it is counted and told, and nothing is reported by itself."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from core.accidents import Severity
from core.errors import DomainError, NotAllowed
from core.events import action, emit
from incidents.actions.guards import hold, require_reason
from incidents.law import rules
from incidents.models import AuthorityReport, Incident
from people.models import User
from tenants import due


@action
def start_clock(incident: Incident, *, by: User, known_at: datetime) -> Incident:
    """Somebody says that it must be reported, or when the head really learned of it."""
    held = hold(incident, by=by)
    if not held.happened_at <= known_at <= timezone.now():
        raise DomainError(_("The head learned of it after it happened, and before now. Correct the time."))
    return begin_hour(held, by=by, known_at=known_at)


def begin_hour(incident: Incident, *, by: User | None, known_at: datetime) -> Incident:
    """Within an action. Set anew, the warnings follow the new time."""
    before, incident.must_report, incident.known_at = incident.known_at, True, known_at
    incident.save(update_fields=["must_report", "known_at"])
    emit("incident.clock_started", incident, by=by, known_at=known_at, before=before)
    if not incident.reports.exists():
        for minutes in rules()["warn_at"]:
            moment = known_at + timedelta(minutes=minutes)
            if moment > timezone.now() or minutes == rules()["minutes"]:
                due.at(moment, "incidents.remind", key=_key(incident, minutes), incident=incident.pk, minutes=minutes)
            else:
                due.cancel(key=_key(incident, minutes))
    return incident


@action
def stop_clock(incident: Incident, *, by: User, reason: str) -> Incident:
    """It need not be reported after all, such as when somebody on the floor thought that it was worse."""
    held, reason = hold(incident, by=by), require_reason(reason)
    hurt_badly = (Severity.SERIOUS, Severity.FATAL)
    if held.severity in hurt_badly or held.reports.exists():
        raise DomainError(_("Somebody is badly hurt, or it was reported already. The hour stands."))
    held.must_report = False
    held.save(update_fields=["must_report"])
    for minutes in rules()["warn_at"]:
        due.cancel(key=_key(held, minutes))
    emit("incident.clock_stopped", held, by=by, note=reason)
    return held


def _key(incident: Incident, minutes: int) -> str:
    return f"incident:{incident.pk}:{minutes}"


@action
def remind_of_report(incident: Incident, *, minutes: int) -> None:
    """Called by the clock; once it is reported nobody is called any more."""
    incident = Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
    if not incident.waits_for_report:
        return
    left = rules()["minutes"] - minutes
    name = "incident.report_due" if left > 0 else "incident.report_late"
    emit(name, incident, by=None, minutes=left)


@action
def tell_authority(incident: Incident, *, by: User, to: str, at: datetime, note: str = "") -> AuthorityReport:
    """Somebody has reported it, by phone or in writing; too late stays too late. Later ones are changes 补报."""
    if not by.can("incidents.tell", incident):
        raise NotAllowed(_("The head, a leader or the safety officer enters that it was reported."))
    held = Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
    if not to.strip():
        raise DomainError(_("Say to whom it was reported."))
    if not held.happened_at <= at <= timezone.now():
        raise DomainError(_("It was reported after it happened, and before now. Correct the time."))
    is_first = not held.reports.exists()
    made = AuthorityReport.objects.create(
        incident=held,
        kind=AuthorityReport.Kind.FIRST if is_first else AuthorityReport.Kind.SUPPLEMENT,
        to=to.strip()[:120],
        at=at,
        is_late=bool(is_first and held.report_by and at > held.report_by),
        note=note.strip()[:300],
        by=by,
    )
    for minutes in rules()["warn_at"]:
        due.cancel(key=_key(held, minutes))
    emit(
        "incident.told_authority", held, by=by, to=made.to, at=at, is_late=made.is_late, kind=made.kind, note=made.note
    )
    return made
