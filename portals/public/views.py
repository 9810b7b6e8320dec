"""The bare host: what the product is, and the way to one's own factory."""

import re

from django.conf import settings
from django.shortcuts import redirect, render

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


def _landing(request, bad_slug: str = "", status: int = 200):
    context = {"base_domain": settings.BASE_DOMAIN, "has_demo": settings.DEMO, "bad_slug": bad_slug}
    return render(request, "public/landing.html", context, status=status)
