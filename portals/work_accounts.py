"""Signing in with WeCom, DingTalk or Feishu: the way there, the way back, and what somebody has connected."""

from dataclasses import dataclass
from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.core import ratelimit
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.errors import NotAllowed
from people import work_accounts
from people.models import User, WorkApp
from people.provider import DingTalkAdapter, FeishuAdapter, WeComAdapter
from portals.kiosk import tablet_of
from portals.web import page

# What the browsers inside the vendors' own apps say of themselves.
_INSIDE = {WorkApp.Vendor.WECOM: "wxwork", WorkApp.Vendor.DINGTALK: "dingtalk", WorkApp.Vendor.FEISHU: "lark"}
_BACK = {
    WorkApp.Vendor.WECOM: OAuth2CallbackView.adapter_view(WeComAdapter),
    WorkApp.Vendor.DINGTALK: OAuth2CallbackView.adapter_view(DingTalkAdapter),
    WorkApp.Vendor.FEISHU: OAuth2CallbackView.adapter_view(FeishuAdapter),
}


@dataclass(frozen=True)
class Way:
    """is_inside: the page is open in this vendor's own app, so its button comes first."""

    vendor: str
    label: str
    is_inside: bool


def ways(request: HttpRequest) -> list[Way]:
    """Those that the factory has set up; none at a tablet that is everybody's, where the vendor's session would stay."""
    if tablet_of(request):
        return []
    browser = request.headers.get("User-Agent", "").lower()
    return [
        Way(app.vendor, app.get_vendor_display(), _INSIDE[WorkApp.Vendor(app.vendor)] in browser)
        for app in WorkApp.objects.all()
    ]


def waiting(request: HttpRequest) -> dict[str, str] | None:
    """The vendor whose account is to be connected after the code."""
    vendor = work_accounts.pending(request)
    return {"vendor": vendor, "label": str(WorkApp.Vendor(vendor).label)} if vendor else None


def accounts_of(person: User) -> list[dict[str, Any]]:
    """Each vendor that is set up or was connected, with the account where there is one."""
    standing = {account.provider: account for account in SocialAccount.objects.filter(user=person)}
    set_up = set(WorkApp.objects.values_list("vendor", flat=True))
    return [
        {"vendor": vendor.value, "label": vendor.label, "account": standing.get(vendor), "is_set_up": vendor in set_up}
        for vendor in WorkApp.Vendor
        if vendor in set_up or vendor in standing
    ]


def connected_to(person: User) -> list[dict[str, Any]]:
    """For the page of a portal that is the person's own; asked only where it is shown."""
    return [row for row in accounts_of(person) if row["account"]]


@require_POST
def leave(request: HttpRequest, vendor: str) -> HttpResponse:
    """A page that leads on by itself: browsers stop a form that is redirected to another site."""
    get_object_or_404(WorkApp, vendor=vendor)
    if tablet_of(request):
        raise NotAllowed(_("This does not go from a shared tablet. Use your own phone."))
    if not ratelimit.consume(request, action="login"):
        messages.error(request, _("Too many tries. Wait five minutes, or ask your administrator."))
        return redirect("account_login")
    process = AuthProcess.CONNECT if request.user.is_authenticated else AuthProcess.LOGIN
    provider = get_adapter().get_provider(request, vendor)
    onward = provider.redirect(request, process=process, next_url=get_next_redirect_url(request))
    context = {"onward": onward["Location"], "label": WorkApp.Vendor(vendor).label}
    response = page(request, "account/onward.html", context)
    response["Refresh"] = f"0; url={onward['Location']}"
    return response


@require_safe
def come_back(request: HttpRequest, vendor: str) -> HttpResponse:
    if not WorkApp.objects.filter(vendor=vendor).exists():
        raise Http404
    if not ratelimit.consume(request, action="login"):
        messages.error(request, _("Too many tries. Wait five minutes, or ask your administrator."))
        return redirect("account_login")
    return _BACK[WorkApp.Vendor(vendor)](request)


@login_required
@require_POST
def disconnect(request: HttpRequest, pk: int) -> HttpResponse:
    account = get_object_or_404(SocialAccount, pk=pk, user=request.user)
    work_accounts.disconnect_account(account, by=account.user)
    messages.success(request, _("Disconnected. It opens your account no longer."))
    return redirect(get_next_redirect_url(request) or "field:me")
