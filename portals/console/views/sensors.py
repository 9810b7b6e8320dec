"""Sensors at the desk: what they read, where they stand, their keys and limits."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.errors import DomainError, Refusal
from core.events import history
from portals.charts import in_force, of_sensor
from portals.console.forms.sensors import LimitForm, SensorForm
from portals.web import page, require
from sensors import actions
from sensors.actions.devices import FACTS
from sensors.actions.thresholds import WORDS
from sensors.defaults import suggested
from sensors.models import Sensor, Threshold
from sensors.payload import topic_of
from sensors.series import slots
from sensors.words import alarm_words, limit_words

PER_PAGE = 100
_NEW = "new_sensor_key"
# What the chart shows, a point of it, and a row of the table beside it.
SPANS = {
    "day": (gettext_lazy("24 hours"), timedelta(days=1), timedelta(minutes=6), timedelta(hours=1)),
    "week": (gettext_lazy("7 days"), timedelta(days=7), timedelta(minutes=42), timedelta(hours=6)),
    "month": (gettext_lazy("30 days"), timedelta(days=30), timedelta(hours=3), timedelta(days=1)),
}


@login_required
def index(request):
    require(request.user, "sensors.view")
    found, is_old = Sensor.objects.visible_to(request.user).with_alarms(), bool(request.GET.get("old"))
    found = found.exclude(retired_at=None) if is_old else found.in_use()
    pages = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": pages, "is_old": is_old, "query": "old=1&" if is_old else "", "may_manage": _may(request)}
    return page(request, "console/sensors/list.html", context, part="console/sensors/_rows.html")


def _may(request, sensor: Sensor | None = None) -> bool:
    return request.user.can("sensors.manage", sensor)


def _find(request, pk: int, permission: str = "sensors.view") -> Sensor:
    require(request.user, "sensors.view")
    sensor = get_object_or_404(Sensor.objects.visible_to(request.user).with_alarms(), pk=pk)
    if permission != "sensors.view":
        require(request.user, permission, sensor)
    return sensor


@login_required
def add(request):
    require(request.user, "sensors.manage")
    form = SensorForm(request.POST or None, reader=request.user, is_new=True, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        try:
            sensor = actions.add_sensor(by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            actions.take_suggested(sensor, by=request.user)
            request.session[_NEW] = [sensor.pk, actions.give_key(sensor, by=request.user)]
            return redirect("console:sensor", pk=sensor.pk)
    return page(request, "console/sensors/edit.html", {"form": form}, status=422 if form.errors else 200)


@login_required
def edit(request, pk: int):
    sensor = _find(request, pk, "sensors.manage")
    known = {name: getattr(sensor, name) for name in FACTS}
    form = SensorForm(request.POST or None, reader=request.user, is_new=False, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_sensor(sensor, by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("console:sensor", pk=pk)
    context = {"form": form, "sensor": sensor}
    return page(request, "console/sensors/edit.html", context, status=422 if form.errors else 200)


@login_required
def show(request, pk: int):
    sensor = _find(request, pk)
    name = request.GET.get("span", "day")
    _label, length, step, row = SPANS.get(name, SPANS["day"])
    until = timezone.now()
    midnight = timezone.localtime(until).replace(hour=0, minute=0, second=0, microsecond=0)
    alarms = list(sensor.alarms.select_related("hazard", "threshold")[:30])
    context = {
        "sensor": sensor,
        "chart": of_sensor(sensor, (until - length, until), step),
        "table": slots(sensor, until - length, until, row, begins=midnight)[::-1],
        "span": name if name in SPANS else "day",
        "spans": [(key, label) for key, (label, *_rest) in SPANS.items()],
        "limits": _said(sensor),
        "alarms": [(alarm, alarm_words(alarm)) for alarm in alarms],
        "fresh": _fresh(request, sensor),
        "endpoint": request.build_absolute_uri("/api/v1/readings"),
        "topic": topic_of(request.get_host().partition(".")[0], sensor),
        "events": history(sensor),
        "may_manage": _may(request, sensor),
    }
    return page(request, "console/sensors/show.html", context, part="console/sensors/_now.html")


def _said(sensor: Sensor) -> list[tuple[Threshold, str]]:
    return [(each, limit_words(each.limits, sensor.unit)) for each in in_force(sensor)]


def _fresh(request, sensor: Sensor) -> str:
    """The key that was just given: shown this once, then nobody has it any more."""
    given = request.session.get(_NEW)
    if request.method != "GET" or request.htmx or not given or given[0] != sensor.pk:
        return ""
    return request.session.pop(_NEW)[1]


@login_required
def limits(request, pk: int):
    return _limits(request, _find(request, pk))


def _limits(request, sensor: Sensor, status: int = 200, **more: Any):
    rows = [(each, words, _limit_form(each, request.POST)) for each, words in _said(sensor)]
    usual = suggested(sensor)
    context = {
        "sensor": sensor,
        "rows": rows,
        "form": LimitForm(initial={"consecutive": usual[0]["consecutive"] if usual else 2}),
        "usual": [(row, limit_words(row, sensor.unit)) for row in usual],
        "has_usual": {words for _row, words, _form in rows} >= {limit_words(row, sensor.unit) for row in usual},
        "may_manage": _may(request, sensor) and sensor.retired_at is None,
    }
    return page(request, "console/sensors/limits.html", context | more, status=status)


def _limit_form(limit: Threshold, typed: Any) -> LimitForm:
    """What was typed, where it is this limit that was refused; else what stands."""
    if f"{_prefix(limit)}-grade" in typed:
        return LimitForm(typed, prefix=_prefix(limit))
    return LimitForm(initial={name: getattr(limit, name) for name in WORDS}, prefix=_prefix(limit))


def _prefix(limit: Threshold) -> str:
    return f"t{limit.pk}"


@login_required
@require_POST
def set_limit(request, pk: int, verb: str):
    """Refused, the page comes back with the sentence and with what was typed."""
    sensor = _find(request, pk, "sensors.manage")
    if verb not in LIMIT_VERBS:
        raise Http404
    form = LimitForm(request.POST)
    try:
        LIMIT_VERBS[verb](request, sensor, form)
    except Refusal as refusal:
        typed = {"form": form} if verb == "add" else {}
        return _limits(request, _find(request, pk), refusal.status, refusal=refusal.message, **typed)
    messages.success(request, _("Saved."))
    return redirect("console:sensor_limits", pk=pk)


def _threshold(request, sensor: Sensor) -> Threshold:
    asked = request.POST.get("threshold", "")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else 0
    return get_object_or_404(sensor.thresholds.select_related("sensor__area").filter(dropped_at=None), pk=number)


def _add(request, sensor: Sensor, form: LimitForm) -> None:
    if not form.is_valid():
        raise DomainError(_("Look at the marked places; nothing is lost."))
    actions.set_threshold(sensor, by=request.user, **form.cleaned_data)


def _change(request, sensor: Sensor, _form: LimitForm) -> None:
    threshold = _threshold(request, sensor)
    form = LimitForm(request.POST, prefix=_prefix(threshold))
    if not form.is_valid():
        raise DomainError(_("Look at the marked places; nothing is lost."))
    actions.set_threshold(sensor, by=request.user, threshold=threshold, **form.cleaned_data)


def _drop(request, sensor: Sensor, _form: LimitForm) -> None:
    actions.drop_threshold(_threshold(request, sensor), by=request.user)


def _suggest(request, sensor: Sensor, _form: LimitForm) -> None:
    actions.take_suggested(sensor, by=request.user)


LIMIT_VERBS: dict[str, Callable[[Any, Sensor, LimitForm], None]] = {
    "add": _add,
    "change": _change,
    "drop": _drop,
    "suggest": _suggest,
}


@login_required
@require_POST
def act(request, pk: int, verb: str):
    sensor = _find(request, pk, "sensors.manage")
    if verb == "key":
        request.session[_NEW] = [sensor.pk, actions.give_key(sensor, by=request.user)]
    elif verb == "withdraw":
        actions.withdraw_key(sensor, by=request.user)
    elif verb == "retire":
        actions.retire_sensor(sensor, by=request.user, reason=request.POST.get("note", "").replace("\0", ""))
    else:
        raise Http404
    return redirect("console:sensor", pk=pk)
