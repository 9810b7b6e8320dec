"""Photos of the demo's checks: what was found wrong, what was photographed as a rule, and twelve that were used twice."""

import hashlib
import random
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from core import likeness
from portals.operator.demo.checks import Check, Routine
from portals.operator.demo.pictures import scene_of
from portals.operator.demo.shots import copy_of, scene_at, shoot
from tenants.current import current_schema

SEED = 20240617
# Machines whose nameplate was photographed at every other check of the last months.
_WATCHED, _MONTHS = 9, timedelta(days=60)
_WAYS = ("saved", "shrunk", "cut", "brightened", "all", "saved")
COPIES = 2 * len(_WAYS)


@dataclass(slots=True)
class Shot:
    """of: number of the shot that it is a copy of; way: how it was saved again, empty for the very same file."""

    check: int
    of: int | None = None
    way: str = ""


@dataclass(frozen=True)
class Kept:
    """One file below the factory's folder; people are shown the file itself."""

    path: str
    size: int
    sha256: str
    phash: int | None


def plan_shots(plan: list[Routine], checks: list[Check], now: datetime) -> list[Shot]:
    """Oldest first. A copy is of an earlier check of the same machine, as somebody does who did not go there."""
    rng = random.Random(SEED)  # noqa: S311
    by_machine: dict[int, list[int]] = defaultdict(list)
    for number, check in enumerate(checks):
        is_usual = check.inspector is not None and not check.faults and check.seconds > 20 and not check.unused
        if is_usual and plan[check.routine].machine and check.opens_at > now - _MONTHS:
            by_machine[check.routine].append(number)
    watched = sorted(by_machine)[:: max(1, len(by_machine) // _WATCHED)][:_WATCHED]
    shots = sorted(
        (Shot(check) for routine in watched for check in by_machine[routine][::2]), key=lambda shot: shot.check
    )
    later = [n for n, shot in enumerate(shots) if _earlier(shots, checks, n)]
    ways = ["" for _way in _WAYS] + list(_WAYS)
    for number, way in zip(rng.sample(later, min(COPIES, len(later))), ways, strict=False):
        shots[number].of, shots[number].way = rng.choice(_earlier(shots, checks, number)), way
    for shot in shots:
        # A copy's source is itself no copy.
        while shot.of is not None and shots[shot.of].of is not None:
            shot.of = shots[shot.of].of
    return shots


def _earlier(shots: list[Shot], checks: list[Check], number: int) -> list[int]:
    routine = checks[shots[number].check].routine
    return [n for n in range(number) if checks[shots[n].check].routine == routine]


class Darkroom:
    """Two at a time: drawing and saving let go of the interpreter's lock."""

    def __init__(self) -> None:
        self.folder = Path(settings.MEDIA_ROOT) / current_schema()

    def keep(self, wanted: list[tuple[str, str, str]]) -> list[Kept]:
        """wanted: name of the file, category and place; every one is a shot of its own."""
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(self._shoot, wanted))

    def _shoot(self, wanted: tuple[str, str, str]) -> Kept:
        name, category, place = wanted
        scene = scene_at(scene_of(category), place, is_after=False)
        return self.write(name, shoot(scene, random.Random(f"{SEED} {name}")))  # noqa: S311

    def again(self, name: str, source: Kept, way: str) -> Kept:
        content = (self.folder / source.path).read_bytes()
        return self.write(name, copy_of(content, random.Random(f"{SEED} {name}"), way) if way else content)  # noqa: S311

    def write(self, name: str, content: bytes) -> Kept:
        path = f"original/{name}.jpg"
        (self.folder / path).write_bytes(content)
        return Kept(path, len(content), hashlib.sha256(content).hexdigest(), likeness.phash_of(content))
