"""How long a checklist takes, foretold from what it asks and put right by what was measured."""

from collections.abc import Iterable, Sequence
from statistics import median

from django.utils.translation import gettext as _

from inspections.models import Audience, Frequency, Item

# Seconds, fitted to the planned times of the industry packs: read and tap; with typing, or a photo, a little more.
BASE = 9
ANSWER = {
    Item.Kind.PASS_FAIL: 8,
    Item.Kind.NUMBER: 15,
    Item.Kind.CHOICE: 8,
    Item.Kind.TEXT: 20,
    Item.Kind.PHOTO: 4,
}
SHOT = 5
# Rounds lead through the whole area or plant: the way to each item and the look at it.
WALK = {Frequency.PRESHIFT: 0, Frequency.WEEKLY: 140, Frequency.MONTHLY: 235}
# A supplier walks nowhere, but looks most answers up.
LOOKED_UP = 18

ENOUGH_RUNS = 20
PRESHIFT_LIMIT = 90
TYPED_LIMIT = 7
_TYPED = {Item.Kind.NUMBER, Item.Kind.TEXT}


def predicted_seconds(items: Iterable[Item], frequency: str, audience: str = Audience.STAFF) -> int:
    """By the items alone."""
    between = LOOKED_UP if audience == Audience.SUPPLIERS else WALK[Frequency(frequency)]
    return BASE + sum(_seconds(item) + between for item in items)


def _seconds(item: Item) -> int:
    has_photo = item.kind == Item.Kind.PHOTO or item.photo == Item.PhotoRule.ALWAYS
    return ANSWER[Item.Kind(item.kind)] + (SHOT if has_photo else 0)


def expected_seconds(
    items: Iterable[Item],
    frequency: str,
    former: Iterable[Item] = (),
    measured: Sequence[int] = (),
    audience: str = Audience.STAFF,
) -> int:
    """Scaled by how long the former version's handed-in runs really took, once there are enough of them."""
    seconds = predicted_seconds(items, frequency, audience)
    if len(measured) < ENOUGH_RUNS:
        return seconds
    return max(1, round(seconds * median(measured) / predicted_seconds(former, frequency, audience)))


def typed_fields(items: Iterable[Item]) -> int:
    return sum(item.kind in _TYPED for item in items)


def warnings(items: Sequence[Item], frequency: str, seconds: int) -> list[str]:
    """What makes people skip or guess; said while editing and before publishing, never in the way."""
    found = []
    if frequency == Frequency.PRESHIFT and seconds > PRESHIFT_LIMIT:
        found.append(
            _(
                "%(seconds)d seconds before a shift are too many: from %(limit)d on people tick without looking. Take something out."
            )
            % {"seconds": seconds, "limit": PRESHIFT_LIMIT}
        )
    if (typed := typed_fields(items)) > TYPED_LIMIT:
        found.append(
            _(
                "%(n)d fields to type are too many with gloves on; %(limit)d are enough. "
                "Let people choose or photograph instead."
            )
            % {"n": typed, "limit": TYPED_LIMIT}
        )
    return found
