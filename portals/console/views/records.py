"""一人一档 as a file, and the audit pack of many."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from core.errors import Refusal
from facilities.calendar import today
from portals.console.forms.records import PackForm
from portals.records import chosen_in
from portals.web import page, require
from training import exports
from training.exports.pack import default_days
from training.record import people_seen_by


@login_required
@require_POST
def export(request, pk: int, form: str):
    """One person's record, or what the page's filter leaves of it."""
    require(request.user, "training.view")
    person = get_object_or_404(people_seen_by(request.user), pk=pk)
    job = exports.order_record(person, chosen_in(request.GET), form, by=request.user)
    return redirect("console:job", pk=job.pk)


@login_required
def pack(request):
    """Whose papers, of which time: ordered here, made in the background."""
    require(request.user, "training.view")
    first, last = default_days(today())
    initial = {"since": first, "until": last, "certificates": True}
    form = PackForm(request.POST or None, initial=initial, reader=request.user)
    if request.method == "POST" and form.is_valid():
        base_url = request.build_absolute_uri("/")
        try:
            job = exports.order_pack(form.range(), by=request.user, base_url=base_url)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("console:job", pk=job.pk)
    return page(request, "console/training/pack.html", {"form": form}, status=422 if form.errors else 200)
