"""Photos as proof, looked at: the one from before must be there, and the one from after must be a new one.

What equals a photo of the same hazard is refused; what is only likely the same shot as one of this or another hazard is
kept, and reviewers see both.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core import likeness
from core.attachments import PhotosRefused, visible_through
from core.copies import copy_of, look_at
from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from core.models import Attachment
from hazards.actions.proof import keep_evidence
from hazards.models import Evidence, Hazard, Status
from people.models import User

LOOK_BACK = timedelta(days=180)


@visible_through
def photos_that_are_alike(user: User) -> Any:
    """Who reviews a fix sees the other picture too, whichever department it comes from."""
    seen = Evidence.objects.filter(hazard__in=Hazard.objects.visible_to(user), like__isnull=False)
    return seen.values("like__attachment_id")


@action
def add_before_photos(hazard: Hazard, *, by: User, photos: Iterable[Attachment]) -> Hazard:
    """Reported by voice or read in from a list: the one who fixes it photographs it before the work."""
    photos = list(photos)
    if by.pk != hazard.owner_id or not by.can("hazards.rectify"):
        raise NotAllowed(_("Only the one it is assigned to adds photos here."))
    if Hazard.objects.select_for_update(of=("self",)).get(pk=hazard.pk).status not in (
        Status.ASSIGNED,
        Status.RECTIFYING,
    ):
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    if not photos:
        raise DomainError(_("Take a photo of it as it is now."))
    keep_evidence(hazard, photos, Evidence.Stage.BEFORE)
    emit("hazard.photographed", hazard, by=by, photos=[photo.sha256 for photo in photos])
    return hazard


def has_before_photo(hazard: Hazard) -> bool:
    """A voice note is no photo; of what a sensor found, the readings stand in for one."""
    if hazard.source == Hazard.Source.SENSOR:
        return True
    befores = hazard.evidence.filter(stage=Evidence.Stage.BEFORE)
    return befores.exclude(attachment__shown="", attachment__content_type__startswith="audio/").exists()


def refuse_without_before(hazard: Hazard) -> None:
    if not has_before_photo(hazard):
        raise DomainError(_("There is no photo from before yet. Take one first, then begin."))


def refuse_repeats(hazard: Hazard, photos: Sequence[Attachment]) -> None:
    """The very same file as an earlier photo of this hazard, or the same picture saved again."""
    earlier = [proof.attachment for proof in hazard.evidence.select_related("attachment")]
    look = lru_cache(look_at)
    same = [photo.pk for photo in photos if any(_is_same(photo, other, look) for other in earlier)]
    if same:
        raise PhotosRefused(_("This is the same picture as an earlier one. Take a new photo of the fixed place."), same)


def _is_same(photo: Attachment, other: Attachment, look: Any) -> bool:
    if photo.sha256 == other.sha256:
        return True
    if _bits(photo, other) > likeness.ALIKE_BITS:
        return False
    one, two = look(photo), look(other)
    return one is not None and two is not None and likeness.is_same_picture(one, two)


def _bits(one: Attachment, other: Attachment) -> int:
    if one.phash is None or other.phash is None:
        return 64
    return ((one.phash ^ other.phash) & (2**64 - 1)).bit_count()


def alike(photo: Attachment, hazard: Hazard) -> Evidence | None:
    """The photo of this hazard's earlier rounds, or of another one of the last half year, that this is likely a copy of."""
    proofs = Evidence.objects.filter(Q(hazard=hazard) | Q(attachment__received_at__gt=timezone.now() - LOOK_BACK))
    return copy_of(photo, proofs.select_related("hazard"))
