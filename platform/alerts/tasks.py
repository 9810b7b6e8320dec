from alerts.actions import escalate_alert
from alerts.models import Alert
from tenants import due


@due.handler("alerts.escalate")
def escalate(alert: int, step: int) -> None:
    escalate_alert(Alert.objects.get(pk=alert), step=step)
