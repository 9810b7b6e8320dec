"""Photos as evidence: the file that arrived stays untouched, people see a re-encoded copy without its EXIF."""

import hashlib
import io
import warnings
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import pillow_heif
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import DomainError, WrongStatus
from core.models import Attachment

MAX_BYTES = 12 * 2**20
MAX_PIXELS = 40_000_000
SHOWN_SIDE = 1600
_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
_visible: list[Callable[[Any], QuerySet]] = []

pillow_heif.register_heif_opener()


class PhotosRefused(DomainError):
    """photos: the ids of those that cannot be taken; the others may be sent again."""

    def __init__(self, message: str, photos: Iterable[Any]) -> None:
        super().__init__(message)
        self.photos = frozenset(photos)


def visible_through(rule: Callable[[Any], QuerySet]) -> Callable[[Any], QuerySet]:
    """Registers a module's answer to "which attachments may this user see" as a queryset of attachment ids."""
    _visible.append(rule)
    return rule


def visible_to(user: Any) -> QuerySet[Attachment]:
    allowed = Attachment.objects.filter(by=user)
    for rule in _visible:
        allowed = allowed | Attachment.objects.filter(pk__in=rule(user))
    return allowed.distinct()


def keep_photo(upload: UploadedFile, *, by: Any, taken_at: datetime | None = None) -> Attachment:
    """Stores a photo; refuses with a sentence what is no picture, too heavy, or a decompression bomb."""
    if upload.size and upload.size > MAX_BYTES:
        raise DomainError(
            _("The photo is %(size)d MB; the limit is %(limit)d MB. Take it again with a lower resolution.")
            % {"size": upload.size // 2**20, "limit": MAX_BYTES // 2**20}
        )
    content = upload.read()
    shown, width, height = _shown_copy(content)
    attachment = Attachment(
        name=(upload.name or "photo")[-200:],
        content_type=(upload.content_type or "")[:80],
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        width=width,
        height=height,
        taken_at=taken_at,
        by=by,
    )
    attachment.original.save(f"{attachment.id}.bin", ContentFile(content), save=False)
    attachment.shown.save(f"{attachment.id}.jpg", ContentFile(shown), save=False)
    attachment.save(force_insert=True)
    return attachment


@transaction.atomic
def keep_once(pk: UUID, sha256: str, keep: Callable[[], Attachment], *, by: Any) -> Attachment:
    """What a phone sent under an id that it made itself: sent again it is found again, not kept twice."""
    get_user_model().objects.select_for_update(no_key=True).get(pk=by.pk)
    known = Attachment.objects.filter(pk=pk).first()
    if known is None:
        Attachment.objects.filter(pk=keep().pk).update(id=pk)
        return Attachment.objects.get(pk=pk)
    if known.by_id != by.pk or known.sha256 != sha256:
        raise WrongStatus(_("Another file came under this number before. Take the photo again."))
    return known


def keep_file(content: bytes, *, name: str, content_type: str, by: Any) -> Attachment:
    """Stores a file that the product itself has made, such as a PDF."""
    attachment = Attachment(
        name=name, content_type=content_type, size=len(content), sha256=hashlib.sha256(content).hexdigest(), by=by
    )
    attachment.original.save(f"{attachment.id}.bin", ContentFile(content), save=False)
    attachment.save(force_insert=True)
    return attachment


def _shown_copy(content: bytes) -> tuple[bytes, int, int]:
    """JPEG bytes of the copy, and the size of the original in pixels."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=_FORMATS)
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise Image.DecompressionBombError
            image.draft("RGB", (SHOWN_SIDE, SHOWN_SIDE))
            picture = ImageOps.exif_transpose(image).convert("RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise DomainError(
            _("The picture has too many pixels; the limit is %(limit)d million. Take it again with the phone's camera.")
            % {"limit": MAX_PIXELS // 1_000_000}
        ) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        raise DomainError(_("This file is not a picture that can be opened. Take the photo again.")) from None
    picture.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82)
    return out.getvalue(), width, height
