from django.contrib.auth.decorators import login_required

from adoption.figures import active, last_days
from adoption.floor import seen_by
from hazards.models import Hazard
from insight.figures import Scope, thirty_days
from inspections.models import Run
from market import sample
from portals.console.launch import card_of
from portals.console.views.dashboard import tiles
from portals.web import page, require


@login_required
def home(request):
    require(request.user, "console.open")
    hazards = Hazard.objects.visible_to(request.user).select_related("area", "equipment", "owner")
    waiting = hazards.waiting_for(request.user).order_by("due_at", "id")
    context = {
        "launch": card_of(request.user),
        "has_sample": sample.workshop() is not None,
        "may_sample": request.user.can("factory.manage"),
        "tiles": tiles(Scope(request.user), thirty_days()) if request.user.can("insight.dashboard") else [],
        "waiting": waiting[:10],
        "waiting_count": waiting.count(),
        "newest": hazards[:10],
        "active": active(seen_by(request.user), last_days(30)) if request.user.can("adoption.view") else None,
        "doubtful": Run.objects.doubtful_to(request.user).count(),
    }
    return page(request, "console/home.html", context)
