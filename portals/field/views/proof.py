"""The photo from before, for who fixes a hazard that came without one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError, Refusal
from hazards.actions import add_before_photos
from hazards.models import TO_FIX, Evidence, Hazard
from portals.photos import Photos, stamp_of, take_photos
from portals.web import page


def context_of(user, hazard: Hazard, evidence) -> dict[str, Any]:
    """What the parts field/hazards/_before.html and _ghost.html need."""
    photos = [proof for proof in evidence if not proof.attachment.is_sound]
    befores = [proof.attachment for proof in photos if proof.stage == Evidence.Stage.BEFORE]
    is_measured = hazard.source == Hazard.Source.SENSOR
    is_at_work = hazard.status in TO_FIX and hazard.owner_id == user.pk
    return {"befores": befores, "needs_before": is_at_work and not befores and not is_measured}


@login_required
@require_POST
def before(request, pk: int):
    hazard = get_object_or_404(Hazard.objects.visible_to(request.user).select_related("area", "equipment"), pk=pk)
    taken = take_photos(request, "before", stamp=stamp_of(hazard.equipment or hazard.area))
    status = DomainError.status
    try:
        if not taken.errors:
            add_before_photos(hazard, by=request.user, photos=taken.photos)
            messages.success(request, _("The photo from before is there."))
            return redirect("field:rectify", pk=pk)
    except Refusal as refused:
        taken, status = Photos(taken.without(refused).photos, [refused.message]), refused.status
    return page(request, "field/hazards/before.html", {"hazard": hazard, "taken": taken}, status=status)
