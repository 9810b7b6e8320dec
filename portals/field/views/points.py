"""移动巡检达人 on the phone: my points and why, the months, my name, my objection."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from adoption import actions
from adoption.actions.appeals import may_appeal
from adoption.deeds import month_of
from adoption.floor import is_on_floor
from adoption.models import Appeal, Ranking, Result, ShownName
from core.errors import Refusal
from facilities.calendar import today
from portals.field.forms.points import AppealForm
from portals.points import RULES, leaders_so_far, newest_of, own_points, places_of, shown_lines
from portals.web import page, require


@login_required
def mine(request):
    require(request.user, "training.learn")
    is_player = is_on_floor(request.user)
    context = {
        "month": month_of(today()),
        "is_player": is_player,
        "own": own_points(request.user) if is_player else None,
        "leaders": leaders_so_far(request.user),
        "is_named": ShownName.objects.filter(person=request.user).exists(),
        "months": Ranking.objects.newest()[:12],
    }
    return page(request, "field/points/mine.html", context)


@login_required
def how(request):
    require(request.user, "training.learn")
    return page(request, "field/points/how.html", {"rules": RULES})


@login_required
@require_POST
def name(request):
    if request.POST.get("agree") == "yes":
        actions.show_name(by=request.user)
        messages.success(request, _("Your name is shown in the lists from now on."))
    else:
        actions.hide_name(by=request.user)
        messages.success(request, _("Your name is not shown any more. Lists say “a colleague”."))
    return redirect("field:points")


@login_required
def month(request, month: str):
    require(request.user, "training.learn")
    return _month(request, newest_of(month))


def _month(request, ranking: Ranking, form: AppealForm | None = None, status: int = 200):
    own = Result.objects.filter(ranking=ranking, person=request.user).first()
    context = {
        "ranking": ranking,
        "places": places_of(ranking, request.user),
        "own": own,
        "lines": shown_lines(own.lines) if own else [],
        "appeal": Appeal.objects.filter(month=ranking.month, person=request.user).select_related("answered_by").first(),
        "form": form or AppealForm() if may_appeal(ranking, request.user) else None,
    }
    return page(request, "field/points/month.html", context, status=status)


@login_required
@require_POST
def appeal(request, month: str):
    ranking, form = newest_of(month), AppealForm(request.POST)
    if form.is_valid():
        try:
            actions.appeal(ranking, form.cleaned_data["text"], by=request.user)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            return _month(request, ranking, form, refusal.status)
        messages.success(request, _("Sent. A safety officer or leader answers; you are told."))
        return redirect("field:month", month=month)
    return _month(request, ranking, form, 422)
