"""The product as an app on the phone: manifest, service worker, and the page for what is not kept. Open to everybody."""

import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from notifications.receipts import note_shown
from portals.web import page

STATIC = settings.ROOT / "static"
TEMPLATES = settings.ROOT / "templates"
# One script of three modules: a worker that old phones run knows no imports.
SCRIPTS = ("queue.js", "sender.js", "sw.js")
# The camera's reader is big: a phone that is in a hurry works before it is there.
LATER = ("vendor/barcode-detector/",)
NOT_ON_PHONES = ("vendor/fonts/", "guides/")
_MODULE_WORDS = re.compile(r"^import .*?;\n|^export (?=(async )?(function|class|const|let))", re.MULTILINE)


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    return HttpResponse(script(), content_type="text/javascript; charset=utf-8")


@require_safe
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """Whoever has the address reads this, so it says the factory's name and nothing more."""
    icons = [{"src": static("img/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}]
    icons += [
        {"src": static(f"vendor/icon-{side}.png"), "sizes": f"{side}x{side}", "type": "image/png", "purpose": purpose}
        for side, purpose in ((192, "any"), (512, "any"), (512, "maskable"))
    ]
    about = {
        "id": "/m/",
        "name": f"{request.tenant.name} · {_('Anhuan')}",  # type: ignore[attr-defined]  # FactoryMiddleware sets it
        "short_name": _("Anhuan"),
        "lang": request.LANGUAGE_CODE,
        "start_url": "/m/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f4f6f5",
        "theme_color": "#0a4338",
        "icons": icons,
    }
    return JsonResponse(about, content_type="application/manifest+json")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Stands for a page that is not kept on the phone while there is no network."""
    return page(request, "field/offline.html", {})


@csrf_exempt
@require_POST
def push_shown(request: HttpRequest) -> HttpResponse:
    """The phone has shown a notice. Forged or not, the answer is the same."""
    note_shown(request.POST.get("receipt", "")[:200])
    return HttpResponse(status=204)


def script() -> str:
    return _script() if not settings.DEBUG else _script.__wrapped__()


@cache
def _script() -> str:
    names = sorted(_on_phones())
    now, later = ([static(name) for name in names if name.startswith(LATER) == is_later] for is_later in (False, True))
    head = {"VERSION": _version(names), "FILES": now, "LATER": later}
    lines = [f"const {name} = {json.dumps(value)};" for name, value in head.items()]
    return "\n".join([*lines, *(_as_script(STATIC / "js" / name) for name in SCRIPTS)])


def _on_phones() -> Iterator[str]:
    for path in STATIC.rglob("*"):
        name = path.relative_to(STATIC).as_posix()
        if path.is_file() and not name.startswith(NOT_ON_PHONES):
            yield name


def _version(names: list[str]) -> str:
    """Another one as soon as a file or a template is another one: pages and files of two releases do not mix."""
    digest = hashlib.sha256()
    for path in [*(STATIC / name for name in names), *sorted(TEMPLATES.rglob("*.html"))]:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _as_script(path: Path) -> str:
    return _MODULE_WORDS.sub("", path.read_text(encoding="utf-8"))
