"""Which items are asked: one rule for the phone, the server and the designer."""

from hypothesis import given
from hypothesis import strategies as st

from inspections.conditions import asked, possible_answers
from inspections.models import Item


def item(position: int, after: int | None = None, value: str = "", **more) -> Item:
    return Item(pk=position * 10, position=position, only_if_position=after, only_if_value=value, **more)


def test_without_conditions_everything_is_asked():
    assert asked([item(1), item(2)], {}) == {10, 20}


def test_an_item_waits_for_its_answer():
    items = [item(1), item(2, 1, "fail")]
    assert asked(items, {}) == {10}
    assert asked(items, {10: ["pass"]}) == {10}
    assert asked(items, {10: ["fail"]}) == {10, 20}


def test_not_running_today_is_an_answer_that_can_be_waited_for():
    assert asked([item(1), item(2, 1, "not_in_use")], {10: ["not_in_use"]}) == {10, 20}


def test_a_choice_counts_in_whichever_language_it_was_read():
    choices = [{"zh": "完好", "en": "sound"}, {"zh": "裂了", "en": "cracked", "is_fail": True}]
    items = [item(1, kind="choice", choices=choices), item(2, 1, "裂了")]
    assert asked(items, {10: ["fail", "cracked"]}) == {10, 20}
    assert asked(items, {10: ["fail", "裂了"]}) == {10, 20}
    assert asked(items, {10: ["pass", "sound"]}) == {10}


def test_what_looks_at_an_item_that_was_not_asked_is_not_asked():
    items = [item(1), item(2, 1, "fail"), item(3, 2, "pass")]
    assert asked(items, {10: ["pass"], 20: ["pass"]}) == {10}
    assert asked(items, {10: ["fail"], 20: ["pass"]}) == {10, 20, 30}


def test_the_order_in_which_they_come_does_not_matter():
    items = [item(3, 2, "pass"), item(1), item(2, 1, "fail")]
    assert asked(items, {10: ["fail"], 20: ["pass"]}) == {10, 20, 30}


def test_only_answers_that_an_item_can_have_are_offered():
    assert [value for value, _label in possible_answers(item(1, may_skip=False))] == ["pass", "fail"]
    assert [value for value, _label in possible_answers(item(1, kind="number"))] == ["pass", "fail", "not_in_use"]
    choices = [{"zh": "完好"}, {"zh": "裂了", "is_fail": True}]
    offered = possible_answers(item(1, kind="choice", choices=choices, may_skip=False))
    assert [value for value, _label in offered] == ["完好", "裂了", "fail"]


_words = st.sampled_from(["pass", "fail", "not_in_use"])


@st.composite
def lists(draw):
    size = draw(st.integers(1, 12))
    rows = [item(1)]
    for position in range(2, size + 1):
        after = draw(st.none() | st.integers(1, position - 1))
        rows.append(item(position, after, draw(_words) if after else ""))
    return rows


@given(lists(), st.dictionaries(st.integers(1, 12).map(lambda n: n * 10), _words.map(lambda word: [word])))
def test_each_asked_item_has_its_whole_chain_asked_and_answered_so(items, answers):
    found = asked(items, answers)
    for each in items:
        if each.only_if_position is None:
            assert each.pk in found
        else:
            before = each.only_if_position * 10
            assert (each.pk in found) == (before in found and each.only_if_value in answers.get(before, []))
