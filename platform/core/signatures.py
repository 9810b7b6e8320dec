"""A signature drawn with the finger: the lines as the page sends them, drawn here; an empty box is no signature."""

import json
from itertools import pairwise
from math import dist
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image, ImageDraw

from core.attachments import keep_picture
from core.errors import DomainError
from core.models import Attachment

WIDTH, HEIGHT = 660, 264
# In the picture's own pixels: a dot or a short dash is nobody's name.
SHORTEST = 150
MOST_POINTS, PEN, INK = 20_000, 6, "#14201b"
Lines = list[list[tuple[float, float]]]


def keep_signature(strokes: str, *, by: Any, name: str = "") -> Attachment:
    """strokes: JSON, lines of points [x, y], both from 0 to 1 across the box."""
    lines = _lines(strokes)
    if sum(dist(*pair) for line in lines for pair in pairwise(line)) < SHORTEST:
        raise DomainError(_("The box is empty. Sign in it with your finger first."))
    picture = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(picture)
    for line in lines:
        draw.line(line, fill=INK, width=PEN, joint="curve")
    return keep_picture(picture, name=f"{name or 'signature'}.jpg"[-200:], by=by)


def _lines(strokes: str) -> Lines:
    refusal = DomainError(_("The signature cannot be read. Sign once more."))
    try:
        said = json.loads(strokes or "[]")
        lines = [[(float(x) * WIDTH, float(y) * HEIGHT) for x, y in line] for line in said]
    except (ValueError, TypeError, RecursionError):
        raise refusal from None
    points = [point for line in lines for point in line]
    if len(points) > MOST_POINTS or not all(-1 <= x <= WIDTH + 1 and -1 <= y <= HEIGHT + 1 for x, y in points):
        raise refusal
    return [line for line in lines if len(line) > 1]
