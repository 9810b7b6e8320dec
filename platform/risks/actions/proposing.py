"""A new rating is proposed by what was found, or by somebody of the workshop; the safety officer decides."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import NotAllowed, WrongStatus
from core.events import action, emit
from hazards.models import Hazard
from incidents.models import Incident
from people.models import User
from risks.actions.rating import refuse_others, require_reason
from risks.models import Proposal, Risk
from risks.related import reason_to_rate, risks_of, risks_of_incident


@action
def look_at_hazard(hazard: Hazard) -> list[Proposal]:
    """Called by the clock as soon as a hazard's level is known; a risk has one open proposal at most."""
    found = []
    for risk in risks_of(hazard).select_related("area").order_by("pk"):
        Risk.objects.select_for_update(of=("self",)).get(pk=risk.pk)
        if risk.proposals.filter(decided_at=None).exists():
            continue
        why, hazards = reason_to_rate(risk)
        if why:
            numbers = _(", ").join(each.number for each in hazards)
            found.append(_propose(risk, why, numbers, None, hazards))
    return found


@action
def look_at_incident(incident: Incident) -> list[Proposal]:
    """Called by the clock as soon as an incident is confirmed: what the register says of its place was too little."""
    found = []
    for risk in risks_of_incident(incident).select_related("area").order_by("pk"):
        Risk.objects.select_for_update(of=("self",)).get(pk=risk.pk)
        if not risk.proposals.filter(decided_at=None).exists():
            note = f"{incident.number} {incident.title}"
            found.append(_propose(risk, Proposal.Why.INCIDENT, note, None, []))
    return found


@action
def propose_rating(risk: Risk, *, by: User, reason: str) -> Proposal:
    """From the workshop: something has changed there."""
    if not by.can("risks.propose", risk):
        raise NotAllowed(_("Tell your workshop head or the safety officer what has changed."))
    reason = require_reason(reason)
    if Risk.objects.select_for_update(of=("self",)).get(pk=risk.pk).retired_at:
        raise WrongStatus(_("This risk point is out of the register. Take it back in first."))
    if risk.proposals.filter(decided_at=None).exists():
        raise WrongStatus(_("A new rating is proposed already; it waits for the safety officer."))
    return _propose(risk, Proposal.Why.PERSON, reason, by, [])


def _propose(risk: Risk, why: str, note: str, by: User | None, hazards: list[Hazard]) -> Proposal:
    proposal = Proposal.objects.create(risk=risk, why=why, note=note[:300], by=by, at=timezone.now())
    proposal.hazards.set(hazards)
    facts: dict[str, Any] = {"why": why, "note": proposal.note, "hazards": [hazard.number for hazard in hazards]}
    emit("risk.rating_proposed", risk, by=by, **facts)
    return proposal


@action
def dismiss_proposal(proposal: Proposal, *, by: User, reason: str) -> Proposal:
    """The rating stays as it is, and why stands on record."""
    refuse_others(by, proposal.risk)
    reason = require_reason(reason)
    facts = {"decision": Proposal.Decision.DISMISSED, "decided_by": by, "decided_at": timezone.now()}
    open_one = Proposal.objects.filter(pk=proposal.pk, decided_at=None)
    if not open_one.update(decision_note=reason, **facts):
        raise WrongStatus(_("This was decided in the meantime. Look at where it stands now."))
    emit("risk.proposal_dismissed", proposal.risk, by=by, note=reason)
    proposal.refresh_from_db()
    return proposal
