from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect

from hazards.models import Hazard
from inspections.models import Run


@login_required
def home(request):
    """The desk for those who work at one, the phone's home for everybody else."""
    return redirect("console:home" if request.user.can("console.open") else "field:home")


@login_required
def go(request, kind: str, pk: str):
    """One address per object for messages: it leads to the page that fits the reader."""
    if kind == Run._meta.label_lower and pk.isdecimal():
        return _go_to_run(request.user, int(pk))
    if kind != Hazard._meta.label_lower or not pk.isdecimal():
        raise Http404
    return redirect("console:hazard" if request.user.can("console.open") else "field:rectify", pk=int(pk))


def _go_to_run(user, pk: int):
    """To the check itself for those who have to do it, to its record for those who look after it."""
    is_own = Run.objects.assigned_to(user).filter(pk=pk).exists()
    return redirect("field:run" if is_own or not user.can("console.open") else "console:run", pk=pk)
