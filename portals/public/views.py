"""The bare host: what the product is, and the way to one's own factory."""

import re

from django.conf import settings
from django.shortcuts import redirect, render
from tenants.provisioning import host_of


def landing(request):
    return render(request, "public/landing.html", {"base_domain": settings.BASE_DOMAIN})


def find(request):
    """Leads to the factory's own host; whether one lives there is for that host to say."""
    slug = request.GET.get("slug", "").strip().lower()
    if not re.fullmatch(r"[a-z0-9-]{1,40}", slug):
        return render(request, "public/landing.html", {"base_domain": settings.BASE_DOMAIN, "bad_slug": slug}, status=422)
    port = request.get_port()
    suffix = "" if port in {"80", "443"} else f":{port}"
    return redirect(f"{request.scheme}://{host_of(slug)}{suffix}/")
