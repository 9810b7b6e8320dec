"""The bare host: what the product is, and the way to one's own factory."""

import re

from django.conf import settings
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from core.links import factory_of
from tenants.addresses import address_of
from tenants.provisioning import host_of


def landing(request):
    return _landing(request)


def find(request):
    """Leads to the factory's own host; whether one lives there is for that host to say."""
    slug = request.GET.get("slug", "").strip().lower()
    if not re.fullmatch(r"[a-z0-9-]{1,40}", slug):
        return _landing(request, bad_slug=slug or " ", status=422)
    port = request.get_port()
    suffix = "" if port in {"80", "443"} else f":{port}"
    return redirect(f"{request.scheme}://{host_of(slug)}{suffix}/")


@require_safe
def lead_on(request, kind: str, code: str, token: str):
    """From a text message to the factory's own host."""
    factory = factory_of(kind, code, token)
    if factory is None:
        raise Http404
    answer = redirect(f"{address_of(factory)}/{kind}/{token}/")
    answer["Referrer-Policy"], answer["Cache-Control"] = "no-referrer", "no-store"
    return answer


def _landing(request, bad_slug: str = "", status: int = 200):
    context = {"base_domain": settings.BASE_DOMAIN, "has_demo": settings.DEMO, "bad_slug": bad_slug}
    return render(request, "public/landing.html", context, status=status)
