"""作业资格 at the desk: who may do which high-risk work now."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError
from facilities.calendar import today
from portals.console.forms.licences import ClearForm
from portals.licences import reason_in
from portals.web import page, require
from training.actions import clear_for_work, end_clearance
from training.gate import Reason, what_is_missing
from training.models import Clearance, Licence, Work

MOST = 20
NEAR = ("kind", "person__department")


@login_required
def index(request):
    """Everybody who is put on something, whether it still holds, and who holds the licence but is not put on it."""
    require(request.user, "training.view")
    form = ClearForm(request.POST or None, initial={"work": request.GET.get("work", "")})
    if request.method == "POST" and form.is_valid():
        try:
            given = clear_for_work(form.cleaned_data["person"], form.cleaned_data["work"], by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            words = {"name": given.person.name, "work": given.title}
            messages.success(request, _("%(name)s may do it from now on: %(work)s.") % words)
            return redirect("console:clearances")
    may_assign = request.user.can("training.assign")
    context = {"works": _works(request.user, may_assign), "form": form, "may_assign": may_assign}
    return page(request, "console/licences/work.html", context, status=422 if form.errors else 200)


def _works(user, may_assign: bool) -> list[dict[str, Any]]:
    running = list(Clearance.objects.visible_to(user).running().select_related("person__department", "given_by"))
    current = Licence.objects.visible_to(user).current().filter(ends_on__gte=today(), person__is_active=True)
    held = {(one.person_id, work): one for one in current.select_related(*NEAR) for work in one.kind.works}
    on_it = {(row.person_id, row.work) for row in running}
    waiting = [(one.person, work) for (pk, work), one in held.items() if may_assign and (pk, work) not in on_it]
    missing = what_is_missing([*((row.person, row.work) for row in running), *waiting], today())
    return [
        {
            "code": work.value,
            "name": work.label,
            "rows": [_row(row, held, missing, user) for row in running if row.work == work],
            "waiting": [{"person": one, "missing": missing[one.pk, work]} for one, at in waiting if at == work][:MOST],
        }
        for work in Work
    ]


def _row(row: Clearance, held, missing, user) -> dict[str, Any]:
    return {
        "clearance": row,
        "licence": held.get((row.person_id, row.work)),
        "missing": _words(missing[row.person_id, row.work], row, user),
    }


def _words(reasons: list[Reason], row: Clearance, user) -> list[str]:
    """Whether somebody is fit is told only to whoever assigns."""
    if user.can("training.assign", row):
        return [reason.words for reason in reasons]
    return [reason.words if reason.code != "unfit" else _("Ask the safety officer.") for reason in reasons]


@login_required
@require_POST
def end(request, pk: int):
    require(request.user, "training.view")
    clearance = get_object_or_404(Clearance.objects.visible_to(request.user).select_related("person"), pk=pk)
    end_clearance(clearance, by=request.user, note=reason_in(request))
    messages.success(request, _("Saved."))
    return redirect("console:clearances")
