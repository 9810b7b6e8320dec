from incidents import actions
from incidents.models import Incident
from tenants import due


@due.handler("incidents.remind")
def remind(incident: int, minutes: int) -> None:
    """One of the sample may be gone."""
    if row := Incident.objects.filter(pk=incident).first():
        actions.remind_of_report(row, minutes=minutes)
