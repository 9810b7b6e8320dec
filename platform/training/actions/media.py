"""Courseware comes in pieces, goes on where it stopped, and is looked into before anybody sees it."""

import hashlib
import shutil
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.core.files.storage import default_storage
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from core.attachments import keep_picture, visible_through
from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit, register
from people.models import User
from tenants import due
from training.looking import MB, MOST_BYTES, look_into
from training.models import Lesson, Media

register(
    {
        "media.kept": gettext_lazy("Courseware uploaded"),
        "media.refused": gettext_lazy("Courseware refused"),
    }
)
PIECE = 5 * MB
MOST_PIECE = 8 * MB
# Rows are locked without their key: whoever names a file checks it at the commit, when the ledger's head is held already,
# and would wait for the lock of somebody who waits for the head.
# What never completes, and what no lesson shows, is gone after this time.
WAITS = timedelta(days=1)
MOST_ARRIVING = 2000 * MB
LEAST_FREE = 1000 * MB


@visible_through
def posters(user):
    return Media.objects.visible_to(user).exclude(poster=None).values("poster")


@action
def begin_media(kind: str, name: str, size: int, *, by: User) -> Media:
    """The place where its pieces will come; nobody sees it before it is whole and was looked into."""
    refuse_unless_teacher(by)
    _refuse_size(kind, size)
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    arriving = Media.objects.filter(by=by, status=Media.Status.ARRIVING).aggregate(sum=Sum("size"))["sum"] or 0
    if arriving + size > MOST_ARRIVING:
        raise DomainError(_("Too much is being uploaded at once. Let the other files come to their end first."))
    pk = uuid4()
    path = Path(default_storage.path(f"media/{pk}.bin"))
    path.parent.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(path.parent).free < size + LEAST_FREE:
        raise DomainError(_("The server has no room for a file of this size. Tell the administrator."))
    path.touch(exist_ok=False)
    media = Media.objects.create(id=pk, kind=kind, name=_plain(name), size=size, by=by, file=f"media/{pk}.bin")
    due.at(timezone.now() + WAITS, "training.forget_media", key=_forget_key(media), media=str(pk))
    return media


@action
def take_piece(media: Media, offset: int, piece: bytes, *, by: User) -> Media:
    """Appends the piece where the file ends; refuses it anywhere else, so that no byte comes twice or is left out."""
    row = Media.objects.select_for_update(no_key=True).get(pk=media.pk)
    if row.by_id != by.pk or not by.can("training.teach"):
        raise NotAllowed(_("Somebody else is uploading this file."))
    if row.status != Media.Status.ARRIVING:
        raise WrongStatus(_("This file is here already."))
    if offset != row.arrived:
        raise WrongStatus(_("The upload stands at another place. Go on from there."))
    if row.arrived + len(piece) > row.size or len(piece) > MOST_PIECE:
        raise DomainError(_("More came than was announced. Choose the file again."))
    with path_of(row).open("r+b") as file:
        # What a broken transaction left behind is written over.
        file.seek(offset)
        file.truncate()
        file.write(piece)
    row.arrived += len(piece)
    if row.arrived == row.size:
        row.status = Media.Status.CHECKING
        due.now("training.look_into", media=str(row.pk))
    row.save(update_fields=["arrived", "status"])
    # Each piece gives it another day.
    due.at(timezone.now() + WAITS, "training.forget_media", key=_forget_key(row), media=str(row.pk))
    return row


def look_into_media(media: Media) -> None:
    """Outside of a transaction, because it reads the whole file; only what it found is written in one."""
    if media.status != Media.Status.CHECKING:
        return None
    path = path_of(media)
    with override(media.by.language):
        try:
            found = look_into(media.kind, path)
        except DomainError as refusal:
            return _refuse(media, refusal.message)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    return _keep(media, found, digest)


@action
def _keep(media: Media, found, digest: str) -> None:
    row = Media.objects.select_for_update(no_key=True).filter(pk=media.pk, status=Media.Status.CHECKING).first()
    if row is None:
        return
    row.status, row.sha256 = Media.Status.READY, digest
    row.content_type, row.seconds = found.content_type, found.seconds
    if found.poster:
        row.poster = keep_picture(found.poster, name=f"{row.name[:190]}.jpg", by=row.by)
    row.save()
    facts = {"kind": row.kind, "name": row.name, "size": row.size, "sha256": digest, "seconds": row.seconds}
    emit("media.kept", row, by=row.by, **facts)


@action
def _refuse(media: Media, why: str) -> None:
    """Its bytes go at once; the sentence stays for who uploaded it."""
    row = Media.objects.select_for_update(no_key=True).filter(pk=media.pk, status=Media.Status.CHECKING).first()
    if row is None:
        return
    row.status, row.refusal = Media.Status.REFUSED, why[:200]
    row.save(update_fields=["status", "refusal"])
    emit("media.refused", row, by=row.by, kind=row.kind, name=row.name, why=why)
    default_storage.delete(str(row.file.name))


@action
def forget_media(media: Media) -> bool:
    """What never completed or was refused goes after a day, and so does what no lesson shows; the rest stays."""
    row = Media.objects.select_for_update(no_key=True).get(pk=media.pk)
    if Lesson.objects.filter(Q(video=row) | Q(captions=row) | Q(handout=row)).exists():
        if row.status in (Media.Status.READY, Media.Status.CHECKING):
            return False
        for name in Media.Kind.values:
            Lesson.objects.filter(**{name: row}).update(**{name: None})
    poster = row.poster
    default_storage.delete(str(row.file.name))
    row.delete()
    if poster:
        default_storage.delete(str(poster.shown.name))
        default_storage.delete(str(poster.original.name))
        poster.delete()
    return True


def path_of(media: Media) -> Path:
    return Path(default_storage.path(str(media.file.name)))


def refuse_unless_teacher(by: User) -> None:
    if not by.can("training.teach"):
        raise NotAllowed(_("Only the training officer or the safety officer changes courses."))


def _refuse_size(kind: str, size: int) -> None:
    if kind not in Media.Kind.values:
        raise DomainError(_("Choose a video, a PDF or captions."))
    if size < 1:
        raise DomainError(_("This file is empty. Choose another one."))
    most = MOST_BYTES[Media.Kind(kind)]
    if size > most:
        raise DomainError(
            _("The file is larger than %(limit)d MB. Make it smaller or cut it in two.") % {"limit": most // MB}
        )


def _forget_key(media: Media) -> str:
    return f"media:{media.pk}"


def _plain(name: str) -> str:
    return (
        "".join(letter for letter in name if letter.isprintable()).replace("/", " ").replace("\\", " ")[-200:] or "file"
    )
