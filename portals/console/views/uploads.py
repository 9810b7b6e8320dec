"""Courseware comes in here by tus 1.0 (core and creation, https://tus.io): a connection that breaks loses one piece."""

import base64
import binascii
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from core.errors import DomainError, WrongStatus
from portals.web import refusal_page, require
from training.actions import begin_media, take_piece
from training.actions.media import MOST_PIECE
from training.looking import MOST_BYTES
from training.models import Media

VERSION = "1.0.0"
PIECE_TYPE = "application/offset+octet-stream"


def tus(view):
    """What the protocol asks of each answer, and its version of each question but OPTIONS and our own look at one file."""

    @wraps(view)
    @login_required
    def answer(request, *args, **kwargs):
        require(request.user, "training.teach")
        asks = ("HEAD", "PATCH") if kwargs else ("POST",)
        if request.method in asks and request.headers.get("Tus-Resumable") != VERSION:
            response = HttpResponse(status=412, headers={"Tus-Version": VERSION})
        else:
            response = view(request, *args, **kwargs)
        response["Tus-Resumable"] = VERSION
        return response

    return answer


@tus
def create(request):
    """POST tells how long the file will be, what it is for and its name; the answer says where its pieces go."""
    if request.method == "OPTIONS":
        facts = {"Tus-Version": VERSION, "Tus-Extension": "creation", "Tus-Max-Size": str(max(MOST_BYTES.values()))}
        return HttpResponse(status=204, headers=facts)
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "OPTIONS, POST"})
    told = _metadata(request.headers.get("Upload-Metadata", ""))
    size = request.headers.get("Upload-Length", "")
    if not size.isascii() or not size.isdecimal() or len(size) > 15:
        raise DomainError(_("The page did not say how large the file is. Reload it and choose the file again."))
    if told.get("kind") in MOST_BYTES and int(size) > MOST_BYTES[Media.Kind(told["kind"])]:
        limit = MOST_BYTES[Media.Kind(told["kind"])] // 2**20
        message = _("The file is larger than %(limit)d MB. Make it smaller or cut it in two.") % {"limit": limit}
        return refusal_page(request, 413, message)
    media = begin_media(told.get("kind", ""), told.get("filename", ""), int(size), by=request.user)
    response = HttpResponse(status=201, headers={"Upload-Offset": "0"})
    response["Location"] = reverse("console:upload", args=[media.pk])
    return response


def _metadata(header: str) -> dict[str, str]:
    """kind d29ybGQ=,filename …: values in Base64."""
    pairs = (pair.strip().partition(" ") for pair in header.split(","))
    try:
        return {key: base64.b64decode(value, validate=True).decode() for key, _space, value in pairs if key}
    except (binascii.Error, UnicodeDecodeError):
        raise DomainError(_("The name of the file cannot be read. Rename it and choose it again.")) from None


@tus
def piece(request, pk):
    """HEAD tells how far it is, PATCH appends there; GET is how our own page learns what came of it."""
    media = get_object_or_404(Media, pk=pk, by=request.user)
    if request.method == "GET":
        return JsonResponse({"status": media.status, "refusal": media.refusal, "percent": media.percent})
    if request.method == "HEAD":
        return _standing(media, 200)
    if request.method != "PATCH":
        return HttpResponse(status=405, headers={"Allow": "HEAD, PATCH, GET"})
    return HttpResponse(status=415) if request.content_type != PIECE_TYPE else _append(request, media)


def _append(request, media: Media) -> HttpResponse:
    content = request.read(MOST_PIECE + 1)
    if len(content) > MOST_PIECE:
        return refusal_page(request, 413, _("This piece is too large. Reload the page and choose the file again."))
    try:
        return _standing(take_piece(media, _offset(request), content, by=request.user), 204)
    except WrongStatus as refusal:
        return _standing(Media.objects.get(pk=media.pk), refusal.status)


def _offset(request) -> int:
    said = request.headers.get("Upload-Offset", "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) <= 15 else -1


def _standing(media: Media, status: int) -> HttpResponse:
    headers = {"Upload-Offset": str(media.arrived), "Upload-Length": str(media.size), "Cache-Control": "no-store"}
    return HttpResponse(status=status, headers=headers)
