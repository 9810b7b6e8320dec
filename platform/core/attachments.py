"""Evidence: the file that arrived stays untouched; of photos people see a re-encoded, stamped copy without its EXIF.

Position: a photo may say where it was taken. It is never read, shown or stored here; only the untouched original holds
it, for whoever must prove the file later, and no page hands that one out.
"""

import hashlib
import io
import struct
import warnings
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pillow_heif
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from core import likeness
from core.errors import DomainError, WrongStatus
from core.models import Attachment
from core.stamps import print_stamp, stamp_text
from tenants.current import current_factory, in_factory
from tenants.models import Factory

MAX_BYTES = 12 * 2**20
MAX_VOICE_BYTES = 2 * 2**20
MAX_PIXELS = 40_000_000
SHOWN_SIDE = 1600
_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
_EXIF, _TAKEN, _OFFSET = 0x8769, 0x9003, 0x9011
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


def keep_photo(
    upload: UploadedFile, *, by: Any, stamp: str = "", taken_at: datetime | None = None, pk: UUID | None = None
) -> Attachment:
    """Stores a photo; refuses with a sentence what is no picture, too heavy, or a decompression bomb.

    stamp: what is printed on the shown copy beside time and person: which machine or area, and its code.
    pk: where the phone has numbered it already; see keep_once.
    """
    content = _weighed(upload).read()
    picture, (width, height), said = _opened(content)
    taken_at = taken_at or said
    text = stamp_text(stamp, by=by, received_at=timezone.now(), taken_at=taken_at)
    print_stamp(picture, text)
    attachment = _described(upload, content, by, pk)
    attachment.width, attachment.height, attachment.taken_at, attachment.stamp = width, height, taken_at, text
    attachment.phash = likeness.phash_of(content)
    attachment.content_type = (upload.content_type or "")[:80]
    return _stored(attachment, content, shown=_jpeg(picture))


def _weighed(upload: UploadedFile) -> UploadedFile:
    if upload.size and upload.size > MAX_BYTES:
        raise DomainError(
            _("The photo is %(size)d MB; the limit is %(limit)d MB. Take it again with a lower resolution.")
            % {"size": upload.size // 2**20, "limit": MAX_BYTES // 2**20}
        )
    return upload


def without_traces(upload: UploadedFile) -> UploadedFile:
    """The picture drawn anew, and nothing else of the file: no position, no camera, no time, no name.

    For who reports without a name: there the untouched original would say who it was.
    """
    if upload.size and upload.size > MAX_BYTES:
        return upload
    picture, _size, _said = _opened(upload.read())
    return SimpleUploadedFile("photo.jpg", _jpeg(picture), "image/jpeg")


def keep_voice(upload: UploadedFile, *, by: Any, pk: UUID | None = None) -> Attachment:
    """Stores a spoken note; what it is says its content, whatever the phone calls it."""
    if upload.size and upload.size > MAX_VOICE_BYTES:
        raise DomainError(
            _("The voice note is longer than %(limit)d MB can hold. Say it in a minute at most.")
            % {"limit": MAX_VOICE_BYTES // 2**20}
        )
    content = upload.read()
    content_type = _sound(content)
    if not content_type:
        raise DomainError(_("This recording cannot be played here. Record it again on this page, or write it down."))
    attachment = _described(upload, content, by, pk)
    attachment.content_type = content_type
    return _stored(attachment, content)


def _described(upload: UploadedFile, content: bytes, by: Any, pk: UUID | None) -> Attachment:
    digest, name = hashlib.sha256(content).hexdigest(), (upload.name or "")[-200:] or "file"
    return Attachment(id=pk or uuid4(), name=name, size=len(content), sha256=digest, by=by)


def _stored(attachment: Attachment, content: bytes, shown: bytes = b"") -> Attachment:
    attachment.original.save(f"{attachment.id}.bin", ContentFile(content), save=False)
    if shown:
        attachment.shown.save(f"{attachment.id}.jpg", ContentFile(shown), save=False)
    attachment.save(force_insert=True)
    return attachment


@transaction.atomic
def keep_once(pk: UUID, sha256: str, keep: Callable[[UUID], Attachment], *, by: Any) -> Attachment:
    """What a phone sent under an id that it made itself: sent again it is found again, not kept twice."""
    get_user_model().objects.select_for_update(no_key=True).get(pk=by.pk)
    known = Attachment.objects.filter(pk=pk).first()
    if known is None:
        return keep(pk)
    if known.by_id != by.pk or known.sha256 != sha256:
        raise WrongStatus(_("Another file came under this number before. Take the photo again."))
    return known


def remove(attachment: Attachment) -> None:
    """For good: the row now, its files as soon as that is certain."""
    names = [str(file.name) for file in (attachment.original, attachment.shown) if file]
    attachment.delete()
    transaction.on_commit(partial(_unlink, current_factory(), names), robust=True)


def _unlink(factory: Factory, names: Iterable[str]) -> None:
    with in_factory(factory):
        for name in names:
            default_storage.delete(name)


def keep_file(content: bytes, *, name: str, content_type: str, by: Any) -> Attachment:
    """Stores a file that the product itself has made, such as a PDF."""
    digest = hashlib.sha256(content).hexdigest()
    made = Attachment(name=name, content_type=content_type, size=len(content), sha256=digest, by=by)
    return _stored(made, content)


def keep_picture(image: Image.Image, *, name: str, by: Any) -> Attachment:
    """A picture that the product has drawn itself, such as that on the front of a video."""
    content = _jpeg(image.convert("RGB"))
    digest = hashlib.sha256(content).hexdigest()
    made = Attachment(name=name, content_type="image/jpeg", size=len(content), sha256=digest, by=by)
    made.width, made.height = image.size
    return _stored(made, content, shown=content)


def keep_drawn(upload: UploadedFile, *, by: Any) -> Attachment:
    """A picture for our own pages, such as that of a question: drawn anew, without a stamp, for it is no evidence."""
    picture, _size, _said = _opened(_weighed(upload).read())
    return keep_picture(picture, name=(upload.name or "")[-200:] or "picture.jpg", by=by)


def _opened(content: bytes) -> tuple[Image.Image, tuple[int, int], datetime | None]:
    """The picture upright and small enough to be shown, the size of the original, and when its camera says it was."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=_FORMATS)
            size = image.size
            if size[0] * size[1] > MAX_PIXELS:
                raise Image.DecompressionBombError
            image.draft("RGB", (SHOWN_SIDE, SHOWN_SIDE))
            said = _camera_time(image)
            picture = ImageOps.exif_transpose(image).convert("RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise DomainError(
            _("The picture has too many pixels; the limit is %(limit)d million. Take it again with the phone's camera.")
            % {"limit": MAX_PIXELS // 1_000_000}
        ) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        raise DomainError(_("This file is not a picture that can be opened. Take the photo again.")) from None
    picture.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
    return picture, size, said


def _camera_time(image: Image.Image) -> datetime | None:
    """For phones whose browser sends no time of its own; where the camera names no zone it is the factory's."""
    try:
        said = image.getexif().get_ifd(_EXIF)
        taken = datetime.strptime(str(said[_TAKEN]).strip("\0 ") + "+0000", "%Y:%m:%d %H:%M:%S%z")
    except (KeyError, ValueError, TypeError, struct.error):
        return None
    if not 2000 <= taken.year < 2100:
        return None
    try:
        zone = datetime.strptime(str(said[_OFFSET]).strip("\0 "), "%z").tzinfo
    except (KeyError, ValueError):
        zone = ZoneInfo(current_factory().time_zone)
    return taken.replace(tzinfo=zone)


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82, comment=b"")  # else the camera's own comment goes along
    return out.getvalue()


def _sound(content: bytes) -> str:
    """The type by the first bytes: WebM, Ogg, MP4, WAV, MP3; empty for anything else."""
    head = content[:64]
    if head.startswith(b"\x1aE\xdf\xa3") and b"webm" in head:
        return "audio/webm"
    if head.startswith(b"OggS"):
        return "audio/ogg"
    if head[4:8] == b"ftyp" and head[8:11] in (b"M4A", b"mp4", b"iso", b"3gp"):
        return "audio/mp4"
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "audio/wav"
    is_frame = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2
    return "audio/mpeg" if head.startswith(b"ID3") or is_frame else ""


def picture(photo: Attachment) -> dict[str, Any]:
    """For paper: the copy that is shown; where its file is gone, the record of it still stands there."""
    name = photo.shown.name or ""
    is_there = bool(name) and default_storage.exists(name)
    return {"photo": photo, "url": Path(default_storage.path(name)).as_uri() if is_there else ""}
