"""Photos as phones take them: one scene per place, each shot from a hand of its own; and copies of a shot, as cheats make.

A second shot of a scene is turned and shifted a little, in another light, with noise of its own. A copy is the same
picture saved again, shrunk, cut or brightened.
"""

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from portals.operator.demo.pictures import draw_scene

SHOT = (480, 360)
_BASE = (600, 450)
_WAYS = ("saved", "shrunk", "cut", "brightened", "all")

Draw = Callable[[str, bool], Image.Image]


@dataclass(frozen=True)
class Hand:
    """How steady and how evenly lit: standard deviations in degrees, shares of the width, and shares of the light."""

    turn: float = 1.2
    shift: float = 0.02
    zoom: float = 0.02
    light: float = 0.1
    slope: float = 0.06


@cache
def _drawn(scene: str, is_after: bool) -> Image.Image:
    return draw_scene(scene, is_after)


@cache
def _stains(number: int) -> NDArray[np.float32]:
    """Paint, dust and scratches: no wall in a workshop is of one colour."""
    rng = np.random.default_rng(number)
    total = np.zeros((_BASE[1], _BASE[0]), np.float32)
    for cells, strength in ((12, 10), (40, 7), (120, 6)):
        coarse = rng.normal(0, strength, (cells * 3 // 4, cells)).astype(np.float32)
        total += np.asarray(Image.fromarray(coarse).resize(_BASE, Image.Resampling.BICUBIC))
    return total


@cache
def _noise(number: int) -> NDArray[np.float32]:
    return np.random.default_rng(1000 + number).normal(0, 1, (SHOT[1] * 2, SHOT[0] * 2)).astype(np.float32)


@cache
def scene_at(scene: str, place: str, *, is_after: bool, draw: Draw | None = None) -> Image.Image:
    """What stands there: the drawing in the place's own colours, seen from where one stands before it."""
    rng = random.Random(f"{scene} {place}")  # noqa: S311 - the same place looks the same every time
    picture = (draw or _drawn)(scene, is_after)
    width, height = picture.size
    wide = width / rng.uniform(1.0, 1.3)
    tall = wide * height / width
    left, top = rng.uniform(0, width - wide), rng.uniform(0, height - tall)
    box = (left, top, left + wide, top + tall)
    picture = picture.resize(_BASE, Image.Resampling.BILINEAR, box=box)
    if rng.random() < 0.5:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    tint = np.array([rng.uniform(0.75, 1.05) for _colour in range(3)], np.float32)
    pixels = np.asarray(picture, dtype=np.float32)
    pixels *= tint
    pixels += _stains(rng.randrange(6))[..., None]
    return Image.fromarray(np.clip(pixels, 0, 255, out=pixels).astype(np.uint8))


def shoot(scene: Image.Image, rng: random.Random, hand: Hand | None = None) -> bytes:
    """A JPEG as one hand takes it at one moment."""
    hand = hand or Hand()
    seen = scene.transform(SHOT, Image.Transform.PERSPECTIVE, _view(rng, hand), Image.Resampling.NEAREST)
    (width, height), light = SHOT, min(1.15, max(0.7, rng.gauss(0.97, hand.light)))
    across = 1 + rng.gauss(0, hand.slope) * np.linspace(-1, 1, width, dtype=np.float32)
    down = 1 + rng.gauss(0, hand.slope) * np.linspace(-1, 1, height, dtype=np.float32)
    left, top = rng.randrange(width), rng.randrange(height)
    grain = _noise(rng.randrange(4))[top : top + height, left : left + width] * rng.uniform(2.5, 5)
    pixels = np.asarray(seen, dtype=np.float32)
    pixels *= (light * down[:, None] * across)[..., None]
    pixels += grain[..., None]
    return _saved(Image.fromarray(np.clip(pixels, 0, 255, out=pixels).astype(np.uint8)), 78)


def _view(rng: random.Random, hand: Hand) -> tuple[float, ...]:
    (width, height), (wide, tall) = SHOT, _BASE
    scale = wide / width * 0.9 * (1 + rng.gauss(0, hand.zoom))
    angle = np.radians(rng.gauss(0, hand.turn))
    cos, sin = float(np.cos(angle) * scale), float(np.sin(angle) * scale)
    x, y = wide * (0.5 + rng.gauss(0, hand.shift)), tall * (0.5 + rng.gauss(0, hand.shift))
    tilt = (rng.gauss(0, 2e-5), rng.gauss(0, 2e-5))
    return (
        cos, -sin, x - cos * width / 2 + sin * height / 2,
        sin, cos, y - sin * width / 2 - cos * height / 2,
        *tilt,
    )  # fmt: skip


def copy_of(content: bytes, rng: random.Random, way: str = "") -> bytes:
    """The same shot, saved again in one of the ways; without one named, in any."""
    way = way or rng.choice(_WAYS)
    image = Image.open(io.BytesIO(content)).convert("RGB")
    if way in ("cut", "all"):
        left, top, right, bottom = (rng.uniform(0.005, 0.04) for _side in range(4))
        width, height = image.size
        image = image.crop((int(left * width), int(top * height), int((1 - right) * width), int((1 - bottom) * height)))
    if way in ("shrunk", "all"):
        share = rng.uniform(0.6, 0.9)
        image = image.resize((int(image.width * share), int(image.height * share)), Image.Resampling.LANCZOS)
    if way in ("brightened", "all"):
        factor = rng.uniform(0.8, 1.25)
        image = image.point(lambda grey: min(255, int(grey * factor)))
    return _saved(image, rng.randint(50, 85))


def _saved(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()
