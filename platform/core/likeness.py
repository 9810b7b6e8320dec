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
# in 97 of 100 cases, second shots of one scene stay above in 99 of 100; benchmarks/authenticity.py counts both.
SAME_SHOT = 0.03
# Bits of 64 that cropping, shrinking and brightening change at most; beyond, pixels are not looked at.
ALIKE_BITS = 14

SIDE = 192
_BLUR = 2.0  # pixels; what is finer is lost by saving again anyway
# Coarse to fine: side of the pictures, of the grid they are compared on, rounds; who goes on: how many, how alike.
_LEVELS = ((24, 24, 8, 6, 0.2), (48, 48, 4, 3, 0.12), (SIDE, 96, 4, 1, 1.0))
_UNMOVED = np.array([1.0, 0.0, 1.0, 0.0])
_WHITE, _BLACK = 244, 5
_TONE = 6  # greys that count as one tone
_BLOCK = 8
_NOISE = 4.0  # variance that a block has from noise alone
_CORNERS = 0.7  # share of the blocks that must agree


def read(content: bytes) -> tuple[int, Look] | None:
    """64 bits of hash, signed as the database keeps them, and the picture as SIDE × SIDE greys; None for no picture."""
    image = _one_channel(content)
    if image is None:
        return None
    bits = int(str(imagehash.phash(image)), 16)
    small = image.resize((SIDE, SIDE), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(_BLUR))
    return bits - 2**64 if bits >= 2**63 else bits, np.asarray(small)


def phash_of(content: bytes) -> int | None:
    found = read(content)
    return found[0] if found else None


def closest(one: Look, others: Sequence[Look]) -> tuple[int, float] | None:
    """Which of the others is likeliest the same shot, and the share of contrast that crop and tone leave over.

    None where already a rough look says that it is none of them.
    """
    stack, warp = np.array(others, dtype=np.float32).reshape(-1, SIDE, SIDE), np.tile(_UNMOVED, (len(others), 1))
    numbers, left = np.arange(len(others)), np.zeros(len(others))
    for side, grid, rounds, few, enough in _LEVELS:
        if not len(stack):
            return None
        mine, theirs = _at_grid(_shrink(one[None].astype(np.float32), side), grid)[0], _shrink(stack, side)
        warp = _fit(mine, theirs, warp, rounds)
        left = np.array(_left_over(mine, theirs, warp))
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


def _shrink(stack: NDArray, side: int) -> NDArray:
    step = SIDE // side
    return stack.reshape(len(stack), side, step, side, step).mean(axis=(2, 4))


@cache
def _line(side: int) -> NDArray:
    return np.linspace(-1, 1, side)


def _weights(scale: NDArray, shift: NDArray, side: int, grid: int) -> tuple[NDArray, NDArray]:
    """Per picture a matrix that samples a line of pixels at scale · x + shift, and which samples lie inside."""
    at = (scale[:, None] * _line(grid) + shift[:, None] + 1) * (side - 1) / 2
    inside = (at >= 0) & (at <= side - 1)
    distance = np.abs(at[:, :, None] - np.arange(side))
    return np.maximum(0, 1 - distance), inside


def _sampled(stack: NDArray, warp: NDArray, grid: int) -> tuple[NDArray, NDArray]:
    side = stack.shape[-1]
    across, is_in_x = _weights(warp[:, 0], warp[:, 1], side, grid)
    down, is_in_y = _weights(warp[:, 2], warp[:, 3], side, grid)
    return down @ stack @ across.transpose(0, 2, 1), is_in_y[:, :, None] & is_in_x[:, None, :]


def _at_grid(stack: NDArray, grid: int) -> NDArray:
    return _sampled(stack, _UNMOVED[None], grid)[0]


def _fit(one: NDArray, stack: NDArray, warp: NDArray, rounds: int) -> NDArray:
    """Gauss-Newton for where the picture lies in each other one, together with gain and offset of its tone."""
    count, side, grid = len(stack), stack.shape[-1], one.shape[-1]
    slope_y, slope_x = np.gradient(stack, 2 / (side - 1), axis=(1, 2))
    line, step = _line(grid), 2 / (grid - 1)
    for _round in range(rounds):
        seen, mask = _comparable(one, stack, warp)
        gain, offset = _tone(seen, one, mask)
        by_x, by_y = (gain * _sampled(slope, warp, grid)[0] for slope in (slope_x, slope_y))
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
    return np.clip(warp, low, high)


def _tone(seen: NDArray, one: NDArray, mask: NDArray) -> tuple[NDArray, NDArray]:
    count = np.maximum(mask.sum(axis=(1, 2), keepdims=True), 1)
    mean = (seen * mask).sum(axis=(1, 2), keepdims=True) / count
    mean_one = (one * mask).sum(axis=(1, 2), keepdims=True) / count
    spread = ((seen - mean) ** 2 * mask).sum(axis=(1, 2), keepdims=True) + 1e-6
    gain = ((seen - mean) * (one - mean_one) * mask).sum(axis=(1, 2), keepdims=True) / spread
    return gain, mean_one - gain * mean


def _left_over(one: NDArray, stack: NDArray, warp: NDArray) -> list[float]:
    seen, mask = _comparable(one, stack, warp)
    return [_unexplained(seen[n], one, mask[n]) for n in range(len(stack))]


def _comparable(one: NDArray, stack: NDArray, warp: NDArray) -> tuple[NDArray, NDArray]:
    seen, inside = _sampled(stack, warp, one.shape[-1])
    return seen, inside & ~_burnt(one[None]) & ~_burnt(seen)


def _burnt(stack: NDArray) -> NDArray:
    """Where a picture is white or black through and through, and the pixels beside: there is nothing to compare."""
    burnt = np.pad((stack >= _WHITE) | (stack <= _BLACK), ((0, 0), (2, 2), (2, 2)))
    side = stack.shape[-1]
    return np.any([burnt[:, y : y + side, x : x + side] for y in range(5) for x in range(5)], axis=0)


def _unexplained(seen: NDArray, one: NDArray, mask: NDArray) -> float:
    """The worst but a few of the blocks, after the best curve of tones: of a copy nearly every corner agrees."""
    if mask.sum() < mask.size // 4 or one[mask].std() < 1 or seen[mask].std() < 1:
        return 1.0
    rest = np.zeros_like(one)
    rest[mask] = _off_tone(seen[mask], one[mask])
    count, total, squares = _sums(mask), _sums(one * mask), _sums(one**2 * mask)
    variance = squares - total**2 / np.maximum(count, 1)
    share = _sums(rest**2) / (variance + _NOISE * np.maximum(count, 1))
    seen_enough = count >= _BLOCK * _BLOCK // 2
    return float(np.quantile(share[seen_enough], _CORNERS)) if seen_enough.any() else 1.0


def _off_tone(seen: NDArray, one: NDArray) -> NDArray:
    gain, offset = np.polyfit(seen, one, 1)
    rest = one - gain * seen - offset
    tones = (seen / _TONE).astype(int)
    return rest - (np.bincount(tones, rest) / np.maximum(np.bincount(tones), 1))[tones]


def _sums(values: NDArray) -> NDArray:
    blocks = len(values) // _BLOCK
    return values.reshape(blocks, _BLOCK, blocks, _BLOCK).sum(axis=(1, 3))
