"""Open alerts: the same part on the desk and on the phone."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from alerts.actions import acknowledge_alert
from alerts.models import Alert
from hazards.models import Hazard
from portals.web import is_on_phone, page

SHOWN_AFTER_TAKING = timedelta(minutes=10)


def shown_to(user):
    """Open ones, and for a while those that somebody took, so that all see who did."""
    recently = Q(acknowledged_at=None) | Q(acknowledged_at__gt=timezone.now() - SHOWN_AFTER_TAKING)
    alerts = Alert.objects.visible_to(user).filter(recently).select_related("acknowledged_by")
    return _with_limits(list(alerts.order_by("acknowledged_at", "-raised_at")[:5]), user)


def _with_limits(alerts: list[Alert], user) -> list[Alert]:
    """Where the alert is about an open hazard, its time left stands beside it."""
    kind = Hazard._meta.label_lower
    ids = [alert.subject_id for alert in alerts if alert.subject_type == kind]
    hazards = Hazard.objects.visible_to(user).open().filter(pk__in=ids) if ids else []
    limits = {str(hazard.pk): hazard.due_at for hazard in hazards}
    for alert in alerts:
        setattr(alert, "limit", limits.get(alert.subject_id) if alert.subject_type == kind else None)  # noqa: B010 - for the page only
    return alerts


def _shown(request):
    return page(request, "parts/_alerts.html", {"alerts": shown_to(request.user), "on_phone": is_on_phone(request)})


@login_required
def open_alerts(request):
    return _shown(request)


@login_required
@require_POST
def acknowledge(request, pk: int):
    acknowledge_alert(get_object_or_404(Alert.objects.visible_to(request.user), pk=pk), by=request.user)
    if request.htmx:
        return _shown(request)
    return redirect("home")
