"""停用锁 at the desk: what a hazard keeps out of service, and the screen that hangs in the workshop."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404

from facilities.models import Department
from hazards.models import Hazard
from portals.console.forms.locks import LockForm
from portals.console.screen import shown_on
from portals.web import page, require


def context_of(request, hazard: Hazard) -> dict[str, Any]:
    """What the part console/hazards/_locks.html needs."""
    may_lock = hazard.is_open and request.user.can("hazards.lock", hazard)
    is_mine = request.method == "POST" and request.path.endswith("/lock/")
    form = LockForm(request.POST if is_mine else None, hazard=hazard) if may_lock else None
    return {"stops": hazard.stop_uses.select_related("equipment", "locked_by", "freed_by"), "lock_form": form}


@login_required
def screen(request):
    """Of one workshop, for a wall: the only one of the reader, or the one in the address."""
    require(request.user, "hazards.view")
    workshops = _workshops(request.user)
    chosen = request.GET.get("department", "")
    if not chosen and len(workshops) != 1:
        return page(request, "console/screen/choose.html", {"workshops": workshops})
    pk = int(chosen) if chosen.isdecimal() and len(chosen) < 19 else 0
    department = get_object_or_404(Department, pk=pk) if chosen else workshops[0]
    context = {"screen": shown_on(department, request.user), "theme": "dark"}
    return page(request, "console/screen/show.html", context, part="console/screen/_screen.html")


def _workshops(user) -> list[Department]:
    workshops = Department.objects.filter(kind=Department.Kind.WORKSHOP)
    theirs = user.departments_with("hazards.view")
    return list(workshops if theirs is None else workshops.filter(pk__in=theirs))
