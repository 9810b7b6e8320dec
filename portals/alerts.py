"""Open alerts: the same part on the desk and on the phone."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from alerts.actions import acknowledge_alert
from alerts.models import Alert
from portals.web import page

SHOWN_AFTER_TAKING = timedelta(minutes=10)


def shown_to(user):
    """Open ones, and for a while those that somebody took, so that all see who did."""
    recently = Q(acknowledged_at=None) | Q(acknowledged_at__gt=timezone.now() - SHOWN_AFTER_TAKING)
    alerts = Alert.objects.visible_to(user).filter(recently).select_related("acknowledged_by")
    return list(alerts.order_by("acknowledged_at", "-raised_at")[:5])


@login_required
def open_alerts(request):
    return page(request, "parts/_alerts.html", {"alerts": shown_to(request.user)})


@login_required
@require_POST
def acknowledge(request, pk: int):
    acknowledge_alert(get_object_or_404(Alert.objects.visible_to(request.user), pk=pk), by=request.user)
    if request.htmx:
        return page(request, "parts/_alerts.html", {"alerts": shown_to(request.user)})
    return redirect("home")
