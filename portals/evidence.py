"""What inspectors see by their link: one evidence pack, for a day. Each look is noted before it is answered."""

from datetime import timedelta
from mimetypes import guess_type

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from core.errors import Revoked
from core.limits import allow
from insight.evidence.links import chapters_of, link_of, look_at_evidence
from portals.web import page
from tenants.current import current_factory

MOST, MINUTE = 120, timedelta(minutes=1)
HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


@require_safe
def show(request, token: str):
    """The index, or with ?file= one file of it."""
    link = link_of(token)
    if link is None:
        raise Http404
    allow("evidence", str(link.pk), most=MOST, within=MINUTE)
    name = request.GET.get("file", "")
    try:
        if name:
            response = _file(name, look_at_evidence(link, name))
        else:
            context = {"link": link, "chapters": chapters_of(link), "factory": current_factory()}
            response = page(request, "guest/evidence.html", context)
    except Revoked as refusal:
        response = page(request, "guest/evidence_over.html", {"line": refusal.message}, status=refusal.status)
    for header, value in HEADERS.items():
        response[header] = value
    return response


def _file(name: str, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type=guess_type(name)[0] or "application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{name.rpartition("/")[2]}"'
    response["Content-Security-Policy"] = "sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
