"""Legal hours of training: who is behind, the rules, and the three-level education card of one person."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import Refusal
from core.pdf import CONTENT_TYPE
from facilities.calendar import today
from insight.hours import complete, rows_of
from insight.training import people_seen_by
from portals.console.forms.training import HoursForm, LearnersForm
from portals.web import page, require
from training import actions
from training.cards import print_card
from training.hours import LEVELS, hours_of, rules_on

PER_PAGE = 50


@login_required
def index(request):
    require(request.user, "training.view")
    return _list(request)


def _list(request, bound: HoursForm | None = None, status: int = 200):
    """bound: the form of a rule that was refused; the other one begins as it stands."""
    people = LearnersForm(request.GET).apply(people_seen_by(request.user).filter(is_active=True))
    rows = rows_of(people.select_related("department", "team", "job_role"))
    behind = [row for row in rows if row.hours.missing]
    shown = rows if request.GET.get("all") else behind
    rules = rules_on(today()).values()
    context = {
        "complete": complete(rows),
        "behind": len(behind),
        "page": Paginator(shown, PER_PAGE).get_page(request.GET.get("page")),
        "query": "all=1&" if request.GET.get("all") else "",
        "rules": [(rule, bound if bound and bound.prefix == rule.code else HoursForm(rule=rule)) for rule in rules],
        "levels": [(level.value, level.label) for level in LEVELS],
        "refused": bound.prefix if bound else "",
        "may_assign": request.user.can("training.assign"),
    }
    return page(request, "console/training/hours.html", context, status=status)


@login_required
@require_POST
def rules(request):
    """The factory's own numbers for one rule."""
    require(request.user, "training.assign")
    rule = rules_on(today()).get(request.POST.get("code", ""))
    if rule is None:
        raise Http404
    form = HoursForm(request.POST, rule=rule)
    if not form.is_valid():
        return _list(request, form, 422)
    try:
        actions.set_hours(rule.code, by=request.user, **form.columns())
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return _list(request, form, refusal.status)
    messages.success(request, _("Saved. It counts from that day on."))
    return redirect("console:hours")


@login_required
def card(request, pk: int):
    require(request.user, "training.view")
    people = people_seen_by(request.user).select_related("department", "team", "job_role")
    person = get_object_or_404(people, pk=pk)
    made = HttpResponse(print_card(person, hours_of([person])[pk]), content_type=CONTENT_TYPE)
    made["Content-Disposition"] = f'inline; filename="card-{person.pk}.pdf"'
    return made
