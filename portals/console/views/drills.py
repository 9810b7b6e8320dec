"""Emergency drills at the desk: when one is due, the plan, the sheet after it, what follows, and the report."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Avg, Count
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError, Refusal
from core.events import history
from core.words import say
from facilities.models import Area
from incidents import actions
from incidents.drill_rules import questions
from incidents.exports.drills import order_report
from incidents.models import Drill
from insight.drills import standings
from notifications.actions import mark_opened
from people.models import User
from portals.console.forms.drills import DrillForm, FollowForm, SheetForm
from portals.web import page, require

PER_PAGE = 50
NEAR = ("session__trainer", "area", "evaluated_by")


@login_required
def index(request):
    require(request.user, "drills.view")
    drills = Drill.objects.visible_to(request.user).select_related("session__trainer", "area")
    drills = drills.annotate(there=Count("session__attendances", distinct=True)).order_by("-session__starts_at", "-pk")
    context = {
        "rows": Paginator(drills, PER_PAGE).get_page(request.GET.get("page")),
        "standings": standings(),
        "may_manage": request.user.can("drills.manage"),
    }
    return page(request, "console/drills/list.html", context)


@login_required
def plan(request):
    require(request.user, "drills.manage")
    form = DrillForm(request.POST or None, reader=request.user)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        people = User.objects.filter(team__in=facts.pop("teams"), is_active=True)
        try:
            drill = actions.plan_drill(facts.pop("title"), by=request.user, people=people, **facts)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            return redirect("console:drill", pk=drill.pk)
    return page(request, "console/drills/plan.html", {"form": form}, status=422 if form.errors else 200)


def _find(request, pk: int) -> Drill:
    require(request.user, "drills.view")
    return get_object_or_404(Drill.objects.visible_to(request.user).select_related(*NEAR), pk=pk)


@login_required
def show(request, pk: int):
    drill = _find(request, pk)
    mark_opened(drill, by=request.user)
    return _show(request, drill)


def _show(request, drill: Drill, refusal: Refusal | None = None):
    known = {row.code: row for row in drill.checks.select_related("hazard")}
    words = {question.code: question for question in questions(drill.form)}
    unmet = [(say(words[code].text), row) for code, row in known.items() if row.is_met is False and code in words]
    context: dict[str, Any] = {
        "drill": drill,
        "unmet": unmet,
        "met": sum(row.is_met is True for row in known.values()),
        "asked": sum(row.is_met is not None for row in known.values()),
        "there": drill.session.attendances.count(),
        "photos": [row.photo for row in drill.session.photos.select_related("photo")],
        "feedback": drill.feedback.select_related("person"),
        "stars": drill.feedback.aggregate(mean=Avg("stars"))["mean"],
        "areas": Area.objects.order_by("code"),
        "may_manage": request.user.can("drills.manage"),
        "events": history(drill, drill.session),
        "refusal": refusal.message if refusal else "",
    }
    return page(request, "console/drills/show.html", context, status=refusal.status if refusal else 200)


@login_required
def sheet(request, pk: int):
    """The evaluation sheet, filled in after the drill."""
    drill = _find(request, pk)
    require(request.user, "drills.manage")
    known = {row.code: row for row in drill.checks.all()}
    initial = {"comment": drill.comment, "self_review": drill.self_review}
    form = SheetForm(request.POST or None, asked=questions(drill.form), known=known, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.evaluate_drill(
                drill, by=request.user, answers=form.answers(), comment=form.cleaned_data["comment"],
                self_review=form.cleaned_data["self_review"],
            )  # fmt: skip
        except Refusal as refused:
            form.add_error(None, refused.message)
            return page(request, "console/drills/sheet.html", {"drill": drill, "form": form}, status=refused.status)
        messages.success(request, _("Saved. What was not met can be followed up here."))
        return redirect("console:drill", pk=pk)
    return page(
        request, "console/drills/sheet.html", {"drill": drill, "form": form}, status=422 if form.errors else 200
    )


@login_required
@require_POST
def follow(request, pk: int):
    """What was not met becomes a hazard."""
    drill, form = _find(request, pk), FollowForm(request.POST)
    if not form.is_valid():
        return _show(request, drill, DomainError(_("Choose the area where it has to be done.")))
    check = get_object_or_404(drill.checks, pk=form.cleaned_data["check"])
    try:
        hazard = actions.follow_up(check, by=request.user, area=form.cleaned_data["area"])
    except Refusal as refusal:
        return _show(request, drill, refusal)
    messages.success(request, _("It is hazard %(number)s now, and waits to be confirmed.") % {"number": hazard.number})
    return redirect("console:drill", pk=pk)


@login_required
@require_POST
def print_report(request, pk: int):
    return redirect("console:job", pk=order_report(_find(request, pk), by=request.user).pk)
