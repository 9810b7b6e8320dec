"""Host to schema: the first thing that happens to a request, and the only way a request gets its factory."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpResponseRedirect, JsonResponse
from django.http.request import split_domain_port
from django.shortcuts import render
from django.urls import set_urlconf
from django.utils import timezone
from django.utils.translation import get_language_from_request, override
from django.utils.translation import gettext as _

from tenants.addresses import address_of
from tenants.current import in_factory, in_public
from tenants.fleet import is_held
from tenants.models import Domain, Factory


def domain_of(host: str) -> Domain | None:
    """Of a Host header; names are compared in lower case and without port."""
    name = split_domain_port(host)[0].rstrip(".")
    return Domain.objects.select_related("tenant__upgrade").filter(domain=name.removeprefix("www.")).first()


def factory_of(host: str) -> Factory | None:
    domain = domain_of(host)
    return domain.tenant if domain else None


def is_public(host: str) -> bool:
    return split_domain_port(host)[0].rstrip(".").removeprefix("www.") == settings.BASE_DOMAIN


def _opens_page(request) -> bool:
    """Somebody opens an address. What pages, phones and sensors send goes on under the old one: it must not be lost."""
    is_opened = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate" and "HX-Request" not in request.headers
    return is_opened and request.method in {"GET", "HEAD"}


class FactoryMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        set_urlconf(None)
        with in_public():
            return self._answer(request)

    def _answer(self, request):
        try:
            host = request.get_host()
        except DisallowedHost:
            return self._answer_unknown(request, None)
        if is_public(host):
            return self._answer_public(request)
        domain = domain_of(host)
        factory = domain.tenant if domain else None
        if domain is None or factory is None or factory.status != Factory.Status.ACTIVE:
            return self._answer_unknown(request, factory)
        if is_held(factory):
            return self._answer_held(request)
        if not domain.is_primary and _opens_page(request):
            return self._lead_on(request, factory)
        request.tenant = factory
        with in_factory(factory), timezone.override(ZoneInfo(factory.time_zone)):
            return self.get_response(request)

    def _answer_public(self, request):
        request.tenant = None
        request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
        set_urlconf(settings.PUBLIC_SCHEMA_URLCONF)
        return self.get_response(request)

    def _lead_on(self, request, factory):
        """From an address of before. No browser remembers it for good, because a factory may go back to its old name."""
        answer = HttpResponseRedirect(address_of(factory) + request.get_full_path())
        answer["Cache-Control"] = "no-store"
        return answer

    def _answer_unknown(self, request, factory):
        """Says that nobody lives here, without a query or a word about who does."""
        return self._say(request, "errors/no_factory.html", {"is_suspended": factory is not None}, status=404)

    def _answer_held(self, request):
        """Devices and phones that sent something try it again later, as after any other 5xx."""
        if request.headers.get("Accept", "").startswith("application/json"):
            with override(get_language_from_request(request)):
                answer = JsonResponse({"error": _("This factory is being upgraded.")}, status=503)
        else:
            answer = self._say(request, "errors/upgrading.html", {}, status=503)
        answer["Retry-After"] = "60"
        return answer

    def _say(self, request, page, context, *, status):
        request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
        set_urlconf(settings.PUBLIC_SCHEMA_URLCONF)
        request.tenant = None
        with override(get_language_from_request(request)):
            return render(request, page, context, status=status)
