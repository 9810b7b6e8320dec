from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.models import Alert
from core.errors import NotAllowed
from core.events import action, emit


@action
def raise_alert(subject: models.Model, line: str, *, by, department_id: int | None = None) -> Alert:
    """One open alert per subject: raising again while it is open changes nothing."""
    about = {"subject_type": subject._meta.label_lower, "subject_id": str(subject.pk)}
    standing = Alert.objects.open().filter(**about).first()
    if standing:
        return standing
    alert = Alert.objects.create(
        line=line[:200], department_id=department_id, raised_at=timezone.now(), raised_by=by, **about
    )
    emit("alert.raised", alert, by=by, line=alert.line, **about)
    return alert


@action
def acknowledge_alert(alert: Alert, *, by) -> Alert:
    """The first one takes it; whoever comes later is shown who was first."""
    if not by.can("alerts.acknowledge", alert):
        raise NotAllowed(_("The safety officer takes alerts."))
    now = timezone.now()
    if Alert.objects.open().filter(pk=alert.pk).update(acknowledged_at=now, acknowledged_by=by):
        alert.acknowledged_at, alert.acknowledged_by = now, by
        seconds = round((now - alert.raised_at).total_seconds())
        emit("alert.acknowledged", alert, by=by, seconds=seconds)
        return alert
    alert.refresh_from_db()
    return alert
