"""From a label to the machine: the camera, the number below the label, or the phone's own scanner."""

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from facilities.models import Equipment, QRPoint
from facilities.qr import read_token
from hazards.models import Hazard
from inspections.actions import open_run
from inspections.models import Checklist, Run
from portals.web import page, require


@login_required
def scan(request):
    """A typed number leads on; without one the camera opens."""
    code = request.GET.get("code", "").strip()
    if code:
        return redirect("field:qr", token=code.rstrip("/").rsplit("/", 1)[-1])
    return page(request, "field/scan.html", {})


@login_required
def place(request, token: str):
    require(request.user, "hazards.report")
    point = read_token(token)
    machine = point.equipment
    area = machine.area if machine else point.area
    runs = Run.objects.assigned_to(request.user).filter(equipment=machine, area=area)
    context = {
        "token": token,
        "machine": machine,
        "area": area,
        "runs": runs.due_now().select_related("checklist", "area"),
        "checklists": checklists_for(point.place),
        "hazards": Hazard.objects.visible_to(request.user).open().filter(equipment=machine, area=area)[:5],
        "may_inspect": request.user.can("inspections.run", point.place),
        "elsewhere": _begun_elsewhere(request.user, point),
    }
    return page(request, "field/place.html", context)


def _begun_elsewhere(user, point: QRPoint) -> Run | None:
    """The check that this person has open at another place: the wrong label may have been scanned."""
    begun = Run.objects.filter(inspector=user, status=Run.Status.DOING).exclude(
        equipment=point.equipment, area=point.equipment.area if point.equipment else point.area
    )
    return begun.select_related("equipment", "area", "checklist").order_by("-started_at").first()


@login_required
@require_POST
def inspect(request, token: str):
    """A check that nobody planned."""
    point = read_token(token)
    chosen = request.POST.get("checklist", "")
    checklist = get_object_or_404(checklists_for(point.place), pk=chosen if chosen.isdecimal() else 0)
    return redirect("field:run", pk=open_run(checklist, point.place, by=request.user, scanned=point).pk)


def checklists_for(place):
    """Those made for this kind of machine or this area, and those that a plan uses here."""
    if isinstance(place, Equipment):
        fitting = Q(target_type=place.type) | Q(themes__plan__stops__equipment=place)
    else:
        fitting = Q(target_area=place) | Q(themes__plan__stops__area=place)
    return Checklist.objects.current().filter(fitting).distinct()
