"""Confirming a level: with its clause or red line, the score behind it, the right kind, and the limit of its policy."""

import html
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from alerts.models import Alert
from core.errors import DomainError
from core.events import history
from hazards.actions import confirm_hazard
from hazards.lec import rate
from hazards.models import Category, Hazard, Level, LevelPolicy, Route, Status
from people.permissions import Role
from tests import make
from tests.hazards import levels

LEGAL = "Legally major, clause %(number)s"
OWN = "Major for the company, not by law"


@pytest.fixture
def officer(factory):
    levels.policies()
    return make.person(Role.SAFETY_OFFICER)


def _confirm(browser, officer, hazard, **sent):
    browser.force_login(officer)
    return browser.post(reverse("console:decide", args=[hazard.pk, "confirm"]), sent)


def _page(browser, hazard) -> str:
    return html.unescape(browser.get(reverse("console:hazard", args=[hazard.pk])).content.decode())


def test_a_clause_makes_it_legally_major_and_stands_in_the_record(browser, officer):
    hazard = make.hazard()
    assert _confirm(browser, officer, hazard, level="major", clause="11.3").status_code == 302
    hazard.refresh_from_db()
    assert (hazard.level, hazard.is_legal_major, hazard.clause) == (Level.MAJOR, True, "11.3")
    assert "泄爆" in hazard.clause_text
    page = browser.get(f"/desk/hazards/{hazard.pk}/").content.decode()
    unchecked = make.in_language("zh-hans", "(check the official wording)")
    assert f'{hazard.clause_text} <span class="t-12 t-3">{unchecked}' in page, "nobody has compared it yet"
    assert next(event for event in history(hazard) if event.name == "hazard.confirmed").data["clause"] == "11.3"
    assert make.in_language("zh-hans", LEGAL, number="11.3") in _page(browser, hazard)


def test_severe_alone_is_never_legally_major_and_is_stamped(browser, officer):
    hazard = make.hazard()
    _confirm(browser, officer, hazard, level="major")
    hazard.refresh_from_db()
    assert (hazard.is_legal_major, hazard.clause) == (False, "")
    assert make.in_language("zh-hans", OWN) in _page(browser, hazard)
    browser.force_login(hazard.reporter)
    phone = browser.get(reverse("field:hazard", args=[hazard.pk])).content.decode()
    assert make.in_language("zh-hans", OWN) in phone


@pytest.mark.parametrize(
    ("level", "clause"), [("serious", "11.3"), ("major", "99.9"), ("major", "%00"), ("major", "x" * 50)]
)
def test_a_clause_that_does_not_fit_is_refused_and_nothing_is_lost(browser, officer, level, clause):
    hazard = make.hazard()
    answer = _confirm(browser, officer, hazard, level=level, clause=clause, note="看过现场")
    assert answer.status_code == 422
    assert "看过现场" in answer.content.decode()
    assert Hazard.objects.get(pk=hazard.pk).status == Status.REPORTED


def test_the_red_line_is_a_flag_of_its_own_and_rings(browser, officer):
    hazard = make.hazard()
    _confirm(browser, officer, hazard, level="serious", is_urgent="1")
    hazard.refresh_from_db()
    assert (hazard.level, hazard.is_urgent, hazard.is_legal_major) == (Level.SERIOUS, True, False)
    assert Alert.objects.open().filter(subject_id=str(hazard.pk)).exists()


def test_the_score_is_worked_out_and_kept(browser, officer):
    hazard = make.hazard()
    _confirm(browser, officer, hazard, level="serious", likelihood="3", exposure="6", consequence="15")
    hazard.refresh_from_db()
    assert hazard.lec == rate(3, 6, 15)
    assert "D 270" in _page(browser, hazard)


@pytest.mark.parametrize(
    "values",
    [
        {"likelihood": "3"},
        {"likelihood": "3", "exposure": "6"},
        {"likelihood": "4", "exposure": "6", "consequence": "15"},
        {"likelihood": "nan", "exposure": "6", "consequence": "15"},
    ],
)
def test_half_a_score_or_another_value_is_refused(browser, officer, values):
    hazard = make.hazard()
    assert _confirm(browser, officer, hazard, level="serious", **values).status_code == 422
    assert Hazard.objects.get(pk=hazard.pk).status == Status.REPORTED


def test_the_kind_can_be_put_right_and_the_route_follows_it(browser, officer):
    leader = make.person(Role.TEAM_LEADER)
    right, hazard = make.category(for_team=make.team(leader)), make.hazard()
    wrong = hazard.category
    _confirm(browser, officer, hazard, level="serious", category=right.pk)
    hazard.refresh_from_db()
    assert (hazard.category, hazard.owner) == (right, leader)
    data = next(event for event in history(hazard) if event.name == "hazard.confirmed").data
    assert (data["category_before"], data["category"]) == (wrong.code, right.code)


def test_the_same_kind_leaves_no_trace_of_a_change(browser, officer):
    hazard = make.hazard()
    _confirm(browser, officer, hazard, level="serious", category=hazard.category_id)
    data = next(event for event in history(hazard) if event.name == "hazard.confirmed").data
    assert "category_before" not in data


def test_the_limit_is_that_of_the_newest_policy(officer):
    LevelPolicy.objects.create(level="serious", version=2, acknowledge_minutes=60, rectify_hours=30)
    hazard = confirm_hazard(make.hazard(), by=officer, level="serious")
    assert hazard.due_at == hazard.first_due_at
    assert abs(hazard.due_at - timezone.now() - timedelta(hours=30)) < timedelta(minutes=1)


def _asked(browser, officer, hazard, **sent) -> str:
    answer = _confirm(browser, officer, hazard, do="look", **sent)
    assert answer.status_code == 200
    assert Hazard.objects.get(pk=hazard.pk).status == Status.REPORTED
    return html.unescape(answer.content.decode())


def _suggested(level: str) -> str:
    return make.in_language("zh-hans", "Suggested: %(level)s", level=make.in_language("zh-hans", level))


def test_the_page_suggests_a_level_and_says_why(browser, officer):
    hazard = make.hazard(category=make.category(Level.GENERAL))
    browser.force_login(officer)
    assert _suggested("General") in _page(browser, hazard)
    for sent, level, why in (
        ({"signs": "must_stop"}, "Serious", "A machine must stop."),
        ({"is_urgent": "1"}, "Major", "It crosses a red line of the company."),
        ({"likelihood": "3", "exposure": "6", "consequence": "7"}, "Serious", "Somebody could be seriously injured."),
    ):
        page = _asked(browser, officer, hazard, level="general", note="现场看过", **sent)
        assert _suggested(level) in page
        assert make.in_language("zh-hans", why) in page
        assert "现场看过" in page


def test_what_is_known_already_speaks_for_the_level(browser, officer):
    general = make.category(Level.GENERAL)
    browser.force_login(officer)
    assert _suggested("Serious") in _page(browser, make.hazard(category=general, is_machine_stopped=True))
    assert _suggested("Major") in _page(browser, make.hazard(category=general, is_urgent=True))


def test_clauses_are_found_by_word_without_any_script(browser, officer):
    hazard = make.hazard()
    page = _asked(browser, officer, hazard, level="major", words="泄爆", clause="13.2")
    assert 'value="11.3"' in page
    assert 'value="13.2" checked' in page
    assert _suggested("Major") in page


def test_with_script_only_the_part_comes_back(browser, officer):
    hazard = make.hazard()
    browser.force_login(officer)
    url = reverse("console:decide", args=[hazard.pk, "confirm"])
    answer = browser.post(url, {"do": "look", "level": "major", "words": "泄爆"}, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert page.lstrip().startswith('<div id="advice"')
    assert 'value="11.3"' in page


@pytest.mark.parametrize("words", ["香蕉", "x" * 500, "%s", "('", "\0"])
def test_words_that_find_nothing_say_so(browser, officer, words):
    hazard = make.hazard()
    assert "clauses" in _asked(browser, officer, hazard, level="major", words=words)


@pytest.mark.parametrize("sent", [{"category": "0"}, {"category": "x"}, {"level": "blue"}, {"signs": "nonsense"}])
def test_what_is_not_on_the_lists_is_refused(browser, officer, sent):
    hazard = make.hazard()
    assert _confirm(browser, officer, hazard, **({"level": "serious"} | sent)).status_code == 422
    assert Category.objects.exists() and Hazard.objects.get(pk=hazard.pk).status == Status.REPORTED


def test_a_helper_from_outside_speaks_for_serious(browser, officer):
    kind = make.category(Level.GENERAL, for_team=make.team(make.person(Role.TEAM_LEADER)))
    Route.objects.update(maintainer=_company())
    browser.force_login(officer)
    page = _page(browser, make.hazard(category=kind))
    assert make.in_language("zh-hans", "Somebody from outside must come.") in page


def _company():
    from hazards.models import Maintainer

    return Maintainer.objects.create(company="华安维保", person="刘工", phone="13900000000")


def test_a_score_must_be_of_the_method(officer):
    with pytest.raises(DomainError):
        confirm_hazard(make.hazard(), by=officer, level="serious", lec=rate(3, 6, 8))
