"""How points are made: every number of it stands here once, and the page that explains it reads them from here.

Verified quality makes at least 60 % of a score: volume counts at most two thirds of the quality points, so whoever only
taps through checks has none. Of one day only so many checks count. How genuine a check looks (its authenticity) is
private to leaders and has no part in it.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    FOUND = "found", _("First to report a hazard that was confirmed")
    GRADUATED = "graduated", _("Your buddy graduated")
    FIXED = "fixed", _("Fixed in time and accepted at once")
    CLEAN = "clean", _("Check with all proof, in time")
    CHECK = "check", _("Check handed in")
    RETURNED = "returned", _("A fix was returned")
    APPEAL = "appeal", _("Corrected after an objection")


# Points of quality. One found hazard is worth more than ten clean checks with all their volume.
QUALITY = {Kind.FOUND: 25, Kind.GRADUATED: 20, Kind.FIXED: 5, Kind.CLEAN: 1, Kind.CHECK: 0, Kind.RETURNED: -10}
# Points of volume: for each check, clean or not.
PER_CHECK = 1
# So many checks of one day count.
CHECKS_A_DAY = 5
# Volume counts at most so much of the quality: 2/3 of it is 40 % of both together.
VOLUME_OF_QUALITY = (2, 3)
WINNERS = 5
_EVER = datetime.min.replace(tzinfo=UTC)
CHECKS = (Kind.CLEAN, Kind.CHECK)


@dataclass(frozen=True)
class Deed:
    """Something that somebody did; about: what it is called, ref: what it is, as "hazard:7"; amount: of an objection only."""

    kind: str
    at: datetime
    day: date
    about: str = ""
    ref: str = ""
    amount: int = 0


@dataclass(frozen=True)
class Line:
    """A deed and the points that it brought: none where the day's checks were used up."""

    deed: Deed
    quality: int
    volume: int


@dataclass(frozen=True)
class Score:
    """done: volume before its limit; reached_at: when the total became what it is, which decides between equals."""

    quality: int = 0
    volume: int = 0
    done: int = 0
    reached_at: datetime | None = None

    @property
    def total(self) -> int:
        return self.quality + self.volume


def limited(quality: int, done: int) -> int:
    """Of the volume, as much as the quality carries."""
    part, of = VOLUME_OF_QUALITY
    return min(done, quality * part // of)


def lines_of(deeds: Iterable[Deed]) -> list[Line]:
    """In the order in which it happened; of one day the first checks count, those with all proof before the others."""
    rows = list(deeds)
    counted: Counter[date] = Counter()
    paid: dict[int, bool] = {}
    for at in sorted(range(len(rows)), key=lambda at: (rows[at].kind != Kind.CLEAN, rows[at].at, rows[at].ref)):
        if rows[at].kind in CHECKS:
            counted[rows[at].day] += 1
            paid[at] = counted[rows[at].day] <= CHECKS_A_DAY
    lines = [_line(deed, paid.get(at, True)) for at, deed in enumerate(rows)]
    return sorted(lines, key=lambda line: (line.deed.at, line.deed.kind, line.deed.ref))


def _line(deed: Deed, is_paid: bool) -> Line:
    if deed.kind in CHECKS:
        return Line(deed, QUALITY[Kind(deed.kind)] * is_paid, PER_CHECK * is_paid)
    return Line(deed, deed.amount if deed.kind == Kind.APPEAL else QUALITY[Kind(deed.kind)], 0)


def score_of(deeds: Iterable[Deed]) -> Score:
    """Below zero nobody falls."""
    quality = done = 0
    score = Score()
    for line in lines_of(deeds):
        quality, done = quality + line.quality, done + line.volume
        held = max(quality, 0)
        volume = limited(held, done)
        reached_at = score.reached_at if held + volume == score.total else line.deed.at
        score = Score(held, volume, done, reached_at)
    return score


def in_order(scores: dict[int, Score]) -> list[int]:
    """Most points first, between equals who reached them earlier; nobody without points."""
    ranked = [(-score.total, score.reached_at or _EVER, pk) for pk, score in scores.items() if score.total]
    return [pk for _total, _at, pk in sorted(ranked)]
