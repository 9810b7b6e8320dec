from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect

from hazards.models import Hazard
from inspections.models import Run

# By kind of object: its page at the desk, and the one on the phone.
PAGES = {
    Hazard._meta.label_lower: ("console:hazard", "field:rectify"),
    Run._meta.label_lower: ("console:run", "field:run"),
}


@login_required
def home(request):
    """The desk for those who work at one, the phone's home for everybody else."""
    return redirect("console:home" if request.user.can("console.open") else "field:home")


@login_required
def go(request, kind: str, pk: str):
    """One address per object for messages: it leads to the page that fits the reader."""
    if kind not in PAGES or not pk.isdecimal():
        raise Http404
    at_the_desk, on_the_phone = PAGES[kind]
    return redirect(at_the_desk if request.user.can("console.open") else on_the_phone, pk=int(pk))
