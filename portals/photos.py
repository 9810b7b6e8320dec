"""Photos of a form: what was accepted once is not asked for again when something else in the form is wrong."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from core.attachments import PhotosRefused, keep_photo
from core.errors import DomainError
from core.models import Attachment


@dataclass
class Photos:
    """photos: kept ones, in order; errors: a sentence for each file that was refused."""

    photos: list[Attachment] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def without(self, refusal: DomainError) -> "Photos":
        """What is left to be sent again after the refusal, with its sentence where it is about photos."""
        if not isinstance(refusal, PhotosRefused):
            return self
        return Photos([photo for photo in self.photos if photo.pk not in refusal.photos], [refusal.message])


def take_photos(request: HttpRequest, name: str) -> Photos:
    """Files of the input `name`, and those of an earlier try whose ids stand in `<name>-kept`."""
    taken = Photos(_kept(request.POST.getlist(f"{name}-kept"), request.user))
    taken_at = moment(request.POST.get(f"{name}-taken", ""))
    for upload in request.FILES.getlist(name):
        try:
            taken.photos.append(keep_photo(upload, by=request.user, taken_at=taken_at))
        except DomainError as refusal:
            taken.errors.append(refusal.message)
    return taken


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
    try:
        return list(Attachment.objects.filter(pk__in=ids, by=user, width__isnull=False))
    except (ValidationError, ValueError):
        return []
