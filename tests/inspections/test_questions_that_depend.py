"""Questions that are asked only where an earlier answer makes them necessary, and those that may not be skipped."""

import html

import pytest
from django.urls import reverse

from core.events import history
from hazards.models import Hazard
from inspections.actions import AnswersRefused, Given, submit_run
from inspections.conditions import asked
from inspections.models import Answer, Item, Run
from people.permissions import Role
from tests import make

LEAK = {"text": {"zh": "漏油吗", "en": "Oil leak?"}}
WHERE = {
    "text": {"zh": "漏在哪", "en": "Where?"},
    "kind": Item.Kind.TEXT,
    "only_if_position": 1,
    "only_if_value": "fail",
}
DEEP = {"text": {"zh": "擦了吗", "en": "Wiped?"}, "only_if_position": 2, "only_if_value": "pass"}
SHIFT = {"kind": Item.Kind.CHOICE, "choices": [{"zh": "白班", "en": "Day"}, {"zh": "夜班", "en": "Night"}]}
LAMP = {"only_if_position": 1, "only_if_value": "夜班"}


@pytest.fixture
def worker(factory):
    make.policies()
    return make.person(Role.WORKER)


def _items(*columns) -> list[Item]:
    return list(make.checklist(*columns).items.all())


def _run(worker, *items) -> Run:
    return make.run(worker, of=make.checklist(*items))


def _given(run: Run, **by_position) -> list[Given]:
    items = {item.position: item for item in run.checklist.items.all()}
    return [Given(items[int(position[1:])], **answer) for position, answer in by_position.items()]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [("pass", "", {1}), ("fail", "", {1, 2}), ("fail", "pass", {1, 2, 3}), ("not_in_use", "pass", {1}), ("", "", {1})],
)
def test_asked_follows_the_chain_of_answers(factory, first, second, expected):
    items = _items(LEAK, WHERE, DEEP)
    answers = {items[0].pk: {first}, items[1].pk: {second}}
    assert {item.position for item in items if item.pk in asked(items, answers)} == expected


def test_only_what_is_asked_must_be_answered(worker):
    run = _run(worker, LEAK, WHERE, DEEP)
    submit_run(run, _given(run, p1={"value": "pass"}), by=worker)
    assert [answer.item.position for answer in run.answers.all()] == [1]


def test_what_is_asked_must_be_answered(worker):
    run = _run(worker, LEAK, WHERE)
    with pytest.raises(AnswersRefused) as refusal:
        submit_run(run, _given(run, p1={"value": "fail", "photos": (make.photo(worker),)}), by=worker)
    assert [item.position for item in run.checklist.items.all() if item.pk in refusal.value.errors] == [2]


def test_an_answer_to_what_was_not_asked_counts_for_nothing(worker):
    run = _run(worker, LEAK, {"only_if_position": 1, "only_if_value": "fail"})
    stray = {"value": "fail", "photos": (make.photo(worker),)}
    run = submit_run(run, _given(run, p1={"value": "pass"}, p2=stray), by=worker)
    assert run.result == Run.Result.PASS
    assert run.answers.count() == 1
    assert not Hazard.objects.exists()
    assert history(run)[0].data["answers"] == [{"item": 1, "value": "pass", "number": None}]


@pytest.mark.parametrize(("words", "count"), [("夜班", 2), ("Night", 2), ("白班", 1)])
def test_a_choice_leads_on_in_either_language(worker, words, count):
    run = _run(worker, SHIFT, LAMP)
    submit_run(run, _given(run, p1={"text": words}, p2={"value": "pass"}), by=worker)
    assert run.answers.count() == count


def test_what_is_always_checked_cannot_be_skipped(worker):
    run = _run(worker, {"may_skip": False})
    with pytest.raises(AnswersRefused) as refusal:
        submit_run(run, _given(run, p1={"value": "not_in_use"}), by=worker)
    sentence = make.in_language("zh-hans", "This one is always checked. Answer whether it is in order.")
    assert list(refusal.value.errors.values()) == [sentence]
    assert not Answer.objects.exists()


def test_the_phone_offers_no_way_round_what_is_always_checked(browser, worker):
    run = _run(worker, {"may_skip": False}, {})
    first, second = run.checklist.items.all()
    browser.force_login(worker)
    page = browser.get(reverse("field:run", args=[run.pk])).content.decode()
    assert f'name="value-{first.pk}" value="not_in_use"' not in page
    assert f'name="value-{second.pk}" value="not_in_use"' in page


def test_the_record_says_what_was_not_asked(browser, worker):
    run = _run(worker, LEAK, WHERE)
    submit_run(run, _given(run, p1={"value": "pass"}), by=worker)
    words = make.in_language("zh-hans", "Not asked")
    browser.force_login(worker)
    assert words in html.unescape(browser.get(reverse("field:run", args=[run.pk])).content.decode())
    browser.force_login(make.person(Role.SAFETY_OFFICER))
    page = html.unescape(browser.get(reverse("console:run", args=[run.pk])).content.decode())
    assert words in page
    assert "漏在哪" in page
