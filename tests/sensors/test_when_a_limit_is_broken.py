"""Judging a series: so many in a row to open, so many safely within to end, and the order of arrival says nothing."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.judging import Verdict, breaks, is_well, judge, worst
from sensors.models import Direction, Threshold


def limit(direction: str = Direction.ABOVE, low: float | None = None, high: float | None = 100, **more) -> Threshold:
    return Threshold(direction=direction, low=low, high=high, **more)


def stands(values: Sequence[float], rule: Threshold) -> bool:
    return judge(values, 0, rule, begins=False, stands=False).is_open


@pytest.mark.parametrize(
    ("rule", "broken", "not_broken"),
    [
        (limit(), 100.1, 100),
        (limit(Direction.REACHES), 100, 99.9),
        (limit(Direction.BELOW, 45, None), 44.9, 45),
        (limit(Direction.OUTSIDE, 19.5, 23.5), 19.4, 19.5),
        (limit(Direction.OUTSIDE, 19.5, 23.5), 23.6, 23.5),
    ],
)
def test_what_breaks_a_limit(rule, broken, not_broken):
    assert breaks(broken, rule)
    assert not breaks(not_broken, rule)


@pytest.mark.parametrize(
    ("rule", "well", "not_well"),
    [
        (limit(), 94.9, 95),
        (limit(Direction.REACHES, None, 25), 23.7, 23.75),
        (limit(Direction.BELOW, 40, None), 42.1, 42),
        (limit(Direction.OUTSIDE, 19.5, 23.5), 20.9, 20.4),
        (limit(Direction.ABOVE, None, -10), -10.6, -10.5),
    ],
)
def test_it_is_over_only_five_percent_within_the_limit(rule, well, not_well):
    assert is_well(well, rule)
    assert not is_well(not_well, rule)


def test_one_reading_is_not_enough_unless_the_rule_says_so():
    assert not stands([101], limit())
    assert not stands([101, 99, 101], limit())
    assert stands([101, 102], limit())
    assert stands([101], limit(consecutive=1))


def test_it_is_over_after_three_in_a_row_that_are_well_within():
    opened = [101, 102]
    assert stands([*opened, 90, 90], limit())
    assert stands([*opened, 90, 90, 96, 90, 90], limit()), "just under the limit is not within"
    assert not stands([*opened, 90, 90, 90], limit())
    assert stands([*opened, 98, 97, 99, 98], limit()), "hysteresis: it neither opens nor ends in between"


def test_a_peak_within_one_batch_is_an_alarm_that_is_over():
    assert judge([20, 60, 20, 20, 20], 0, limit(consecutive=1, high=50), begins=False, stands=False) == Verdict(
        1, False
    )


def test_what_comes_late_opens_nothing_that_newer_readings_have_ended():
    late = [101, 102, 90, 90, 90]
    assert judge(late, len(late), limit(), begins=False, stands=False) == Verdict(None, False)


def test_what_comes_late_completes_a_run_that_still_stands():
    assert judge([101, 102], 2, limit(), begins=False, stands=False) == Verdict(1, True)


def test_the_worst_is_the_one_farthest_out():
    assert worst([101, 140, 99], limit()) == 140
    assert worst([44, 31, 46], limit(Direction.BELOW, 45, None)) == 31
    assert worst([20, 17, 24], limit(Direction.OUTSIDE, 19.5, 23.5)) == 17


VALUES = st.lists(st.sampled_from([80.0, 94.0, 97.0, 101.0, 120.0]), min_size=1, max_size=25)


@given(VALUES, st.integers(1, 3), st.integers(1, 4), st.integers(0, 25))
def test_where_it_stands_at_the_end_does_not_depend_on_what_was_new(values, consecutive, clear_after, fresh):
    rule = limit(consecutive=consecutive, clear_after=clear_after)
    whole = judge(values, 0, rule, begins=False, stands=False)
    part = judge(values, fresh, rule, begins=False, stands=False)
    assert part.is_open == whole.is_open
    assert judge(values, fresh, rule, begins=False, stands=True) == Verdict(None, whole.is_open)
    assert part.opened is None or part.opened >= min(fresh, len(values) - 1)
    assert part.opened is not None or not part.is_open
