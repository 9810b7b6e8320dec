"""Copies of a shot are found, second shots of the same scene are not, also with photos that nothing was tuned on."""

import io

from PIL import Image

from benchmarks.authenticity import of_other_photos
from core import likeness


def test_copies_and_second_shots_are_told_apart():
    counts = [of_other_photos(shots=8, seed=seed) for seed in (1, 2, 3)]
    assert sum(copies.found for copies, _wronged in counts) >= 0.9 * sum(copies.of for copies, _wronged in counts)
    assert sum(wronged.found for _copies, wronged in counts) <= 1


def blank(grey: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), (grey, grey, grey)).save(out, "JPEG")
    return out.getvalue()


def test_walls_of_one_colour_are_no_copies_of_each_other():
    one = likeness.look_of(blank(120))
    other = likeness.look_of(blank(130))
    found = likeness.closest(one, [other])
    assert found is None or found[1] > likeness.SAME_SHOT


def test_there_is_nothing_close_among_none():
    one = likeness.look_of(blank(120))
    assert likeness.closest(one, []) is None
