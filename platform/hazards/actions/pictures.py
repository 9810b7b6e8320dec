"""Photos as proof, looked at: the one from before must be there, and the one from after must be a new one.

What equals a photo of the same hazard is refused; what is only likely the same shot as one of this or another hazard is
kept, and reviewers see both.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.db.models import BigIntegerField, F, Func, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from core import likeness
from core.attachments import PhotosRefused, visible_through
from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from core.models import Attachment
from hazards.actions.proof import keep_evidence
from hazards.models import Evidence, Hazard, Status
from people.models import User

LOOK_BACK = timedelta(days=180)
# Photos whose pixels are compared with one, the nearest hashes first.
COMPARED = 12


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
    """A voice note is no photo."""
    befores = hazard.evidence.filter(stage=Evidence.Stage.BEFORE)
    return befores.exclude(attachment__shown="", attachment__content_type__startswith="audio/").exists()


def refuse_without_before(hazard: Hazard) -> None:
    if not has_before_photo(hazard):
        raise DomainError(_("There is no photo from before yet. Take one first, then begin."))


def refuse_repeats(hazard: Hazard, photos: Sequence[Attachment]) -> None:
    """The very same file as an earlier photo of this hazard, or the same picture saved again."""
    earlier = [proof.attachment for proof in hazard.evidence.select_related("attachment")]
    look = lru_cache(_look)
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
    near = list(_near(photo, hazard))
    if exact := next((proof for proof in near if proof.attachment.sha256 == photo.sha256), None):
        return exact
    mine = _look(photo) if near else None
    looks = [(proof, found) for proof in near if (found := _look(proof.attachment)) is not None]
    if mine is None or not looks:
        return None
    best = likeness.closest(mine, [found for _proof, found in looks])
    return looks[best[0]][0] if best and best[1] <= likeness.SAME_SHOT else None


def _near(photo: Attachment, hazard: Hazard) -> QuerySet[Evidence]:
    """By the index of hashes, the nearest first."""
    proofs = Evidence.objects.filter(
        Q(hazard=hazard) | Q(attachment__received_at__gt=timezone.now() - LOOK_BACK),
        attachment__phash__isnull=False,
    )
    mine = Cast(Value(photo.phash), BigIntegerField())
    bits: Any = Func(
        F("attachment__phash"),
        mine,
        template="bit_count((%(expressions)s)::bit(64))",
        arg_joiner=" # ",
        output_field=IntegerField(),
    )
    near = proofs.exclude(attachment=photo).annotate(bits=bits).filter(bits__lte=likeness.ALIKE_BITS)
    return near.select_related("attachment", "hazard").order_by("bits", "-pk")[:COMPARED]


def _look(photo: Attachment) -> likeness.Look | None:
    try:
        with photo.original.open() as file:
            return likeness.look_of(file.read())
    except FileNotFoundError:
        return None
