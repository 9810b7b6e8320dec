"""How suppliers come in: their own sign-in page, and the link of an invitation."""

from typing import Any

from allauth.account.views import LoginView
from django.contrib.auth import login as start_session
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import get_language_from_request
from django.views.decorators.cache import never_cache

from core.errors import DomainError
from core.limits import allow
from partners import actions
from partners.actions.companies import invitation_of
from portals.groups.guest import MINUTE
from portals.supplier.forms import JoinForm
from portals.web import page

MOST = 30


class _Login(LoginView):
    template_name = "supplier/login.html"

    def get_default_success_url(self) -> str:
        return "/s/"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(**more)


login = _Login.as_view()


@never_cache
def join(request, token: str):
    """GET shows, POST makes the account and signs in; a link works once."""
    allow("join", token, most=MOST, within=MINUTE)
    invitation = invitation_of(token)
    if invitation is None:
        raise Http404
    form = JoinForm(request.POST or None, initial={"phone": invitation.phone, "name": ""})
    if request.method == "POST" and form.is_valid():
        language = get_language_from_request(request)
        try:
            user = actions.join(invitation, language=language, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            start_session(request, user, backend="people.auth.Backend")
            return redirect("supplier:home")
    context = {"form": form, "company": invitation.company}
    response = page(request, "supplier/join.html", context, status=422 if form.errors else 200)
    response["Referrer-Policy"] = "same-origin"
    return response
