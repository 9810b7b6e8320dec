"""Which level is suggested, and why; clauses of the official list; LEC with its allowed values only."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.utils.translation import override

from core.errors import DomainError
from hazards import clauses, lec
from hazards.models import Level
from hazards.suggestion import suggest_level

GUARD = SimpleNamespace(name={"zh": "机械防护缺失", "en": "Machine guarding"}, level=Level.GENERAL)
TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        ({}, Level.GENERAL),
        ({"clause": "11.3"}, Level.MAJOR),
        ({"is_red_line": True}, Level.MAJOR),
        ({"is_red_line": True, "must_stop": True}, Level.MAJOR),
        ({"must_stop": True}, Level.SERIOUS),
        ({"needs_outsider": True}, Level.SERIOUS),
        ({"may_maim": True}, Level.SERIOUS),
        ({"lec": lec.rate(3, 6, 15)}, Level.SERIOUS),
        ({"lec": lec.rate(10, 10, 100)}, Level.SERIOUS),
        ({"lec": lec.rate(1, 6, 7)}, Level.SERIOUS),  # a serious injury, whatever the score
        ({"lec": lec.rate(3, 6, 3)}, Level.GENERAL),
    ],
)
def test_the_first_rule_that_fits_wins(facts, level):
    assert suggest_level(GUARD, **facts).level == level


def test_every_reason_of_the_level_is_told():
    with override("en"):
        found = suggest_level(GUARD, must_stop=True, lec=lec.rate(3, 6, 15))
    assert found.reasons == [
        "The risk score D is 270; from 160 on it is serious.",
        "A machine must stop.",
        "Somebody could be seriously injured.",
    ]


def test_else_the_kind_says_it():
    with override("en"):
        assert suggest_level(GUARD).reasons == ["“Machine guarding” is General by default."]
    worst = SimpleNamespace(name=GUARD.name, level=Level.MAJOR)
    assert suggest_level(worst, must_stop=True).level == Level.MAJOR


@pytest.mark.parametrize(
    ("values", "score"),
    [((3, 6, 40), 720), ((3, 6, 15), 270), ((3, 6, 7), 126), ((1, 6, 7), 42), ((0.5, 0.5, 1), 0.25)],
)
def test_the_score_is_the_product(values, score):
    assert lec.rate(*values)["score"] == score


@pytest.mark.parametrize("values", [(2, 6, 7), (3, 4, 7), (3, 6, 8), (0, 0, 0), (-3, 6, 7)])
def test_other_values_do_not_count(values):
    with pytest.raises(DomainError):
        lec.rate(*values)


@pytest.mark.parametrize(
    ("words", "number"),
    [("11.3", "11.3"), ("泄爆", "11.3"), ("有限空间 审批", "13.2"), ("spray", "7.7"), ("喷漆室通风坏了", "7.7")],
)
def test_a_clause_is_found_by_number_and_by_words(words, number):
    assert number in [clause.number for clause in clauses.find(words, TODAY)]


@pytest.mark.parametrize("words", ["", "   ", "香蕉"])
def test_other_words_find_nothing(words):
    assert clauses.find(words, TODAY) == []


def test_a_list_holds_from_its_day_on():
    assert clauses.clause_of("11.3", date(2023, 5, 14)) is None
    assert clauses.clause_of("11.3", date(2023, 5, 15)) is not None


def test_every_clause_is_whole_and_there_once():
    rows = clauses.in_force(TODAY)
    assert len({row.number for row in rows}) == len(rows)
    for row in rows:
        assert row.text["zh"] and row.text["en"] and row.keywords, row.number
        assert row.trust in {"primary", "secondary", "unseen"}
        assert len(row.number) <= 12


def test_dust_and_paint_and_tanks_are_offered_their_clauses():
    for kind, number in (("dust", "11.3"), ("coating-vent", "7.7"), ("confined-space", "13.2"), ("management", "3.2")):
        assert number in [clause.number for clause in clauses.offered_for(kind, TODAY)]
