"""The sign-in code of an app: asked for in the middle of a sign-in, set up on a page of one's own, and led to."""

from typing import Any

import segno
from allauth.account.internal.decorators import login_stage_required
from allauth.account.utils import get_next_redirect_url
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from core import totp
from core.errors import DomainError, NotAllowed, Refusal
from core.secrets import seal, unseal
from people import second_factor
from people.auth import SecondFactorStage
from people.models import SecondFactor
from portals.forms import CodeForm
from portals.web import page, refusal_page

_SECRET = "second_factor"  # noqa: S105 - where the session keeps it, sealed, until its first code was right


@sensitive_post_parameters("code")
@login_stage_required(SecondFactorStage.key, "account_login")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    stage = request._login_stage  # type: ignore[attr-defined]  # the decorator sets it
    form, status = CodeForm(request.POST or None, takes_recovery=True), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            person = stage.login.user
            try:
                second_factor.check(person, form.cleaned_data["code"], by=person)
            except Refusal as refusal:
                form.add_error(None, refusal.message)
                status = refusal.status
            else:
                return stage.exit()
    return page(request, "account/second_factor_confirm.html", {"form": form}, status=status)


@sensitive_post_parameters("code")
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Set up by whoever has none; new recovery codes and taken off by whoever has one."""
    person: Any = request.user
    factor = SecondFactor.objects.filter(person=person).first()
    if factor is None and not second_factor.is_meant_for(person):
        raise NotAllowed(_("Your role needs no sign-in code."))
    if request.method != "POST":
        return _show(request, factor, CodeForm())
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _show(request, factor, form, 422)
    code = form.cleaned_data["code"]
    try:
        if factor is None:
            codes = second_factor.set_up(person, _secret(request), code, by=person)
            del request.session[_SECRET]
        elif request.POST.get("do") == "off":
            second_factor.drop_own(person, code, by=person)
            messages.success(request, _("Taken off. From now on your password is enough."))
            return redirect("account_second_factor")
        else:
            codes = second_factor.renew_codes(person, code, by=person)
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return _show(request, factor, form, refusal.status)
    return page(request, "account/second_factor_codes.html", {"codes": codes, "onward": _onward(request)})


def _show(request: HttpRequest, factor: SecondFactor | None, form: CodeForm, status: int = 200) -> HttpResponse:
    factory = request.tenant  # type: ignore[attr-defined]  # FactoryMiddleware sets it
    context = {
        "form": form,
        "onward": _onward(request),
        "asked_from": factory.second_factor_from,
        "is_overdue": second_factor.is_overdue(factory),
    }
    if factor:
        more = {"factor": factor, "left": len(factor.recovery)}
        return page(request, "account/second_factor.html", context | more, status=status)
    secret = _secret(request)
    address = totp.address_of(secret, request.user.name, f"Anhuan {request.get_host()}")  # type: ignore[union-attr]
    context["qr"] = segno.make(address, error="l").svg_data_uri(scale=5, border=4, light="#fff")
    context["key"] = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return page(request, "account/second_factor_set_up.html", context, status=status)


def _secret(request: HttpRequest) -> str:
    """The same as long as the page is open: a wrong code does not ask for another scan."""
    try:
        if kept := request.session.get(_SECRET):
            return unseal(kept)
    except DomainError:  # its key was changed in between
        pass
    secret = totp.new_secret()
    request.session[_SECRET] = seal(secret)
    return secret


def _onward(request: HttpRequest) -> str:
    return get_next_redirect_url(request) or reverse("home")


class SecondFactorMiddleware:
    """Closes the desk for whoever has to have a second factor and has none. The phone's pages go on: alerts cannot wait."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        factory, found = request.tenant, request.resolver_match  # type: ignore[attr-defined]
        if factory is None or found is None or "console" not in found.namespaces:
            return None
        if not second_factor.is_overdue(factory) or not second_factor.is_missing(request.user, factory):
            return None
        if request.method in ("GET", "HEAD") and not request.headers.get("HX-Request"):
            query = urlencode({"next": request.get_full_path()})
            return redirect(f"{reverse('account_second_factor')}?{query}")
        return refusal_page(request, NotAllowed.status, _("First set up your sign-in code: open “Me”, “Sign-in code”."))
