"""The answers of a run as the phone sends them: fields are named <what>-<item id>."""

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.http import HttpRequest
from django.utils.translation import gettext as _

from core.models import Attachment
from hazards.models import Level
from inspections.actions import Given
from inspections.models import Item, Run
from portals.field.forms.gauge import Gauge, gauge_of
from portals.photos import moment, stamp_of, take_photos, take_voice

# What the column of an answer holds.
LARGEST = Decimal("99999999.9999")


@dataclass
class Row:
    """One item with what was answered, for the page."""

    item: Item
    value: str = ""
    number: str = ""
    text: str = ""
    level: str = ""
    stopped: str = ""
    answered_at: str = ""
    photos: list[Attachment] = field(default_factory=list)
    voice: Attachment | None = None
    errors: list[str] = field(default_factory=list)

    @property
    def photos_name(self) -> str:
        return f"photos-{self.item.pk}"

    @property
    def voice_name(self) -> str:
        return f"voice-{self.item.pk}"

    @property
    def level_name(self) -> str:
        return f"level-{self.item.pk}"

    @property
    def step(self) -> str:
        """By how much the plus and minus buttons change the number: a unit of its last digit."""
        digits = -int((self.item.maximum or self.item.minimum or Decimal(1)).normalize().as_tuple().exponent)
        return f"{Decimal(1).scaleb(-digits):f}" if digits > 0 else "1"

    @property
    def gauge(self) -> Gauge | None:
        return gauge_of(self.item, _number(self))


def empty_rows(run: Run) -> list[Row]:
    return [Row(item) for item in _items(run)]


def read_rows(request: HttpRequest, run: Run) -> list[Row]:
    stamp = stamp_of(run.place)
    return [_read(request, item, stamp) for item in _items(run)]


def as_given(rows: list[Row]) -> list[Given]:
    return [
        Given(
            item=row.item,
            value=row.value,
            number=_number(row),
            text=row.text,
            photos=tuple(row.photos),
            voice=row.voice,
            level=row.level,
            is_machine_stopped={"yes": True, "no": False}.get(row.stopped),
            answered_at=moment(row.answered_at),
        )
        for row in rows
    ]


def _items(run: Run) -> list[Item]:
    return list(run.checklist.items.select_related("category"))


def _read(request: HttpRequest, item: Item, stamp: str) -> Row:
    def sent(what: str, length: int = 40) -> str:
        return request.POST.get(f"{what}-{item.pk}", "").replace("\0", "").strip()[:length]

    taken = take_photos(request, Row(item).photos_name, stamp=stamp)
    voice, faults = take_voice(request, Row(item).voice_name)
    row = Row(
        item,
        value=sent("value"),
        number=sent("number").replace("，", ".").replace(",", "."),
        text=sent("text", 2000),
        level=sent("level") if sent("level") in Level.values else "",
        stopped=sent("stopped"),
        answered_at=sent("answered_at"),
        photos=taken.photos,
        voice=voice,
        errors=taken.errors + faults,
    )
    if row.number and _number(row) is None:
        row.errors.append(_("“%(number)s” is not a number.") % {"number": row.number})
    return row


def _number(row: Row) -> Decimal | None:
    try:
        number = Decimal(row.number)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) <= LARGEST else None
