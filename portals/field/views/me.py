import json

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError
from notifications.channels import push
from notifications.subscriptions import renew, subscribe, unsubscribe
from people.kiosks import may_have_pin
from people.models import Kiosk
from portals import absences, work_accounts
from portals.field.forms.push import PushForm, browser_of
from portals.field.views.sync import for_queue
from portals.web import page


@login_required
def me(request):
    """Who I am here, how pages look to me, which phones call me, who stands in for me, and the way out."""
    if request.method == "POST":
        return absences.declare(request, request.user, lambda form: _show(request, 422, absence=form), request.path)
    return _show(request)


def _show(request, status: int = 200, **more):
    browsers = list(request.user.push_subscriptions.order_by("-id"))
    context = {
        "has_desk": request.user.can("console.open"),
        "has_dashboard": request.user.can("insight.dashboard"),
        "is_pin_possible": Kiosk.objects.filter(revoked_at=None).exists() and may_have_pin(request.user),
        "push_key": push.public_key(),
        "browsers": browsers,
        "known": json.dumps([browser.endpoint for browser in browsers]),
        "work_accounts": work_accounts.accounts_of(request.user),
        **absences.absences_of(request.user),
        **more,
    }
    return page(request, "field/me.html", context, status=status)


@login_required
@require_POST
def push_on(request):
    """What the browser's push service answered; without a script there is nothing in it."""
    form = PushForm(request.POST)
    if not form.is_valid():
        raise DomainError(_("This browser's answer cannot be used. Try again, or use another browser."))
    subscribe(request.user, device=browser_of(request.headers.get("User-Agent", "")), **form.cleaned_data)
    messages.success(request, _("Notices now come to this phone, even when Anhuan is closed."))
    return redirect("field:me")


@for_queue
@require_POST
def push_renew(request):
    """The service worker, to whose browser the push service gave another address; user: who switched notices on there."""
    form = PushForm(request.POST)
    if not form.is_valid():
        raise DomainError(_("This browser's answer cannot be used. Try again, or use another browser."))
    is_own = request.POST.get("user") == str(request.user.pk)
    device = browser_of(request.headers.get("User-Agent", ""))
    old = request.POST.get("old", "").replace("\0", "")
    renew(request.user, old=old, is_own=is_own, device=device, **form.cleaned_data)
    return JsonResponse({})


@login_required
@require_POST
def push_off(request):
    unsubscribe(request.user, endpoint=request.POST.get("endpoint", "").replace("\0", ""))
    messages.success(request, _("Switched off."))
    return redirect("field:me")
