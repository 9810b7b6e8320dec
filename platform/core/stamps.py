"""What is printed on the copy of a photo that people see: when, who, where."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from tenants.current import current_factory

FONT = "NotoSansSC-Regular.ttf"
# Below this the two clocks count as one; above it the phone's own time is printed too.
TOLERANCE = timedelta(minutes=5)
_BETWEEN = " · "
_LENGTH = 200


def stamp_text(words: str, *, by: Any, received_at: datetime, taken_at: datetime | None) -> str:
    """Our time of receipt, the phone's beside it where they differ, who, and the caller's words: what and where."""
    when = _local(received_at)
    if taken_at and abs(taken_at - received_at) > TOLERANCE:
        when = _("%(ours)s (phone: %(phone)s)") % {"ours": when, "phone": _local(taken_at)}
    return _BETWEEN.join(filter(None, (when, getattr(by, "name", ""), words)))[:_LENGTH]


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(current_factory().time_zone)):%Y-%m-%d %H:%M}"


def print_stamp(picture: Image.Image, text: str) -> None:
    """A darkened strip at the lower edge with the text in white; what lies below stays visible as a shadow."""
    size = max(11, min(picture.size) // 24)
    font, margin, line = _font(size), size // 2, size * 5 // 4
    lines = list(_lines(text, font, picture.width - 2 * margin))
    top = max(0, picture.height - len(lines) * line - margin)
    strip = picture.crop((0, top, picture.width, picture.height)).point(lambda value: value // 4)
    draw = ImageDraw.Draw(strip)
    for number, words in enumerate(lines):
        draw.text((margin, number * line + margin // 2), words, font=font, fill="white")
    picture.paste(strip, (0, top))


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(Path(settings.PDF_FONT_DIR) / FONT), size)


def _lines(text: str, font: ImageFont.FreeTypeFont, width: int) -> Iterator[str]:
    """Breaks between the parts where that is enough, else wherever the line is full."""
    line = ""
    for part in text.split(_BETWEEN):
        longer = f"{line}{_BETWEEN}{part}" if line else part
        if font.getlength(longer) <= width:
            line = longer
            continue
        if line:
            yield line
        *full, line = _cut(part, font, width)
        yield from full
    yield line


def _cut(part: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    pieces = [""]
    for letter in part:
        if pieces[-1] and font.getlength(pieces[-1] + letter) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces
