"""What a leader decides on the phone: a plan, a lower level, a review or the release; and the temporary control."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError, Refusal
from hazards.actions import review_hazard
from portals import levels
from portals.field.views.hazards import NEAR, show_hazard
from portals.typed import hazard_for

DECISIONS = levels.DECISIONS | {
    "review": lambda request, hazard, data: review_hazard(hazard, by=request.user, **data),
}


@login_required
@require_POST
def decide(request, pk: int, verb: str):
    """One decision; refused input comes back with the reason and with what was typed."""
    hazard = hazard_for(request.user, pk, *NEAR)
    if verb not in DECISIONS:
        raise Http404
    form = levels.FORMS.get(verb, levels.DecisionForm)(request.POST)
    try:
        if not form.is_valid():
            raise DomainError(_("Write down what is asked for first."))
        DECISIONS[verb](request, hazard, form.cleaned_data)
    except Refusal as refusal:
        return show_hazard(request, hazard_for(request.user, pk, *NEAR, after=refusal), refusal)
    messages.success(request, _("Saved."))
    return redirect("field:hazard", pk=pk)
