"""帮扶结对 on the phone: my buddy, how far we are, and help at a step of a check."""

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from adoption.actions import ask_help
from adoption.models import Pair
from inspections.models import Item
from portals.buddies import help_for, shown
from portals.field.forms.run import read_rows
from portals.field.views.runs import find_run
from portals.locks import shows_lock
from portals.web import page, require, wants_json


@login_required
def index(request):
    require(request.user, "training.learn")
    pairs = Pair.objects.filter(Q(mentor=request.user) | Q(mentee=request.user)).select_related("mentor", "mentee")
    return page(request, "field/buddies/list.html", {"pairs": pairs[:50]})


@login_required
def show(request, pk: int):
    pair = get_object_or_404(
        Pair.objects.filter(Q(mentor=request.user) | Q(mentee=request.user)).select_related("mentor", "mentee"), pk=pk
    )
    return page(request, "field/buddies/show.html", shown(pair))


@login_required
@require_POST
@shows_lock
def help_me(request, pk: int):
    """By one tap; without a script the check's page comes back with all that was answered."""
    run = find_run(request.user, pk)
    step = request.POST.get("help", "")
    item = get_object_or_404(
        Item, pk=int(step) if step.isdecimal() and len(step) < 19 else 0, checklist=run.checklist_id
    )
    call = ask_help(run, item, by=request.user)
    said = _("%(name)s knows that you need help here.") % {"name": call.mentor.name}
    if wants_json(request):
        return JsonResponse({"said": said})
    context = {"run": run, "rows": read_rows(request, run), "ex": request.POST.get("ex", "") or run.ex}
    return page(request, "field/runs/run.html", context | {"helped": said, **help_for(request.user, run)})
