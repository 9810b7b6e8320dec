"""工作账号: with which apps of the factory people sign in, and whether their keys are right."""

from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError
from people import vendors
from people.models import WorkApp
from people.work_accounts import remove_work_app, set_work_app
from portals.console.forms.work_apps import WorkAppForm
from portals.web import page, require


@login_required
def index(request):
    require(request.user, "people.manage")
    return _show(request)


@login_required
@require_POST
def keep(request, vendor: str):
    require(request.user, "people.manage")
    if vendor not in WorkApp.Vendor:
        raise Http404
    standing = WorkApp.objects.filter(vendor=vendor).first()
    form = WorkAppForm(request.POST, vendor=vendor, standing=standing)
    if form.is_valid():
        try:
            set_work_app(vendor, **form.cleaned_data, by=request.user)
        except DomainError as refusal:
            form.add_error("secret", refusal.message)
        else:
            messages.success(request, _("Saved. Try it now."))
            return redirect("console:work_apps")
    return _show(request, typed=(vendor, form), status=422)


def _show(request, typed: tuple[str, WorkAppForm] | None = None, status: int = 200):
    standing = {app.vendor: app for app in WorkApp.objects.all()}
    counts = dict(SocialAccount.objects.values_list("provider").annotate(Count("id")).order_by())
    rows: list[dict[str, Any]] = []
    for vendor in WorkApp.Vendor:
        app = standing.get(vendor)
        is_typed = typed is not None and typed[0] == vendor
        rows.append(
            {
                "vendor": vendor.value,
                "label": vendor.label,
                "app": app,
                "form": typed[1] if typed and is_typed else WorkAppForm(vendor=vendor, standing=app),
                "is_open": is_typed,
                "back": request.build_absolute_uri(reverse(f"{vendor}_callback")),
                "connected": counts.get(vendor.value, 0),
            }
        )
    context = {"rows": rows, "host": request.get_host()}
    return page(request, "console/work_apps/index.html", context, status=status)


@login_required
@require_POST
def try_out(request, vendor: str):
    require(request.user, "people.manage")
    app = get_object_or_404(WorkApp, vendor=vendor)
    if fault := vendors.trial(app, request.get_host()):
        messages.error(request, fault)
    elif app.vendor == WorkApp.Vendor.WECOM:
        messages.success(request, _("All of it is right. Sign in with WeCom once yourself."))
    else:
        words = {"vendor": app.get_vendor_display()}
        text = _(
            "The keys are right. Whether %(vendor)s knows the address shows when you sign in with it: try that now."
        )
        messages.success(request, text % words)
    return redirect("console:work_apps")


@login_required
@require_POST
def remove(request, vendor: str):
    require(request.user, "people.manage")
    app = get_object_or_404(WorkApp, vendor=vendor)
    remove_work_app(app, by=request.user)
    words = {"vendor": app.get_vendor_display()}
    messages.success(request, _("Removed. Nobody signs in with %(vendor)s any more.") % words)
    return redirect("console:work_apps")
