"""Work accounts: who is in the factory's list signs in with WeCom, DingTalk or Feishu, once it is connected.

Nobody comes into the list by one. allauth does the handshake; its rows say whose an account is, and nothing more.
"""

import time
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError, NotAllowed
from core.events import action, emit, register
from core.secrets import seal, unseal
from people.models import User, WorkApp
from people.vendors import Fault, Session, VendorError

register(
    {
        "work_app.set": gettext_lazy("Keys for work accounts entered"),
        "work_app.removed": gettext_lazy("Keys for work accounts removed"),
        "work_account.connected": gettext_lazy("Work account connected"),
        "work_account.disconnected": gettext_lazy("Work account disconnected"),
        "work_account.used": gettext_lazy("Signed in with a work account"),
    }
)
# For how long somebody who came back from a vendor may say by phone and code who they are.
PENDING_FOR = 600
_PENDING = "work_account"


@action
def set_work_app(vendor: str, app_id: str, *, by: User, secret: str = "", agent_id: str = "") -> WorkApp:
    """An empty secret leaves the one that stands."""
    _refuse_others(by)
    app = WorkApp.objects.select_for_update().filter(vendor=vendor).first() or WorkApp(vendor=vendor)
    if not (secret or app.secret):
        raise DomainError(_("Type in the secret."))
    app.app_id, app.agent_id = app_id.strip(), agent_id.strip()
    app.secret = seal(secret.strip()) or app.secret
    app.save()
    emit("work_app.set", app, by=by, note=app.get_vendor_display(), vendor=vendor, is_secret_new=bool(secret))
    return app


@action
def remove_work_app(app: WorkApp, *, by: User) -> None:
    """Its button is gone; who was connected is connected again when it comes back."""
    _refuse_others(by)
    emit("work_app.removed", app, by=by, note=app.get_vendor_display(), vendor=app.vendor)
    app.delete()


@action
def connect_account(user: User, vendor: str, uid: str, *, by: User) -> SocialAccount:
    """One of each vendor; another one takes its place."""
    if not user.is_active:
        raise NotAllowed(_("This account is closed."))
    account, _is_new = SocialAccount.objects.get_or_create(provider=vendor, uid=uid, defaults={"user": user})
    name = WorkApp.Vendor(vendor).label
    if account.user_id != user.pk:
        raise DomainError(
            _("This %(vendor)s account belongs to somebody else here. Ask your administrator.") % {"vendor": name}
        )
    SocialAccount.objects.filter(user=user, provider=vendor).exclude(pk=account.pk).delete()
    emit("work_account.connected", user, by=by, name=user.name, vendor=vendor, note=name)
    return account


@action
def disconnect_account(account: SocialAccount, *, by: User) -> None:
    if by.pk != account.user_id:
        _refuse_others(by)
    if SocialAccount.objects.filter(pk=account.pk).delete()[0]:
        vendor = WorkApp.Vendor(account.provider)
        words = {"name": account.user.name, "vendor": vendor.value, "note": vendor.label}
        emit("work_account.disconnected", account.user, by=by, **words)


@action
def note_use(user: User, vendor: str) -> None:
    emit("work_account.used", user, by=user, name=user.name, vendor=vendor, note=WorkApp.Vendor(vendor).label)


def _refuse_others(by: User) -> None:
    if not by.can("people.manage"):
        raise NotAllowed(_("Only the administrator changes accounts."))


def pending(request: HttpRequest) -> str:
    """With which vendor somebody came back who is still to say who they are."""
    kept = request.session.get(_PENDING)
    return kept["vendor"] if kept and time.time() - kept["at"] < PENDING_FOR else ""


def forget_pending(request: HttpRequest) -> None:
    request.session.pop(_PENDING, None)


def connect_pending(request: HttpRequest, user: User) -> None:
    """After a sign-in by code, and by nothing else: the number that the code went to is the person's."""
    vendor, kept = pending(request), request.session.pop(_PENDING, None)
    records = get_authentication_records(request, user)
    if vendor and kept and records and records[-1]["method"] == "code":
        connect_here(request, user, vendor, kept["uid"])


def connect_here(request: HttpRequest, user: User, vendor: str, uid: str) -> None:
    name = WorkApp.Vendor(vendor).label
    try:
        connect_account(user, vendor, uid, by=user)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("From now on you can sign in with %(vendor)s.") % {"vendor": name})


class WorkAccountAdapter(DefaultSocialAccountAdapter):
    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """The factory's own, unsealed for the handshake; allauth's table of apps stays empty."""
        rows = WorkApp.objects.filter(vendor=provider) if provider else WorkApp.objects.all()
        return [_as_allauth_knows_it(row) for row in rows if client_id in (None, row.app_id)]

    def get_requests_session(self) -> Session:
        return Session()

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> Any:
        return sociallogin.user

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        vendor, uid = sociallogin.account.provider, sociallogin.account.uid
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            if request.user.is_authenticated:
                connect_here(request, request.user, vendor, uid)
            raise ImmediateHttpResponse(redirect("field:me"))
        if not sociallogin.is_existing:
            request.session[_PENDING] = {"vendor": vendor, "uid": uid, "at": time.time()}
            following = {"next": sociallogin.state["next"]} if sociallogin.state.get("next") else {}
            query = urlencode({"connect": vendor, **following})
            raise ImmediateHttpResponse(redirect(f"{reverse('account_request_login_code')}?{query}"))
        if sociallogin.user.is_active:
            note_use(sociallogin.user, vendor)

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        """Back to where it began, with a sentence; the other ways stand there."""
        messages.error(request, _sentence(provider.id, exception, extra_context or {}))
        raise ImmediateHttpResponse(redirect("field:me" if request.user.is_authenticated else "account_login"))


def _as_allauth_knows_it(row: WorkApp) -> SocialApp:
    more = {"auth_params": {"agentid": row.agent_id}} if row.agent_id else {}
    return SocialApp(
        provider=row.vendor, name=row.vendor, client_id=row.app_id, secret=unseal(row.secret), settings=more
    )


def _sentence(vendor: str, exception: Any, context: dict[str, Any]) -> str:
    words = {"vendor": WorkApp.Vendor(vendor).label}
    if exception is None and context.get("state"):
        return _("You did not say yes in %(vendor)s. Press its button again, or sign in another way.") % words
    fault = exception.fault if isinstance(exception, VendorError) else Fault.DOWN if exception else Fault.CODE
    sentences = {
        Fault.DOWN: _("%(vendor)s does not answer right now. Sign in another way, or try again in a minute."),
        Fault.CODE: _("This sign-in with %(vendor)s is used up or too old. Press the button again."),
        Fault.KEYS: _("The way in by %(vendor)s is not set up right. Sign in another way and tell your administrator."),
        Fault.STRANGER: _("This account is not of your factory's %(vendor)s. Sign in another way."),
    }
    return sentences[fault] % words
