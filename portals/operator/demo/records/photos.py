"""Photos of hazards and of checks."""

import random
import uuid
from datetime import datetime, timedelta

from core.models import Attachment
from portals.operator.demo.cases import Case
from portals.operator.demo.pictures import NAMEPLATE, Album
from portals.operator.demo.proofs import SEED, Darkroom, Kept, plan_shots
from portals.operator.demo.records.base import Records, columns
from portals.operator.demo.rows import copy_rows
from portals.operator.demo.shots import SHOT


def write_photos(records: Records) -> None:
    album = Album()
    _shoot(records)
    for number, case in enumerate(records.cases):
        if case.check is None:
            stamp = f"case-{number}"
            first = _photo(records, album, case, case.reporter, case.reported_at, stamp, is_after=False)
            records.before[number] = [first]
        for step in case.steps:
            if step.verb == "submit":
                stamp = f"case-{number}-{step.round}"
                records.after[number, step.round] = _photo(records, album, case, step.by, step.at, stamp, is_after=True)
    photos = [photo for photos in records.before.values() for photo in photos]
    photos += [*records.after.values(), *records.shots.values()]
    fields = (
        "id", "original", "shown", "name", "content_type", "size", "sha256",
        "width", "height", "phash", "taken_at", "received_at", "by",
    )  # fmt: skip
    copy_rows(Attachment, fields, (columns(photo, fields) for photo in photos))


def _shoot(records: Records) -> None:
    """What was found in checks, and what was photographed there without anything being wrong."""
    darkroom, plan = Darkroom(), records.plan
    found = [(number, case) for number, case in enumerate(records.cases) if case.check is not None]
    shots = plan_shots(plan, records.checks, records.now)
    fresh = [shot for shot in shots if shot.of is None]
    # A photo's name decides how it is shot; so what is planted looks the same at each load.
    numbers = random.Random(SEED)  # noqa: S311
    keys = [uuid.UUID(int=numbers.getrandbits(128), version=4) for _photo in range(len(found) + len(shots))]
    wanted = [
        (str(key), case.category, case.machine or case.area) for key, (_n, case) in zip(keys, found, strict=False)
    ]
    rest = keys[len(found) :]
    names = {id(shot): str(key) for shot, key in zip(shots, rest, strict=True)}
    places = [(names[id(shot)], NAMEPLATE, plan[records.checks[shot.check].routine].machine or "") for shot in fresh]
    kept = darkroom.keep([*wanted, *places])
    for key, (number, case), file in zip(keys, found, kept, strict=False):
        records.before[number] = [_kept_photo(records, key, file, case.number, case.reporter, case.reported_at)]
    files = {id(shot): file for shot, file in zip(fresh, kept[len(found) :], strict=True)}
    for key, shot in zip(rest, shots, strict=True):
        if shot.of is not None:
            files[id(shot)] = darkroom.again(str(key), files[id(shots[shot.of])], shot.way)
        check = records.checks[shot.check]
        assert check.inspector is not None and check.submitted_at  # noqa: S101 - only done checks have photos
        by, at = check.inspector, check.submitted_at
        name = f"{'photo' if shot.of is None else 'again'}-{shot.check}"
        records.shots[shot.check] = _kept_photo(records, key, files[id(shot)], name, by, at)


def _kept_photo(records: Records, key: uuid.UUID, file: Kept, name: str, by: int, at: datetime) -> Attachment:
    return Attachment(
        id=key,
        original=file.path,
        shown=file.path,
        name=f"{name}.jpg",
        content_type="image/jpeg",
        size=file.size,
        sha256=file.sha256,
        width=SHOT[0],
        height=SHOT[1],
        phash=file.phash,
        taken_at=at - timedelta(seconds=20),
        received_at=at,
        by_id=records.user(by),
    )


def _photo(
    records: Records, album: Album, case: Case, by: int | None, at: datetime, stamp: str, *, is_after: bool
) -> Attachment:
    key = uuid.uuid4()
    picture = album.take(case.category, is_after=is_after, key=str(key), stamp=stamp)
    return Attachment(
        id=key,
        original=picture.original,
        shown=picture.shown,
        name=f"{case.number}.jpg",
        content_type="image/jpeg",
        size=picture.size,
        sha256=picture.sha256,
        width=960,
        height=720,
        taken_at=at - timedelta(seconds=20),
        received_at=at,
        by_id=records.user(by),
    )
