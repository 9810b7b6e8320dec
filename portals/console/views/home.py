from django.contrib.auth.decorators import login_required
from hazards.models import WORKFLOW, Hazard
from insight.figures import overview

from portals.web import page, require


@login_required
def home(request):
    require(request.user, "console.open")
    hazards = Hazard.objects.visible_to(request.user).select_related("area", "equipment", "owner")
    waiting = [hazard for hazard in hazards.open().order_by("due_at", "id")[:200] if WORKFLOW.open_to(request.user, hazard)]
    context = {"figures": overview(request.user), "waiting": waiting[:10], "newest": hazards[:10]}
    return page(request, "console/home.html", context)
