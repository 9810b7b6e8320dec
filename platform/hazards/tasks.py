from hazards import actions
from hazards.models import Hazard
from tenants import due


@due.handler("hazards.escalate")
def escalate(hazard: int, step: int) -> None:
    actions.escalate_hazard(Hazard.objects.select_related("policy").get(pk=hazard), step=step)


@due.handler("hazards.remind")
def remind(hazard: int, reason: str) -> None:
    actions.remind_hazard(Hazard.objects.get(pk=hazard), reason=reason)
