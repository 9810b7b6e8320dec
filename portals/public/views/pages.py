"""The bare host: what the product is, what it costs, and the way to one's own factory."""

import re

from django.conf import settings
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from billing.actions import TRIAL
from billing.bands import BANDS
from core.links import factory_of
from market.packs import titles
from portals.public.legal import DAY, text_of
from tenants.addresses import address_of
from tenants.slugs import host_of


@require_safe
def landing(request):
    return _landing(request)


@require_safe
def pricing(request):
    return render(request, "public/pricing.html", {"bands": BANDS, "days": TRIAL.days})


@require_safe
def terms(request):
    return _legal(request, "terms")


@require_safe
def privacy(request):
    return _legal(request, "privacy")


def _legal(request, name: str):
    text = text_of(name, get_language() or "")
    return render(request, "public/legal.html", {"name": name, "text": text, "day": DAY})


def find(request):
    """Leads to the factory's own host; whether one lives there is for that host to say."""
    slug = request.GET.get("slug", "").strip().lower()
    if not re.fullmatch(r"[a-z0-9-]{1,40}", slug):
        return _landing(request, bad_slug=slug or " ", status=422)
    return redirect(f"{request.scheme}://{host_of(slug)}{_port_of(request)}/")


def _port_of(request) -> str:
    port = request.get_port()
    return "" if port in {"80", "443"} else f":{port}"


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
    context = {
        "base_domain": settings.BASE_DOMAIN,
        "has_demo": settings.DEMO,
        "bad_slug": bad_slug,
        "packs": titles().values(),
        "days": TRIAL.days,
    }
    return render(request, "public/landing.html", context, status=status)
