"""Files leave the storage only here, after asking who may see them."""

import re
from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control

from core import attachments
from core.models import Attachment

MOST_AT_ONCE, MOST_WHOLE = 4 * 2**20, 64 * 2**20
_RANGE = re.compile(r"bytes=(\d{0,12})-(\d{0,12})")


@login_required
def show(request, pk):
    """The shown copy of a photo, a voice note to be played; a made file, such as a PDF, as a download."""
    return serve(request, get_object_or_404(attachments.visible_to(request.user), pk=pk))


def serve(request: HttpRequest, attachment: Attachment) -> HttpResponseBase:
    """Whoever calls this has asked whether the reader may see it."""
    response = _content(request, attachment)
    if attachment.shown or attachment.is_sound:
        patch_cache_control(response, private=True, max_age=86400)
    else:
        # A made file expires, and the next one at this desk may be somebody else.
        patch_cache_control(response, private=True, no_store=True)
    response["Content-Security-Policy"] = "sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _content(request: HttpRequest, attachment: Attachment) -> HttpResponseBase:
    if attachment.shown:
        return FileResponse(attachment.shown.open(), content_type="image/jpeg")
    if attachment.is_sound:
        return in_parts(request, Path(attachment.original.path), attachment.content_type)
    return FileResponse(attachment.original.open(), as_attachment=True, filename=attachment.name)


def in_parts(request: HttpRequest, path: Path, content_type: str) -> HttpResponse:
    """In the parts that are asked for: iPhones play nothing that comes only as a whole.

    A part is no longer than MOST_AT_ONCE, whatever was asked, because the server holds it in memory; a browser then asks
    for the next one (RFC 9110, 15.3.7). Whoever asks for all of a large file at once is told to ask for parts.
    """
    size = path.stat().st_size
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if asked and asked.groups() != ("", ""):
        response = _part(path, size, *asked.groups())
    elif size <= MOST_WHOLE:
        response = HttpResponse(path.read_bytes())
    else:
        response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    response["Content-Type"] = content_type
    response["Accept-Ranges"] = "bytes"
    return response


def _part(path: Path, size: int, first: str, last: str) -> HttpResponse:
    """first-last, first- to the end, or -count from the end, as in RFC 9110."""
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if start > end:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    end = min(end, start + MOST_AT_ONCE - 1)
    with path.open("rb") as file:
        file.seek(start)
        response = HttpResponse(file.read(end - start + 1), status=206)
    response["Content-Range"] = f"bytes {start}-{end}/{size}"
    return response
