from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.utils import timezone

from adoption.floor import is_on_floor
from hazards.models import TO_FIX, Hazard
from hazards.standing import standings
from insight.completion import streak
from inspections.models import Run
from people.duty import watch_of
from portals.buddies import pair_of
from portals.field.rounds import rounds_of
from portals.guides import HOME, put_away
from portals.web import page
from training.models import Enrolment
from training.study import tasks_of

SHOWN = 100


@login_required
def home(request):
    """What to do now, first things first."""
    user = request.user
    runs = Run.objects.assigned_to(user).select_related("checklist", "equipment", "area")
    hazards = Hazard.objects.visible_to(user).select_related("area", "equipment")
    now = timezone.now()
    due = list(runs.due_now().order_by("closes_at", "plan", "stop", "id")[:SHOWN])
    later = runs.filter(status=Run.Status.DUE, opens_at__gt=now).order_by("opens_at", "plan", "stop")[:SHOWN]
    context = {
        "hour": timezone.localtime(now).hour,
        "runs": due,
        "rounds": rounds_of(due),
        "later": rounds_of(later)[:5],
        "missed": list(runs.filter(status=Run.Status.MISSED, closes_at__gt=now - timedelta(hours=24))[:5]),
        "done_today": runs.filter(status=Run.Status.DONE, submitted_at__date=timezone.localdate()).count(),
        "to_fix": list(hazards.filter(owner=user, status__in=TO_FIX).order_by("due_at")[:10]),
        "to_decide": list(hazards.waiting_for(user).exclude(owner=user).order_by("due_at")[:10]),
        "to_learn": list(tasks_of(user, Enrolment.Status.OPEN)[:3]),
        # Asked once: whoever has chosen, be it the usual size, has the cookie.
        "is_size_open": user.text_size == "normal" and "text_size" not in request.COOKIES,
        "has_guides": HOME not in put_away(request),
        "reported": standings(hazards.filter(reporter=user).select_related("owner", "merged_into")[:3]),
    }
    context["watch"] = watch_of(user, now)
    context["streak"] = streak(user)
    context["is_player"] = is_on_floor(user)
    context["buddy"] = pair_of(user) if context["is_player"] else None
    context["to_do"] = sum(len(context[what]) for what in ("runs", "to_fix", "to_decide"))
    return page(request, "field/home.html", context)
