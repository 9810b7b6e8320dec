"""What the score of authenticity finds and whom it wrongs: on the demo's planted cases, and on photos of another seed."""

import random
from dataclasses import dataclass

from benchmarks.measure import Count
from core import likeness
from inspections.authenticity import COMPARED
from inspections.models import DOUBTFUL, Run
from portals.operator.demo.load import load
from portals.operator.demo.plant import SLUG
from portals.operator.demo.shots import copy_of, scene_at, shoot
from tenants import provisioning
from tenants.current import in_factory

COPIES, TOO_FAST = 12, 9
# Nothing was tuned on these: places, hands, lights and copies of their own.
OTHER_SEED = 7_310_021
SCENES = ("machine", "cable", "passage", "extinguisher", "gauge", "drum")


def run(*, is_quick: bool) -> list[Count]:
    was_made = load(lambda _line: None)
    factory = provisioning.find(SLUG)
    try:
        with in_factory(factory):
            found = of_the_demo()
    finally:
        if was_made:
            provisioning.delete_factory(factory)
    return [*found, *of_other_photos(shots=6 if is_quick else 25)]


def of_the_demo() -> list[Count]:
    """By what was planted, not by what was found: copies carry their mark in the plan of the demo."""
    planted = planted_runs()
    doubtful = set(Run.objects.filter(score__lt=DOUBTFUL).values_list("pk", flat=True))
    with_photos = set(Run.objects.filter(answers__photos__isnull=False).values_list("pk", flat=True)) - planted.both
    honest = set(Run.objects.exclude(score=None).values_list("pk", flat=True)) - planted.both
    return [
        Count("duplicates_found", len(planted.copies & _with("copied_photo")), COPIES, 11, is_floor=True),
        Count("too_fast_found", len(planted.too_fast & _with("too_fast")), TOO_FAST, 9, is_floor=True),
        Count("false_flags", len(honest & doubtful), len(honest), len(honest) // 100),
        Count("false_flags_with_photo", len(with_photos & doubtful), len(with_photos), len(with_photos) // 100),
    ]


@dataclass(frozen=True)
class Planted:
    copies: set[int]
    too_fast: set[int]

    @property
    def both(self) -> set[int]:
        return self.copies | self.too_fast


def planted_runs() -> Planted:
    """The generator's own word: a copy's file is named after what it is, a check in a hurry took less than 15 s."""
    copies = Run.objects.filter(answers__photos__name__startswith="again-").values_list("pk", flat=True)
    return Planted(set(copies), set(Run.objects.filter(seconds__lt=15).values_list("pk", flat=True)))


def _with(code: str) -> set[int]:
    return set(Run.objects.filter(doubts__contains=[{"code": code}], score__lt=DOUBTFUL).values_list("pk", flat=True))


def of_other_photos(*, shots: int, seed: int = OTHER_SEED) -> list[Count]:
    rng = random.Random(seed)
    wronged = found = 0
    for number, scene in enumerate(SCENES):
        place = scene_at(scene, f"elsewhere {seed} {number}", is_after=rng.random() < 0.5)
        taken = [shoot(place, rng) for _shot in range(shots)]
        seen = [_seen(content) for content in taken]
        for at, content in enumerate(taken):
            wronged += same_shot(seen[at], seen[:at]) is not None
            found += same_shot(_seen(copy_of(content, rng)), seen) == at
    total = shots * len(SCENES)
    return [
        Count("other_copies_found", found, total, round(total * 0.9), is_floor=True),
        Count("other_false_flags", wronged, total, max(1, total // 100)),
    ]


def _seen(content: bytes) -> tuple[int, likeness.Look]:
    return likeness.phash_of(content), likeness.look_of(content)


def same_shot(one, others: list) -> int | None:
    """As for a run: the nearest hashes first, then their pixels."""
    bits = {n: ((one[0] ^ other[0]) & (2**64 - 1)).bit_count() for n, other in enumerate(others)}
    near = sorted((n for n, differ in bits.items() if differ <= likeness.ALIKE_BITS), key=lambda n: bits[n])[:COMPARED]
    closest = likeness.closest(one[1], [others[n][1] for n in near])
    return near[closest[0]] if closest and closest[1] <= likeness.SAME_SHOT else None
