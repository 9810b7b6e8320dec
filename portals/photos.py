"""Photos and voice notes of a form: what was accepted once is not asked for again when something else is wrong."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from core.attachments import PhotosRefused, keep_photo, keep_voice, without_traces
from core.errors import DomainError, Refusal
from core.models import Attachment
from core.words import say
from facilities.models import Area, Equipment


@dataclass
class Photos:
    """photos: kept ones, in order; errors: a sentence for each file that was refused."""

    photos: list[Attachment] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def without(self, refusal: Refusal) -> "Photos":
        """What is left to be sent again after the refusal, with its sentence where it is about photos."""
        if not isinstance(refusal, PhotosRefused):
            return self
        return Photos([photo for photo in self.photos if photo.pk not in refusal.photos], [refusal.message])


def stamp_of(place: Equipment | Area | None) -> str:
    """What is printed on a photo taken there: the place's name and its code."""
    return f"{say(place.name)} {place.code}" if place else ""


def take_bare_photos(request: HttpRequest, name: str, *, stamp: str = "", most: int) -> Photos:
    """Of somebody without a name: drawn anew before they are kept, under nobody, and without the phone's time."""
    taken = Photos()
    uploads = request.FILES.getlist(name)
    if len(uploads) > most:
        return Photos(errors=[_("Send %(most)d photos at most.") % {"most": most}])
    for upload in uploads:
        try:
            taken.photos.append(keep_photo(without_traces(upload), by=None, stamp=stamp))
        except DomainError as refusal:
            taken.errors.append(refusal.message)
    return taken


def take_bare_voice(request: HttpRequest, name: str) -> tuple[Attachment | None, list[str]]:
    upload = request.FILES.get(name)
    if upload is None:
        return None, []
    upload.name = "voice"
    try:
        return keep_voice(upload, by=None), []
    except DomainError as refusal:
        return None, [refusal.message]


def take_photos(request: HttpRequest, name: str, *, stamp: str = "", by: Any = None) -> Photos:
    """Files of the input `name`, and those of an earlier try whose ids stand in `<name>-kept`; by: who is no session's user."""
    by = by or request.user
    taken = Photos(_kept(request.POST.getlist(f"{name}-kept"), by))
    times = [moment(text) for text in request.POST.get(f"{name}-taken", "").split(",")]
    for number, upload in enumerate(request.FILES.getlist(name)):
        taken_at = times[min(number, len(times) - 1)]
        try:
            taken.photos.append(keep_photo(upload, by=by, stamp=stamp, taken_at=taken_at))
        except DomainError as refusal:
            taken.errors.append(refusal.message)
    return taken


def take_voice(request: HttpRequest, name: str) -> tuple[Attachment | None, list[str]]:
    """The voice note of the input `name`, new or of an earlier try, and what is wrong with it."""
    upload = request.FILES.get(name)
    if upload is None:
        kept = _of(request.POST.getlist(f"{name}-kept"), request.user)
        return next((note for note in kept if note.is_sound), None), []
    try:
        return keep_voice(upload, by=request.user), []
    except DomainError as refusal:
        return None, [refusal.message]


def moment(text: str) -> datetime | None:
    """A phone's own time, ISO 8601; None where it makes no sense."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    if found is None or not 2000 <= found.year < 2100:
        return None
    return timezone.make_aware(found) if timezone.is_naive(found) else found


def _kept(ids: list[str], user: Any) -> list[Attachment]:
    """In the order in which they were received, which is the one they were taken in."""
    return [photo for photo in _of(ids, user) if photo.width is not None]


def _of(ids: list[str], user: Any) -> list[Attachment]:
    try:
        return list(Attachment.objects.filter(pk__in=ids, by=user))
    except (ValidationError, ValueError):
        return []
