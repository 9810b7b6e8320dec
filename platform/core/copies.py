"""Which earlier photo a new one is likely a copy of: hashes find the near ones, pixels decide; see core.likeness."""

from typing import Any

from django.db.models import BigIntegerField, F, Func, IntegerField, QuerySet, Value
from django.db.models.functions import Cast

from core import likeness
from core.models import Attachment

# Photos whose pixels are compared with one, the nearest hashes first.
COMPARED = 12


def copy_of(photo: Attachment, proofs: QuerySet[Any]) -> Any | None:
    """Of these rows, which each have an `attachment`, the one whose photo it repeats."""
    near = list(_near(photo, proofs))
    if exact := next((proof for proof in near if proof.attachment.sha256 == photo.sha256), None):
        return exact
    mine = look_at(photo) if near else None
    looks = [(proof, found) for proof in near if (found := look_at(proof.attachment)) is not None]
    if mine is None or not looks:
        return None
    best = likeness.closest(mine, [found for _proof, found in looks])
    return looks[best[0]][0] if best and best[1] <= likeness.SAME_SHOT else None


def _near(photo: Attachment, proofs: QuerySet[Any]) -> QuerySet[Any]:
    """By the index of hashes, the nearest first."""
    mine = Cast(Value(photo.phash), BigIntegerField())
    bits: Any = Func(
        F("attachment__phash"),
        mine,
        template="bit_count((%(expressions)s)::bit(64))",
        arg_joiner=" # ",
        output_field=IntegerField(),
    )
    others = proofs.filter(attachment__phash__isnull=False).exclude(attachment=photo)
    near = others.annotate(bits=bits).filter(bits__lte=likeness.ALIKE_BITS)
    return near.select_related("attachment").order_by("bits", "-pk")[:COMPARED]


def look_at(photo: Attachment) -> likeness.Look | None:
    try:
        with photo.original.open() as file:
            return likeness.look_of(file.read())
    except FileNotFoundError:
        return None
