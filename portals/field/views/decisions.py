"""What a leader decides on the phone: a plan, a lower level, a review or the release; and the temporary control."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError
from hazards.actions import review_hazard
from hazards.models import Hazard
from portals import levels
from portals.field.views.hazards import show_hazard

DECISIONS = levels.DECISIONS | {
    "review": lambda request, hazard, data: review_hazard(hazard, by=request.user, **data),
}


@login_required
@require_POST
def decide(request, pk: int, verb: str):
    """One decision; refused input comes back with the reason and with what was typed."""
    near = ("area", "equipment", "category", "reporter", "owner", "policy")
    hazard = get_object_or_404(Hazard.objects.visible_to(request.user).select_related(*near), pk=pk)
    if verb not in DECISIONS:
        raise Http404
    form = levels.FORMS.get(verb, levels.DecisionForm)(request.POST)
    if not form.is_valid():
        return show_hazard(request, hazard, _("Write down what is asked for first."), 422)
    try:
        DECISIONS[verb](request, hazard, form.cleaned_data)
    except DomainError as refusal:
        return show_hazard(request, hazard, refusal.message, refusal.status)
    messages.success(request, _("Saved."))
    return redirect("field:hazard", pk=pk)
