"""Open alerts: the same part on the desk and on the phone, and the page that a message leads to."""

from datetime import timedelta
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.db.models import BigIntegerField, Case, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Cast
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from alerts import links
from alerts.actions import acknowledge_alert, may_take
from alerts.models import Alert
from core.errors import Revoked
from core.limits import allow
from hazards.models import Hazard
from notifications.actions import mark_opened
from portals.groups.guest import HEADERS
from portals.web import is_on_phone, page

SHOWN_AFTER_TAKING = timedelta(minutes=10)
MOST_OPEN, FEW = 20, 5
# By link and minute.
MOST_BY_LINK = 60


def shown_to(user):
    """Open ones first, the newest above; below them for a while a few that somebody took, so that all see who did."""
    recently = Q(acknowledged_at=None) | Q(acknowledged_at__gt=timezone.now() - SHOWN_AFTER_TAKING)
    alerts = (
        Alert.objects.visible_to(user).filter(recently).select_related("acknowledged_by").annotate(limit=_limit(user))
    )
    rows = alerts.order_by(F("acknowledged_at").desc(nulls_first=True), "-raised_at")[:MOST_OPEN]
    return [row for place, row in enumerate(rows) if place < FEW or not row.acknowledged_at]


def _limit(user):
    """Where the alert is about an open hazard, its time left stands beside it."""
    mine = Hazard.objects.visible_to(user).open().filter(pk=Cast(OuterRef("subject_id"), BigIntegerField()))
    return Case(When(subject_type=Hazard._meta.label_lower, then=Subquery(mine.values("due_at")[:1])))


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
    return redirect("alert", pk=pk)


@login_required
def show(request, pk: int):
    """Where a group's message leads: what is wrong, and who has it."""
    alerts = Alert.objects.visible_to(request.user).select_related("acknowledged_by", "raised_by", "department")
    alert = get_object_or_404(alerts, pk=pk)
    mark_opened(alert, by=request.user)
    take = reverse("acknowledge", args=[pk]) if may_take(request.user, alert) else ""
    context = {"alert": alert, "me": request.user, "take": take, "sees_ledger": request.user.can("console.open")}
    return page(request, "guest/alert.html", context)


def by_link(view):
    """The token in the address is all that says who it is: a session of the same browser is neither looked at nor changed."""

    @csrf_exempt
    @wraps(view)
    def run(request, token: str):
        request.user = AnonymousUser()
        allow(f"alert:{request.method}", token[:60], most=MOST_BY_LINK, within=timedelta(minutes=1))
        response = view(request, token)
        for name, value in HEADERS.items():
            response[name] = value
        return response

    return run


@by_link
@require_http_methods(["GET", "HEAD", "POST"])
def take_by_link(request, token: str):
    """Opening it takes nothing, because phones open links by themselves to show what is behind them."""
    try:
        opened = links.opened_by(token)
    except Revoked as refusal:
        return _ended(request, refusal.message, 410)
    if opened is None:
        return _ended(request, _("This link leads to no alert of this factory. Open the newest message again."), 404)
    alert, person = opened
    translation.activate(person.language)
    request.LANGUAGE_CODE = person.language
    if request.method == "POST":
        acknowledge_alert(alert, by=person, is_by_link=True)
        return redirect("alert_link", token=token)
    return page(request, "guest/alert.html", {"alert": alert, "me": person, "take": request.path, "by_link": True})


def _ended(request, message: str, status: int):
    return page(request, "guest/ended.html", {"message": message, "is_alert": True}, status=status)
