from hazards.models import Hazard
from incidents.models import Incident
from risks import actions
from risks.models import Risk
from tenants import due


@due.handler("risks.remind")
def remind(risk: int) -> None:
    """A pack's risk that nobody used may be gone."""
    if row := Risk.objects.select_related("area").filter(pk=risk).first():
        actions.remind_risk(row)


@due.handler("risks.look_at_hazard")
def look_at_hazard(hazard: int) -> None:
    """One of the sample may be gone."""
    if row := Hazard.objects.filter(pk=hazard).first():
        actions.look_at_hazard(row)


@due.handler("risks.look_at_incident")
def look_at_incident(incident: int) -> None:
    if row := Incident.objects.filter(pk=incident).first():
        actions.look_at_incident(row)
