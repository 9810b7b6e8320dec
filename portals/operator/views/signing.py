"""In and out of the operator console."""

from allauth.account.adapter import get_adapter
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Refusal
from operators import actions
from portals.operator.access import for_operators, forget, is_signed_in, keep
from portals.operator.forms import SignInForm


@sensitive_post_parameters("password", "code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request):
    if request.method != "POST":
        return redirect("operator:dead") if is_signed_in(request) else _ask(request, SignInForm())
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _ask(request, form, 422)
    try:
        token = actions.sign_in(**form.cleaned_data, address=get_adapter(request).get_client_ip(request))
    except Refusal as refused:
        form.add_error(None, refused.message)
        return _ask(request, form, refused.status)
    return keep(redirect("operator:dead"), token)


def _ask(request, form: SignInForm, status: int = 200):
    return render(request, "operator/sign_in.html", {"form": form}, status=status)


@for_operators
@require_POST
def sign_out(request):
    actions.sign_out(request.operator_session)
    return forget(redirect("operator:sign_in"))


@for_operators
@require_POST
def end_sessions(request):
    actions.end_sessions(request.operator, by=request.operator)
    return forget(redirect("operator:sign_in"))
