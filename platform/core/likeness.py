"""Whether two photos are one and the same shot: cropped, shrunk, brightened or saved again, but never taken twice.

A perceptual hash finds what looks alike, and so finds every honest photo of the same nameplate too. What tells a copy
from a second shot is left over once crop and brightness are fitted away: nearly nothing for a copy, while a hand that
held the phone again leaves a turn, another light and other noise.
"""

import io
from collections.abc import Sequence
from functools import cache

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

Look = NDArray[np.uint8]

# Up to this unexplained share it is the same shot. Copies that were saved again, shrunk, cropped or brightened stay below
# in 9 of 10 cases, second shots of one scene stay above in 99 of 100; benchmarks/authenticity.py counts both.
SAME_SHOT = 0.032
# The same picture with nothing new in it: up to this share in all blocks but a few. A place that was fixed and then shot
# from where the first photo was taken differs at least there, however steady the hand.
SAME_PICTURE = 0.08
# Bits of 64 that cropping, shrinking and brightening change at most; beyond, pixels are not looked at.
ALIKE_BITS = 14

SIDE = 192
_BLUR = 2.0  # pixels; what is finer is lost by saving again anyway
# Coarse to fine: side of the pictures, of the grid they are compared on, rounds; who goes on: how many, how alike.
# Of a hundred copies 98 pass each of the first two; of the honest shots a third pass the first and few the second.
_LEVELS = ((24, 24, 2, 3, 0.2), (48, 48, 2, 1, 0.085), (SIDE, 96, 3, 1, 1.0))
_UNMOVED = np.array([1.0, 0.0, 1.0, 0.0], np.float32)
_WHITE, _BLACK = 244, 5
_TONE = 6  # greys that count as one tone
_BLOCK = 8
_NOISE = 4.0  # variance that a block has from noise alone
_CORNERS = 0.7  # share of the blocks that must agree, for the same shot
_EVERYWHERE = 0.95  # for the same picture


def phash_of(content: bytes) -> int | None:
    """64 bits, signed as the database keeps them; None for no picture."""
    image = _one_channel(content)
    if image is None:
        return None
    bits = int(str(imagehash.phash(image)), 16)
    return bits - 2**64 if bits >= 2**63 else bits


def look_of(content: bytes) -> Look | None:
    """The picture as SIDE × SIDE greys; None for no picture."""
    image = _one_channel(content)
    if image is None:
        return None
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(_BLUR)))


def is_same_picture(one: Look, other: Look) -> bool:
    """Saved again, shrunk or brightened, and nothing else: a place that changed is another picture."""
    found = closest(one, [other], agree=_EVERYWHERE)
    return found is not None and found[1] <= SAME_PICTURE


def closest(one: Look, others: Sequence[Look], *, agree: float = _CORNERS) -> tuple[int, float] | None:
    """Which of the others is likeliest the same shot, and the share of contrast that crop and tone leave over.

    None where already a rough look says that it is none of them.
    """
    stack, warp = np.array(others, dtype=np.uint8).reshape(-1, SIDE, SIDE), np.tile(_UNMOVED, (len(others), 1))
    numbers, left = np.arange(len(others)), np.zeros(len(others))
    for side, grid, rounds, few, enough in _LEVELS:
        if not len(stack):
            return None
        mine, theirs = _at_grid(_shrink(one[None], side), grid)[0], _shrink(stack, side)
        warp = _fit(mine, theirs, warp, rounds)
        left = _left_over(mine, theirs, warp, agree=agree if side == SIDE else None)
        best = [number for number in np.argsort(left)[:few] if left[number] <= enough]
        stack, warp, numbers, left = stack[best], warp[best], numbers[best], left[best]
    return (int(numbers[0]), float(left[0])) if len(numbers) else None


def _one_channel(content: bytes) -> Image.Image | None:
    """Green alone: brightening burns out each colour by itself, which no mixture of them would forgive."""
    try:
        image = Image.open(io.BytesIO(content))
        image.draft("RGB", (2 * SIDE, 2 * SIDE))
        return ImageOps.exif_transpose(image).convert("RGB").getchannel("G")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        return None


def _shrink(stack: NDArray[np.uint8], side: int) -> NDArray:
    step = SIDE // side
    rows = stack.reshape(len(stack), side, step, SIDE).sum(axis=2, dtype=np.uint16)
    return rows.reshape(len(stack), side, side, step).sum(axis=3, dtype=np.float32) / step**2


@cache
def _line(side: int) -> NDArray:
    return np.linspace(-1, 1, side, dtype=np.float32)


def _places(scale: NDArray, shift: NDArray, side: int, grid: int) -> tuple[NDArray, NDArray]:
    """Per picture how much of each pixel a sample at scale · x + shift is made of, and which samples lie inside."""
    at = (scale[:, None] * _line(grid) + shift[:, None] + 1) * np.float32((side - 1) / 2)
    shares = 1 - np.abs(at[:, :, None] - np.arange(side, dtype=np.float32))
    return np.maximum(shares, 0, out=shares), (at >= 0) & (at <= side - 1)


def _sampled(stacks: Sequence[NDArray], warp: NDArray, grid: int) -> tuple[list[NDArray], NDArray]:
    """Several pictures of the same places, and where there is any picture."""
    side = stacks[0].shape[-1]
    across, is_in_x = _places(warp[:, 0], warp[:, 1], side, grid)
    down, is_in_y = _places(warp[:, 2], warp[:, 3], side, grid)
    across = across.transpose(0, 2, 1)
    return [down @ stack @ across for stack in stacks], is_in_y[:, :, None] & is_in_x[:, None, :]


def _at_grid(stack: NDArray, grid: int) -> NDArray:
    return _sampled([stack], _UNMOVED[None], grid)[0][0]


def _fit(one: NDArray, stack: NDArray, warp: NDArray, rounds: int) -> NDArray:
    """Gauss-Newton for where the picture lies in each other one, together with gain and offset of its tone."""
    count, side, grid = len(stack), stack.shape[-1], one.shape[-1]
    slopes = np.gradient(stack, 2 / (side - 1), axis=(1, 2))
    line, step, is_plain = _line(grid), 2 / (grid - 1), ~_burnt(one[None])
    for _round in range(rounds):
        (seen, slope_y, slope_x), inside = _sampled([stack, *slopes], warp, grid)
        mask = inside & is_plain & ~_burnt(seen)
        gain, offset = _tone(seen, one, mask)
        by_x, by_y = gain * slope_x, gain * slope_y
        parts = [by_x * line[None, None, :], by_x, by_y * line[None, :, None], by_y, seen, np.ones_like(seen)]
        columns = (np.stack(parts, axis=1) * mask[:, None]).reshape(count, 6, -1)
        rest = ((one - gain * seen - offset) * mask).reshape(count, -1, 1)
        normal = columns @ columns.transpose(0, 2, 1) + 1e-6 * np.eye(6)
        change = np.linalg.solve(normal, columns @ rest)[:, :4, 0]
        warp = _within(warp + np.clip(change, -4 * step, 4 * step))
    return warp


def _within(warp: NDArray) -> NDArray:
    """A copy shows most of the shot; what would need more than a third cut away is another picture."""
    low, high = np.array([0.65, -0.4, 0.65, -0.4]), np.array([1.5, 0.4, 1.5, 0.4])
    return np.clip(warp, low, high).astype(np.float32)


def _tone(seen: NDArray, one: NDArray, mask: NDArray) -> tuple[NDArray, NDArray]:
    count = np.maximum(mask.sum(axis=(1, 2), keepdims=True, dtype=np.float32), 1)
    mean = (seen * mask).sum(axis=(1, 2), keepdims=True) / count
    mean_one = (one * mask).sum(axis=(1, 2), keepdims=True) / count
    spread = ((seen - mean) ** 2 * mask).sum(axis=(1, 2), keepdims=True) + 1e-6
    gain = ((seen - mean) * (one - mean_one) * mask).sum(axis=(1, 2), keepdims=True) / spread
    return gain, mean_one - gain * mean


def _left_over(one: NDArray, stack: NDArray, warp: NDArray, *, agree: float | None) -> NDArray:
    """Of each other picture the worst but a few of its blocks: of a copy nearly every corner agrees.

    agree: share of the blocks that must; None for a first look at a shrunk picture.
    """
    (seen,), inside = _sampled([stack], warp, one.shape[-1])
    mask = inside & ~_burnt(one[None]) & ~_burnt(seen)
    gain, offset = _tone(seen, one, mask)
    rest = (one - gain * seen - offset) * mask
    if agree is not None:
        rest = np.stack([_off_tone(*of_one) for of_one in zip(rest, seen, mask, strict=True)])
    count, total, squares = _sums(mask), _sums(one * mask), _sums(one**2 * mask)
    variance = squares - total**2 / np.maximum(count, 1)
    share = _sums(rest**2) / (variance + _NOISE * np.maximum(count, 1))
    share = np.where(count >= _BLOCK * _BLOCK // 2, share, np.inf)
    share.sort(axis=1)
    last = (count >= _BLOCK * _BLOCK // 2).sum(axis=1) * (agree or _CORNERS)
    left = np.take_along_axis(share, last.astype(int)[:, None], 1)[:, 0]
    is_empty = (mask.mean(axis=(1, 2)) < 0.25) | _is_blank(seen, mask) | (one.std() < 1)
    return np.where(is_empty, 1.0, left)


def _is_blank(seen: NDArray, mask: NDArray) -> NDArray:
    """A wall of one colour looks like any other."""
    return np.array([grey[inside].std() < 1 if inside.any() else True for grey, inside in zip(seen, mask, strict=True)])


def _off_tone(rest: NDArray, seen: NDArray, mask: NDArray) -> NDArray:
    """Without what the best curve of tones explains, which also stands for a gamma or for lights that burnt out."""
    tones = (seen / _TONE).astype(int)
    weights = np.bincount(tones[mask])
    means = np.bincount(tones[mask], rest[mask]) / np.maximum(weights, 1)
    return (rest - means[np.minimum(tones, len(means) - 1)]) * mask if len(means) else rest


def _sums(values: NDArray) -> NDArray:
    blocks = values.shape[-1] // _BLOCK
    return values.reshape(len(values), blocks, _BLOCK, blocks, _BLOCK).sum(axis=(2, 4)).reshape(len(values), -1)


def _burnt(stack: NDArray) -> NDArray:
    """Where a picture is white or black through and through, and the pixels beside: there is nothing to compare."""
    burnt = (stack >= _WHITE) | (stack <= _BLACK)
    if not burnt.any():
        return burnt
    burnt = np.pad(burnt, ((0, 0), (2, 2), (2, 2)))
    side = stack.shape[-1]
    down = np.any([burnt[:, y : y + side] for y in range(5)], axis=0)
    return np.any([down[:, :, x : x + side] for x in range(5)], axis=0)
