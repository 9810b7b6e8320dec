"""How points are made, whatever people do: quality decides, tapping through brings nothing, order and numbers are fair."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adoption.scoring import CHECKS, CHECKS_A_DAY, Deed, Kind, Score, in_order, lines_of, score_of

pytestmark = pytest.mark.spread
BEGIN = datetime(2026, 10, 1, tzinfo=UTC)
KINDS = st.sampled_from([Kind.FOUND, Kind.GRADUATED, Kind.FIXED, Kind.CLEAN, Kind.CHECK, Kind.RETURNED])
DEEDS = st.lists(st.tuples(KINDS, st.integers(0, 30 * 24 * 60)), max_size=60)


def deed(kind: str, minute: int, number: int = 0) -> Deed:
    at = BEGIN + timedelta(minutes=minute)
    return Deed(kind, at, at.date(), ref=f"run:{number}")


def deeds(rows) -> list[Deed]:
    return [deed(kind, minute, number) for number, (kind, minute) in enumerate(rows)]


@given(DEEDS)
def test_volume_is_at_most_forty_per_cent(rows):
    score = score_of(deeds(rows))
    assert 0 <= score.volume * 5 <= score.total * 2


@given(st.integers(0, 500), st.integers(0, 29))
def test_whoever_only_taps_through_has_nothing(n, days):
    taps = [deed(Kind.CHECK, day * 24 * 60 + minute, minute) for day in range(days) for minute in range(n % 40)]
    assert score_of(taps).total == 0


@given(DEEDS, st.integers(0, 29), st.integers(1, 30))
def test_of_one_day_only_so_many_checks_count(rows, day, n):
    full = deeds(rows) + [deed(Kind.CLEAN, day * 24 * 60 + 1, 100 + at) for at in range(CHECKS_A_DAY)]
    more = full + [deed(Kind.CLEAN, day * 24 * 60 + 2, 200 + at) for at in range(n)]
    assert score_of(more).total == score_of(full).total
    by_day: dict = {}
    for line in lines_of(more):
        if line.deed.kind in CHECKS:
            by_day[line.deed.day] = by_day.get(line.deed.day, 0) + line.volume
    assert max(by_day.values()) <= CHECKS_A_DAY


@given(DEEDS, st.randoms())
def test_the_order_in_which_rows_are_read_does_not_matter(rows, random):
    there, shuffled = deeds(rows), deeds(rows)
    random.shuffle(shuffled)
    assert score_of(there) == score_of(shuffled)


@given(DEEDS, st.sampled_from([Kind.FOUND, Kind.CLEAN, Kind.CHECK, Kind.FIXED]), st.integers(0, 30 * 24 * 60))
def test_what_is_well_done_never_costs_points(rows, kind, minute):
    assert score_of([*deeds(rows), deed(kind, minute, 999)]).total >= score_of(deeds(rows)).total


@given(st.lists(st.integers(0, 30 * 24 * 60), min_size=10, max_size=10))
def test_one_hazard_found_first_is_worth_more_than_ten_clean_checks(minutes):
    checks = [deed(Kind.CLEAN, minute, number) for number, minute in enumerate(minutes)]
    assert score_of([deed(Kind.FOUND, 0)]).total > score_of(checks).total


def test_a_fix_that_is_returned_counts_against_and_nobody_falls_below_zero():
    assert score_of([deed(Kind.FOUND, 0), deed(Kind.RETURNED, 1)]).total == 15
    assert score_of([deed(Kind.RETURNED, 1)]).total == 0


def test_between_equals_whoever_reached_it_earlier_is_in_front():
    early = score_of([deed(Kind.FOUND, 10)])
    late = score_of([deed(Kind.FOUND, 20)])
    assert in_order({1: late, 2: early, 3: Score()}) == [2, 1]


def test_it_was_reached_when_the_total_became_what_it_is():
    score = score_of([deed(Kind.FOUND, 0), deed(Kind.RETURNED, 5), deed(Kind.CHECK, 7)])
    assert (score.total, score.reached_at) == (16, BEGIN + timedelta(minutes=7))
