"""What all portals share: page or part, the person's language, and the one place that shows refusals."""

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from core.errors import NotAllowed, Refusal
from portals.typed import typed_in
from tenants.current import in_factory


def page(request: HttpRequest, full: str, context: dict[str, Any], part: str = "", status: int = 200) -> HttpResponse:
    """The part for htmx, the whole page for everybody else."""
    htmx = getattr(request, "htmx", None)  # not yet there when an early middleware refuses
    return render(request, part if part and htmx and not htmx.boosted else full, context, status=status)


def is_on_phone(request: HttpRequest) -> bool:
    """What a part that stands on the desk and on the phone asks for itself when it looks again."""
    return request.GET.get("on") == "phone"


def require(user: Any, permission: str, obj: object = None) -> None:
    if not user.can(permission, obj):
        raise NotAllowed(_("Your role may not open this page. Ask the administrator if you need it."))


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


class PersonMiddleware:
    """Shows every page in the language that the person chose."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.tenant and request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = request.user.language
        return self.get_response(request)


class RefusalMiddleware:
    """Turns a refusal into a page or part with its sentence; the transaction is rolled back already."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            # Somebody typed a button's address, or signed in anew and was led back to it.
            words = _("This opens by its button only. Go back to the page with the button and press it again.")
            shown = refusal_page(request, 405, words, typed_in(request))
            shown["Allow"] = response["Allow"]
            return shown
        return response

    def process_exception(self, request, error):
        if not isinstance(error, Refusal):
            return None
        return refusal_page(request, error.status, error.message, typed_in(request))


def refusal_page(
    request: HttpRequest, status: int, message: str, typed: Iterable[tuple[str, str]] = ()
) -> HttpResponse:
    """typed: what was sent, which may be copied from here; see portals.typed."""
    if wants_json(request):
        return JsonResponse({"error": message}, status=status)
    context = {"status": status, "message": message, "typed_words": typed}
    response = page(request, "errors/page.html", context, "errors/_part.html", status)
    # Shown above the page, wherever the request came from: the form and what was typed stay as they are.
    response["HX-Retarget"] = "#refusal"
    response["HX-Reswap"] = "innerHTML"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    message = _("This page was open too long. Go back, reload it and send again; nothing was changed.")
    if wants_json(request):  # a script fetches a fresh token and sends again
        return JsonResponse({"error": message, "again": True}, status=403)
    if request.resolver_match and request.resolver_match.url_name == "account_login":
        messages.info(request, _("This page was open too long. Sign in once more."))
        return redirect(request.get_full_path())
    return refusal_page(request, 403, message, typed_in(request))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    with _its_factory(request):
        return refusal_page(request, 404, _("There is nothing here, or it is not yours to see."), typed_in(request))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    with _its_factory(request):
        return refusal_page(request, 400, _("The request could not be read. Go back and try again."))


def _its_factory(request: HttpRequest) -> AbstractContextManager:
    """Under ASGI Django asks for the pages of 400 and 404 in a thread of its own, whose connection belongs to nobody."""
    factory = getattr(request, "tenant", None)
    return in_factory(factory) if factory else nullcontext()
