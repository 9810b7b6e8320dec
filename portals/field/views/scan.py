"""From a label to the machine: the camera, the number below the label, or the phone's own scanner."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError
from facilities.models import Equipment, QRPoint
from facilities.qr import read_token
from hazards.models import Hazard
from inspections.actions import ask_pause, open_run
from inspections.models import PAUSE_WORKFLOW, Checklist, Pause, Run, Theme
from portals.field.views.tips import door
from portals.field.whereabouts import note_label
from portals.forms import PauseForm
from portals.locks import locks_of, shows_lock
from portals.pauses import take_step
from portals.risks import risks_at
from portals.web import page, require
from sensors.models import Sensor


@login_required
def scan(request):
    """A typed number leads on; without one the camera opens."""
    code = request.GET.get("code", "").strip()
    if code:
        return redirect("field:qr", token=code.rstrip("/").rsplit("/", 1)[-1])
    return page(request, "field/scan.html", {})


def place(request, token: str):
    """For who has not signed in only what the label itself says, and the way to report without a name."""
    if not request.user.is_authenticated:
        return door(request, token)
    require(request.user, "hazards.report")
    return _show(request, token)


def _show(request, token: str, form: PauseForm | None = None):
    point = read_token(token)
    note_label(request, point)
    machine = point.equipment
    area = machine.area if machine else point.area
    runs, stops = Run.objects.assigned_to(request.user).filter(equipment=machine, area=area), locks_of(machine)
    if stops:
        runs = runs.filter(started_at__isnull=False)
    context = {
        "token": token,
        "machine": machine,
        "stops": stops,
        "area": area,
        "runs": runs.due_now().select_related("checklist", "area"),
        "checklists": checklists_for(point.place),
        "hazards": Hazard.objects.visible_to(request.user).open().filter(equipment=machine, area=area)[:5],
        "sensors": Sensor.objects.in_use().filter(equipment=machine, area=area).with_alarms()[:8],
        "may_inspect": not stops and request.user.can("inspections.run", point.place),
        "elsewhere": _begun_elsewhere(request.user, point),
        "form": form or PauseForm(),
        **_pause_of(request.user, machine),
        **risks_at(request.user, point.place),
    }
    return page(request, "field/place.html", context, status=422 if form else 200)


def _pause_of(user, machine: Equipment | None):
    """停机免检 of the machine: what stands, and what this person may do about it."""
    if machine is None:
        return {}
    pause = (
        machine.pauses.running()
        .filter(stop_use=None)
        .select_related("equipment__area", "asked_by", "decided_by")
        .first()
    )
    return {
        "pause": pause,
        "pause_steps": PAUSE_WORKFLOW.open_to(user, pause) if pause else [],
        "may_pause": pause is None
        and not machine.stop_uses.in_force().exists()
        and user.can("inspections.pause", machine),
    }


@login_required
@require_POST
def ask(request, token: str):
    """The machine stands still: somebody on the floor says why, somebody else approves it."""
    point = read_token(token)
    if point.equipment is None:
        raise Http404
    form = PauseForm(request.POST)
    if form.is_valid():
        try:
            ask_pause(point.equipment, by=request.user, **form.cleaned_data)
            messages.success(request, _("Asked. Somebody else approves it; until then the checks are due."))
            return redirect("field:qr", token=token)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
    return _show(request, token, form)


@login_required
@require_POST
def decide(request, token: str):
    machine = read_token(token).equipment
    pause = get_object_or_404(
        Pause.objects.running().filter(stop_use=None).select_related("equipment__area"), equipment=machine
    )
    take_step(pause, request.POST.get("verb", ""), by=request.user, note=request.POST.get("note", ""))
    messages.success(request, _("Saved."))
    return redirect("field:qr", token=token)


def _begun_elsewhere(user, point: QRPoint) -> Run | None:
    """The check that this person has open at another place: the wrong label may have been scanned."""
    begun = Run.objects.filter(inspector=user, status=Run.Status.DOING).exclude(
        equipment=point.equipment, area=point.equipment.area if point.equipment else point.area
    )
    return begun.select_related("equipment", "area", "checklist").order_by("-started_at").first()


@login_required
@require_POST
@shows_lock
def inspect(request, token: str):
    """A check that nobody planned."""
    point = read_token(token)
    chosen = request.POST.get("checklist", "")
    checklist = get_object_or_404(checklists_for(point.place), pk=chosen if chosen.isdecimal() else 0)
    return redirect("field:run", pk=open_run(checklist, point.place, by=request.user, scanned=point).pk)


def checklists_for(place):
    """Those made for this kind of machine or this area, and those that a plan uses here."""
    if isinstance(place, Equipment):
        fitting, planned = Q(target_type=place.type), Theme.objects.filter(plan__stops__equipment=place)
    else:
        fitting, planned = Q(target_area=place), Theme.objects.filter(plan__stops__area=place)
    return Checklist.objects.current().ours().filter(fitting | Q(code__in=planned.values("checklist__code")))
