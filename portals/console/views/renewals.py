"""A cohort whose certificates run out: who it is, and the job that gives the course to all of them again."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect

from core.errors import Refusal
from portals.console.forms.training import RenewalForm
from portals.web import page, require
from training.actions.renewals import ending, renewals
from training.cohorts import order_renewals

SHOWN = 100


@login_required
def index(request):
    require(request.user, "training.assign")
    form = RenewalForm(request.POST or request.GET or {"days": 60})
    if request.method == "POST" and form.is_valid():
        try:
            job = order_renewals(form.cleaned_data["course"], form.cleaned_data["days"], by=request.user)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            return _show(request, form, refusal.status)
        return redirect("console:job", pk=job.pk)
    return _show(request, form, 200 if form.is_valid() else 422)


def _show(request, form: RenewalForm, status: int):
    found = ending(form.cleaned_data["course"], form.cleaned_data["days"]) if len(form.cleaned_data) == 2 else []
    decided = renewals(found)
    context = {
        "form": form,
        "count": len(decided),
        "fresh": sum(enrolment is not None for _certificate, enrolment in decided),
        "rows": decided[:SHOWN],
        "shown": SHOWN,
    }
    return page(request, "console/training/renewals.html", context, status=status)
