"""What a self-inspection is worth: 100 points by the weights of what was asked, a grade, and the reasons for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from core.words import wordings
from inspections.conditions import asked
from inspections.models import Answer, Item
from partners.models import Grade, Reply

BANDS = ((90, Grade.A), (75, Grade.B), (60, Grade.C))
# From here on what is not in order has to be put right under the factory's eyes.
POOR = (Grade.C, Grade.D)
_ALL, _NONE = Decimal(1), Decimal(0)


@dataclass(frozen=True)
class Line:
    """One question that is asked; share: of its points, None where it waits for an answer."""

    item: Item
    reply: Reply | None
    share: Decimal | None

    @property
    def points(self) -> Decimal | None:
        return None if self.share is None else self.share * self.item.weight

    @property
    def lost(self) -> Decimal:
        return _NONE if self.share is None else (1 - self.share) * self.item.weight

    @property
    def is_fault(self) -> bool:
        return self.share is not None and self.item.weight > 0 and self.share < 1

    @property
    def needs_photo(self) -> bool:
        """A key item that is said to be in order."""
        return self.item.photo == Item.PhotoRule.ALWAYS or (
            self.item.photo == Item.PhotoRule.ON_PASS and self.share == _ALL
        )


@dataclass(frozen=True)
class Rating:
    lines: list[Line]
    is_capped: bool

    @property
    def answered(self) -> int:
        return sum(line.share is not None for line in self.lines)

    @property
    def score(self) -> int | None:
        """Of what is answered so far; handed in, everything is."""
        given = [line for line in self.lines if line.share is not None and line.item.weight]
        if not given:
            return None
        earned = sum((line.points or _NONE for line in given), _NONE)
        share = 100 * earned / sum(line.item.weight for line in given)
        return int(share.quantize(Decimal(1), ROUND_HALF_UP))

    @property
    def grade(self) -> str:
        return "" if self.score is None else grade_of(self.score, is_capped=self.is_capped)

    @property
    def faults(self) -> list[Line]:
        """Where points were lost, the most first."""
        return sorted((line for line in self.lines if line.is_fault), key=lambda line: -line.lost)

    @property
    def missing(self) -> int:
        """Points to the next better grade."""
        above = [least for least, _grade in BANDS if self.score is not None and least > self.score]
        return 0 if self.score is None or not above or self.is_capped else min(above) - self.score


def grade_of(score: int, *, is_capped: bool = False) -> str:
    """An open major hazard is D, whatever else is in order."""
    return Grade.D if is_capped else next((grade for least, grade in BANDS if score >= least), Grade.D)


def rate(items: Sequence[Item], replies: Mapping[int, Reply], *, has_major: bool = False) -> Rating:
    """replies: by item id. has_major: a major hazard at the company's site is open."""
    wanted = asked(items, {pk: _said(items, reply) for pk, reply in replies.items() if reply.is_answered})
    lines = [_line(item, replies.get(item.pk)) for item in items if item.pk in wanted]
    admits = any(line.item.is_urgent and line.share == _NONE for line in lines)
    return Rating(lines, has_major or admits)


def _line(item: Item, reply: Reply | None) -> Line:
    return Line(item, reply, share_of(item, reply) if reply and reply.is_answered else None)


def share_of(item: Item, reply: Reply) -> Decimal | None:
    """The first choice is worth all, the last one and a problem nothing, those between a part; shares as they are."""
    if item.kind == Item.Kind.CHOICE and reply.choice is not None and reply.choice < len(item.choices):
        if item.choices[reply.choice].get("is_fail"):
            return _NONE
        return 1 - Decimal(reply.choice) / (len(item.choices) - 1)
    if item.kind == Item.Kind.PASS_FAIL and reply.choice is not None:
        return _NONE if reply.choice else _ALL
    if item.kind == Item.Kind.NUMBER and reply.number is not None:
        return _share_of_number(item, reply.number)
    return _ALL if item.kind == Item.Kind.TEXT and reply.text else None


def _share_of_number(item: Item, number: Decimal) -> Decimal:
    if item.unit == "%":
        return min(max(number, _NONE), Decimal(100)) / 100
    is_low = item.minimum is not None and number < item.minimum
    is_high = item.maximum is not None and number > item.maximum
    return _NONE if is_low or is_high else _ALL


def _said(items: Iterable[Item], reply: Reply) -> list[str]:
    """What a condition of another question may wait for."""
    item = next((item for item in items if item.pk == reply.item_id), None)
    if item is None or reply.choice is None:
        return []
    is_fail = bool(reply.choice) if item.kind == Item.Kind.PASS_FAIL else False
    if item.kind == Item.Kind.CHOICE and reply.choice < len(item.choices):
        choice = item.choices[reply.choice]
        is_fail = bool(choice.get("is_fail"))
        words = wordings(choice)
    else:
        words = []
    return [*words, Answer.Value.FAIL if is_fail else Answer.Value.PASS]
