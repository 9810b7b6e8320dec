"""The reader's language, theme and size of text: kept with the person when signed in, else in a cookie."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from people.preferences import prefer

TEXT_SIZES = ("normal", "large", "huge")
YEAR = 365 * 24 * 3600


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("language")
    return _keep(
        request, "language", settings.LANGUAGE_COOKIE_NAME, chosen, {code for code, _name in settings.LANGUAGES}
    )


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    return _keep(request, "theme", "theme", request.POST.get("theme"), {"light", "dark"})


@require_POST
def text_size(request: HttpRequest) -> HttpResponse:
    return _keep(request, "text_size", "text_size", request.POST.get("text_size"), set(TEXT_SIZES))


def _keep(request: HttpRequest, field: str, cookie: str, chosen: str | None, known: set[str]) -> HttpResponse:
    """The cookie too, so that the sign-in page looks as the person left it."""
    response = HttpResponseRedirect(_back(request))
    if chosen in known:
        if getattr(request, "tenant", None) and request.user.is_authenticated:
            prefer(request.user, **{field: chosen})
        response.set_cookie(cookie, chosen, max_age=YEAR, secure=settings.HTTPS, httponly=True, samesite="Lax")
    return response


def _back(request: HttpRequest) -> str:
    to = request.POST.get("next", "")
    return to if url_has_allowed_host_and_scheme(to, {request.get_host()}, require_https=settings.HTTPS) else "/"
