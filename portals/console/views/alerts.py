"""告警记录: all alerts and how fast they were taken, of each who was told by which way, and the rule of the chain."""

from contextlib import suppress
from datetime import date
from itertools import pairwise
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from alerts import archive, exports
from alerts.actions import change_alert_policy, may_take
from alerts.models import Alert, AlertPolicy
from core.archives import DAY
from core.errors import Refusal
from facilities.calendar import today
from facilities.models import Department
from notifications import deliveries
from notifications.actions import mark_opened
from portals.console.alert_words import sentences
from portals.console.forms.alerts import AlertPolicyForm
from portals.paging import slice_of
from portals.web import page, require

PER_PAGE = 50
_ROW = (
    "id", "line", "department__name", "raised_at", "raised_by__name", "acknowledged_at", "acknowledged_by__name",
    "step",
)  # fmt: skip


@login_required
def index(request):
    require(request.user, "alerts.acknowledge")
    return _index(request)


@login_required
@require_POST
def export(request):
    require(request.user, "alerts.acknowledge")
    try:
        job = exports.order_export(_filter(request)[0], by=request.user)
    except Refusal as refusal:
        return _index(request, refusal.message, refusal.status)
    return redirect("console:job", pk=job.pk)


def _index(request, refusal: str = "", status: int = 200):
    chosen, span = _filter(request)
    found = chosen.of(Alert.objects.visible_to(request.user))
    rows = slice_of(found.values(*_ROW), request.GET.get("at", ""), PER_PAGE, by="raised_at")
    query = request.GET.copy()
    query.pop("at", None)
    context: dict[str, Any] = {
        "page": rows,
        "rows": [_row(row) for row in rows.rows],
        "figures": archive.figures(found),
        "asked": request.GET,
        "span": span,
        "days": ""
        if span
        else _("%(since)s to %(until)s") % {"since": request.GET["from"], "until": request.GET["to"]},
        "spans": [("7", _("7 days")), ("30", _("30 days")), ("90", _("90 days")), ("all", _("All"))],
        "states": archive.State.choices,
        "departments": Department.objects.filter(kind=Department.Kind.WORKSHOP),
        "query": query.urlencode(),
        "refusal": refusal,
    }
    return page(request, "console/alerts/list.html", context, status=status)


def _row(row: dict[str, Any]) -> dict[str, Any]:
    taken = row["acknowledged_at"]
    return row | {"took": taken - row["raised_at"] if taken else None}


def _filter(request) -> tuple[archive.Filter, str]:
    """What cannot be read leaves nothing out."""
    asked = request.GET
    span = asked.get("span", "") if asked.get("span") in ("7", "90", "all") else "30"
    since, until = None if span == "all" else today() - (int(span) - 1) * DAY, None
    with suppress(ValueError, OverflowError):  # a figure's rows are those of whole days
        first, last = (date.fromisoformat(asked.get(name, "")) for name in ("from", "to"))
        if date.min + DAY < first and last < date.max - DAY:
            since, until, span = first, last, ""
    pk = asked.get("department", "")
    department = int(pk) if pk.isascii() and pk.isdecimal() and len(pk) < 10 else None
    words = asked.get("q", "").replace("\0", "").strip()[:100]
    return archive.Filter(since, until, asked.get("state", ""), department, words), span


@login_required
def show(request, pk: int):
    require(request.user, "console.open")
    alerts = Alert.objects.visible_to(request.user)
    near = ("acknowledged_by", "raised_by", "department", "policy")
    alert = get_object_or_404(alerts.select_related(*near), pk=pk)
    mark_opened(alert, by=request.user)
    calls = deliveries.of_alert(alert)
    context = {
        "alert": alert,
        "calls": calls,
        "lonely": _lonely(calls),
        "took": alert.acknowledged_at - alert.raised_at if alert.acknowledged_at else None,
        "lines": sentences(alert.rules),
        "may_take": may_take(request.user, alert),
    }
    return page(request, "console/alerts/show.html", context)


def _lonely(calls: list[deliveries.Call]) -> list[str]:
    """Who was reached by the page alone, so that somebody writes down a phone for them."""
    people = [person for call in calls if not call.groups for person in call.people]
    return list(dict.fromkeys(person.user.name for person in people if len(person.ways) == 1))


@login_required
def rules(request):
    require(request.user, "notifications.view")
    if request.method == "POST":
        return _change(request)
    if "change" in request.GET:
        require(request.user, "alerts.set_policy")
        return _rules(request, AlertPolicyForm(policy=_newest()))
    return _rules(request)


def _newest() -> AlertPolicy:
    return AlertPolicy.objects.select_related("created_by").first() or AlertPolicy(version=0)


def _rules(request, form: AlertPolicyForm | None = None, status: int = 200):
    versions = [*AlertPolicy.objects.select_related("created_by"), AlertPolicy(version=0)]
    steps = [(newer, _changes(older, newer)) for newer, older in pairwise(versions)]
    context = {
        "policy": versions[0],
        "may_list": request.user.can("alerts.acknowledge"),
        "lines": sentences(versions[0]),
        "versions": [*steps, (versions[-1], [])],
        "form": form,
        "may_set": request.user.can("alerts.set_policy"),
    }
    return page(request, "console/alerts/rules.html", context, status=status)


def _changes(older: AlertPolicy, newer: AlertPolicy) -> list[tuple[str, str]]:
    return [
        (before, after) for before, after in zip(sentences(older), sentences(newer), strict=True) if before != after
    ]


def _change(request):
    form = AlertPolicyForm(request.POST, policy=_newest())
    if not form.is_valid():
        return _rules(request, form, 422)
    seen = form.cleaned_data.pop("seen")
    policy = AlertPolicy.objects.filter(version=seen).first() or (AlertPolicy(version=0) if seen == 0 else None)
    if policy is None:
        raise Http404
    try:
        made = change_alert_policy(policy, by=request.user, **form.cleaned_data)
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return _rules(request, form, refusal.status)
    is_new = made.version != seen
    messages.success(request, _("Saved. It holds for alerts from now on.") if is_new else _("Nothing was changed."))
    return redirect("console:alert_rules")
