"""Incidents at the desk: the list, one page per incident, its causes and measures, and the report to the authority."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.accidents import Severity
from core.archives import Names
from core.errors import DomainError, Refusal
from core.events import history
from core.zone import zone
from facilities.calendar import today
from facilities.models import Equipment
from incidents import actions, archive, exports
from incidents.actions.remedies import twins_of
from incidents.exports.rows import rows_of
from incidents.law import rules
from incidents.models import OPEN, WORKFLOW, Incident, Injury, Status
from incidents.report import items_of
from insight import foresight
from insight.incident_paper import order_paper
from insight.safety import safe_days
from notifications.actions import mark_opened
from portals.console.forms import incidents as forms
from portals.console.forms.archive import chips, kept_query
from portals.console.views import archives
from portals.typed import typed_in
from portals.web import page, require

NEAR = ("area__department", "equipment__type", "equipment__area", "department", "reporter", "investigator")


def _beside(request) -> dict[str, Any]:
    return {
        "severities": Severity.choices,
        "groups": archive.Group.choices,
        "safe": safe_days(),
        "may_report": request.user.can("incidents.report"),
    }


def _found(request, form: forms.IncidentFilterForm, names: Names) -> dict[str, Any]:
    chosen, incidents = form.filter(), Incident.objects.visible_to(request.user)
    found = chosen.of(incidents).select_related(*NEAR).prefetch_related("reports")
    query = kept_query(forms.IncidentFilterForm, request.GET)
    shown = Paginator(found, archives.PER_PAGE).get_page(request.GET.get("page"))
    return {
        "page": shown,
        "rows": rows_of(list(shown), request.user),
        "counts": archive.counts(chosen, incidents),
        "chips": chips(forms.IncidentFilterForm, request.GET, archive.facts(chosen, names), form.span_name),
        "on": f"{query}&" if query else "",
    }


ARCHIVE = archives.Archive(
    "incidents", forms.IncidentFilterForm, archive.choices, _beside, _found, exports.order_export
)


@login_required
def index(request):
    require(request.user, "incidents.view")
    return archives.show(request, ARCHIVE)


@login_required
@require_POST
def export(request, kind: str):
    require(request.user, "incidents.view")
    if kind not in ("xlsx", "pdf"):
        raise Http404
    return archives.export(request, ARCHIVE, kind)


@login_required
@require_POST
def save(request):
    require(request.user, "incidents.view")
    return archives.save(request, ARCHIVE)


@login_required
def add(request):
    """Of an earlier day, or told by phone."""
    require(request.user, "incidents.view")
    require(request.user, "incidents.report")
    form = forms.AddForm(request.POST or None, day=today(), initial={"happened_at": forms.now_here()})
    if request.method == "POST" and form.is_valid():
        try:
            incident = actions.report_incident(by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("console:incident", pk=incident.pk)
    return page(request, "console/incidents/add.html", {"form": form}, status=422 if form.errors else 200)


def _find(request, pk: int) -> Incident:
    require(request.user, "incidents.view")
    seen = Incident.objects.visible_to(request.user).select_related(*NEAR)
    return get_object_or_404(seen.prefetch_related("reports__by", "injuries"), pk=pk)


@login_required
def show(request, pk: int):
    incident = _find(request, pk)
    mark_opened(incident, by=request.user)
    return _show(request, incident)


def _show(request, incident: Incident, refusal: Refusal | None = None, form: Any = None):
    user, verb = request.user, request.resolver_match.kwargs.get("verb", "")
    remedies = list(incident.remedies.select_related("hazard__owner", "hazard__merged_into", "twin", "by"))
    context: dict[str, Any] = {
        "incident": incident,
        "may_manage": user.can("incidents.manage", incident) and incident.status != Status.DISMISSED,
        "may_see_injured": user.can("incidents.see_injured", incident),
        "may_tell": user.can("incidents.tell", incident),
        "injuries": _injuries(request, incident, form if verb == "days" else None),
        "remedies": remedies,
        "twins": _twins(incident, remedies),
        "files": [file.attachment for file in incident.files.select_related("attachment")],
        "steps": [step for step in WORKFLOW.open_to(user, incident) if step.verb != "confirm"],
        "is_investigator": incident.investigator_id == user.pk,
        "grade": incident.grade(),
        "foresight": foresight.before(incident, user),
        "events": history(incident),
        "is_open": incident.status in OPEN,
        "refusal": refusal.message if refusal else "",
        "typed_words": typed_in(request) if refusal else [],
        **_forms(incident, verb if form else "", form),
    }
    return page(request, "console/incidents/show.html", context, status=refusal.status if refusal else 200)


def _twins(incident: Incident, remedies: list[Any]) -> list[tuple[Any, list[Equipment]]]:
    """Each corrective action with the machines of the same kind that do not have it yet."""
    if incident.status != Status.INVESTIGATING:
        return []
    machines = twins_of(incident)
    has = {(remedy.text, remedy.twin_id) for remedy in remedies}
    own = [remedy for remedy in remedies if remedy.hazard and remedy.twin_id is None]
    rows = [(remedy, [each for each in machines if (remedy.text, each.pk) not in has]) for remedy in own]
    return [row for row in rows if row[1]]


def _injuries(request, incident: Incident, form: Any) -> list[tuple[Injury, Any]]:
    """Who was hurt, each with the form of the lost days; the one that was refused as it was sent."""
    sent = _number(request.POST.get("injury", "")) if form else 0
    found = []
    for row in Injury.objects.visible_to(request.user).filter(incident=incident).select_related("person"):
        first = {"severity": row.severity, "lost_days": row.lost_days}
        known = forms.LostDaysForm(initial=first, auto_id=f"days_{row.pk}_%s")
        found.append((row, form if row.pk == sent else known))
    return found


def _forms(incident: Incident, verb: str, form: Any) -> dict[str, Any]:
    """Each form of the page, with names of its own for its fields; the one that was refused as it was sent."""
    first = {"accident": incident.accident, "severity": incident.severity}
    hurt = {"severity": incident.severity, "name": "" if incident.injuries.all() else incident.hurt}
    known = {
        "confirm": forms.ConfirmForm(day=incident.happened_on, initial=first),
        "injury": forms.InjuryForm(initial=hurt, auto_id="injury_%s"),
        "measure": forms.MeasureForm(auto_id="measure_%s"),
        "action": forms.ActionForm(auto_id="action_%s"),
    }
    return {f"{name}_form": form if name == verb else each for name, each in known.items()}


@login_required
def edit(request, pk: int):
    incident = _find(request, pk)
    require(request.user, "incidents.manage", incident)
    form = forms.FactsForm(request.POST or None, day=incident.happened_on, initial=forms.FactsForm.known(incident))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_incident(incident, by=request.user, **form.facts)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("console:incident", pk=pk)
    context = {"form": form, "incident": incident}
    return page(request, "console/incidents/edit.html", context, status=422 if form.errors else 200)


@login_required
def causes(request, pk: int):
    incident = _find(request, pk)
    require(request.user, "incidents.manage", incident)
    form = forms.CausesForm(request.POST or None, initial=forms.CausesForm.known(incident))
    if request.method == "POST" and form.is_valid():
        try:
            actions.write_causes(incident, by=request.user, **form.facts)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("console:incident", pk=pk)
    context = {"form": form, "incident": incident}
    return page(request, "console/incidents/causes.html", context, status=422 if form.errors else 200)


@login_required
def report(request, pk: int):
    """上报: whom to phone, what to say, and that it was said."""
    incident = _find(request, pk)
    require(request.user, "incidents.tell", incident)
    form = forms.ToldForm(request.POST or None, initial={"at": forms.now_here()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.tell_authority(incident, by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Entered."))
            return redirect("console:accident_report", pk=pk)
    context = {
        "incident": incident,
        "form": form,
        "items": items_of(incident),
        "grade": incident.grade(),
        "to": rules()["to"],
        "is_supplement_open": timezone.now().astimezone(zone()).date() <= incident.supplement_until,
        "clock_form": forms.ClockForm(initial={"known_at": incident.known_at or forms.now_here()}),
    }
    return page(request, "console/incidents/report.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def print_paper(request, pk: int, kind: str):
    """kind: record, or report to the authority."""
    orders = {"record": order_paper, "report": exports.order_report}
    if kind not in orders:
        raise Http404
    return redirect("console:job", pk=orders[kind](_find(request, pk), by=request.user).pk)


@login_required
@require_POST
def act(request, pk: int, verb: str):
    """One deed; refused, the page comes back with the reason and with what was typed."""
    incident = _find(request, pk)
    verb = request.POST.get("verb", "") if verb == "step" else verb
    if verb not in DEEDS:
        raise Http404
    made, deed = DEEDS[verb]
    form = made(request, incident) if made else None
    try:
        if form is not None and not form.is_valid():
            raise DomainError(" ".join(str(error) for errors in form.errors.values() for error in errors))
        deed(request, incident, form.cleaned_data if form is not None else {})
    except Refusal as refusal:
        return _show(request, _find(request, pk), refusal, form)
    messages.success(request, _("Saved."))
    return redirect("console:incident", pk=pk)


def _note(request) -> str:
    return request.POST.get("note", "")


def _posted(form: type) -> Callable[[Any, Incident], Any]:
    return lambda request, incident: form(request.POST, auto_id="sent_%s")


def _confirm_form(request, incident: Incident) -> forms.ConfirmForm:
    return forms.ConfirmForm(request.POST, day=incident.happened_on)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _days(request, incident: Incident, data: dict[str, Any]) -> None:
    injuries = Injury.objects.visible_to(request.user).filter(incident=incident).select_related("incident")
    injury = get_object_or_404(injuries, pk=_number(request.POST.get("injury", "")))
    actions.change_lost_days(injury, by=request.user, **data)


def _spread(request, incident: Incident, data: dict[str, Any]) -> None:
    near = incident.remedies.select_related("incident", "hazard")
    remedy = get_object_or_404(near, pk=_number(request.POST.get("remedy", "")))
    ticked = {_number(each) for each in request.POST.getlist("machine")}
    actions.spread_to_twins(remedy, [each for each in twins_of(incident) if each.pk in ticked], by=request.user)


# Its form, where it has one, and what it does.
DEEDS: dict[str, tuple[Callable[[Any, Incident], Any] | None, Callable[[Any, Incident, dict[str, Any]], Any]]] = {
    "confirm": (_confirm_form, lambda request, row, data: actions.confirm_incident(row, by=request.user, **data)),
    "dismiss": (None, lambda request, row, data: actions.dismiss_incident(row, by=request.user, note=_note(request))),
    "hand_in": (None, lambda request, row, data: actions.hand_in_investigation(row, by=request.user)),
    "return": (
        None,
        lambda request, row, data: actions.return_investigation(row, by=request.user, note=_note(request)),
    ),
    "close": (None, lambda request, row, data: actions.close_incident(row, by=request.user)),
    "reopen": (None, lambda request, row, data: actions.reopen_incident(row, by=request.user, note=_note(request))),
    "injury": (
        _posted(forms.InjuryForm),
        lambda request, row, data: actions.add_injury(row, by=request.user, **data),
    ),
    "days": (_posted(forms.LostDaysForm), _days),
    "measure": (
        _posted(forms.MeasureForm),
        lambda request, row, data: actions.note_immediate_measure(row, by=request.user, **data),
    ),
    "action": (
        _posted(forms.ActionForm),
        lambda request, row, data: actions.add_corrective_action(row, by=request.user, **data),
    ),
    "spread": (None, _spread),
    "no_clock": (None, lambda request, row, data: actions.stop_clock(row, by=request.user, reason=_note(request))),
    "clock": (_posted(forms.ClockForm), lambda request, row, data: actions.start_clock(row, by=request.user, **data)),
}
