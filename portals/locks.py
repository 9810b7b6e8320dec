"""停用锁 on every page: which machines near the reader nobody may run; the same part on the desk and on the phone."""

from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from facilities.models import Equipment
from hazards.actions import OutOfService
from hazards.models import StopUse
from portals.web import is_on_phone, page

SHOWN = 4
_NEAR = ("equipment__area", "hazard__owner", "locked_by")


def shown_to(user: Any) -> dict[str, Any]:
    """One for each machine, the last locked first; `more` counts those that do not fit."""
    locks = StopUse.objects.near(user).in_force().select_related(*_NEAR).order_by("-locked_at", "-pk")
    machines = list({lock.equipment_id: lock for lock in locks}.values())
    return {
        "shown": machines[:SHOWN],
        "count": len(machines),
        "more": max(0, len(machines) - SHOWN),
        "at_desk": user.can("console.open"),
    }


def locks_of(machine: Equipment | None) -> list[StopUse]:
    """All that keep it out of service, the oldest first."""
    if machine is None:
        return []
    return list(machine.stop_uses.in_force().select_related(*_NEAR).order_by("locked_at", "pk"))


@login_required
def open_locks(request):
    return page(request, "parts/_locks.html", {"locks": shown_to(request.user), "on_phone": is_on_phone(request)})


def shows_lock(view):
    """Where the machine is locked, the page that says so in red and leads on, instead of a bare refusal."""

    @wraps(view)
    def ask(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except OutOfService as refused:
            machine = refused.lock.equipment
            context = {"machine": machine, "stops": locks_of(machine)}
            return page(request, "field/locked.html", context, status=refused.status)

    return ask
