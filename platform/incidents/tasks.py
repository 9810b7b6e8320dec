from incidents import actions
from incidents.models import Incident
from tenants import due


@due.handler("incidents.remind")
def remind(incident: int, minutes: int) -> None:
    actions.remind_of_report(Incident.objects.get(pk=incident), minutes=minutes)
