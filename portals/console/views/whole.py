"""The factory as a whole: taken along as an archive, found under another address, removed for good."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.errors import Refusal
from core.jobs import describe, told
from lifecycle import deletion, naming, orders
from lifecycle.export import public_key
from portals.console.forms.whole import AddressForm, DeleteForm
from portals.files import serve
from portals.web import page, require
from tenants.addresses import address_of
from tenants.models import Domain
from tenants.provisioning import public_address

SHOWN = 10


@login_required
@require_safe
def show(request):
    require(request.user, "factory.manage")
    return _show(request)


def _show(request, status: int = 200, **forms: Any):
    factory, waiting = request.tenant, deletion.standing()
    context = {
        "exports": [(job, describe(job)) for job in map(told, orders.exports()[:SHOWN])],
        "key": public_key(),
        "address": address_of(factory),
        "addresses": Domain.objects.filter(tenant=factory).order_by("-is_primary", "pk"),
        "most": naming.MOST_NAMES,
        "waiting": waiting,
        "proof": f"{public_address()}/deleted/{waiting.pk}/" if waiting else "",
        "last_export": deletion.last_export(),
        "days": deletion.WAITS.days,
        "naming": forms.get("naming") or AddressForm(),
        "deleting": forms.get("deleting") or DeleteForm(),
    }
    return page(request, "console/whole/show.html", context, status=status)


@login_required
@require_POST
def export(request):
    require(request.user, "factory.manage")
    job = orders.order_export(by=request.user)
    return redirect("console:job", pk=job.pk)


@login_required
@require_safe
def download(request, pk):
    """Whoever may take all of it along now, not only who asked for it."""
    require(request.user, "factory.manage")
    job = get_object_or_404(orders.exports(), pk=pk)
    if job.result is None:
        raise Http404
    return serve(request, job.result)


@login_required
@require_POST
def rename(request):
    """The page of the new address asks for the sign-in: its cookie is another."""
    require(request.user, "factory.manage")
    form = AddressForm(request.POST)
    if form.is_valid():
        try:
            naming.rename_factory(form.cleaned_data["slug"], by=request.user)
        except Refusal as refusal:
            form.add_error("slug", refusal.message)
        else:
            return redirect("console:whole")
    return _show(request, 422, naming=form)


@login_required
@require_POST
def ask_deletion(request):
    require(request.user, "factory.manage")
    form = DeleteForm(request.POST)
    if form.is_valid():
        try:
            deletion.ask_deletion(form.cleaned_data["name"], by=request.user)
        except Refusal as refusal:
            form.add_error("name", refusal.message)
            return _show(request, refusal.status, deleting=form)
        return redirect("console:whole")
    return _show(request, 422, deleting=form)


@login_required
@require_POST
def stop_deletion(request):
    require(request.user, "factory.manage")
    waiting = deletion.standing()
    if waiting:
        deletion.stop_deletion(waiting, by=request.user)
        messages.success(request, _("It is not deleted. Everything stays as it is."))
    return redirect("console:whole")
