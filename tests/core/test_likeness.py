"""Copies of a shot are found, second shots of the same scene are not, also with photos that nothing was tuned on."""

import io

import pytest
from PIL import Image

from benchmarks.authenticity import of_other_photos
from core import likeness


@pytest.mark.parametrize("seed", [1, 2])
def test_copies_and_second_shots_are_told_apart(seed):
    copies, wronged = of_other_photos(shots=8, seed=seed)
    assert copies.found >= copies.of * 0.9
    assert wronged.found <= 1


def blank(grey: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), (grey, grey, grey)).save(out, "JPEG")
    return out.getvalue()


def test_walls_of_one_colour_are_no_copies_of_each_other():
    _hash, one = likeness.read(blank(120))
    _hash, other = likeness.read(blank(130))
    found = likeness.closest(one, [other])
    assert found is None or found[1] > likeness.SAME_SHOT


def test_there_is_nothing_close_among_none():
    _hash, one = likeness.read(blank(120))
    assert likeness.closest(one, []) is None
