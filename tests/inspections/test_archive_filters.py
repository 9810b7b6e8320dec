"""台账: whoever looks for a record finds it by when, where, what, who and how it stands."""

import html
import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inspections.models import Answer, Frequency, Run
from people.models import User
from people.permissions import Role
from tests import make
from tests.inspections.archive import at, done

LIST = "/desk/runs/"


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER)
    browser.force_login(officer)
    return officer


@pytest.fixture
def two(officer):
    """Two records that differ in everything."""
    one = done("2026-11-03 08:00", by=make.person(Role.WORKER, name="王建国"))
    other = done(
        "2026-10-20 20:00",
        by=make.person(Role.WORKER, name="张丽华"),
        of=make.checklist({"kind": "text"}),
        is_late=True,
        result=Run.Result.FAIL,
        team=make.team(),
    )
    type(other.checklist).objects.filter(pk=other.checklist_id).update(frequency=Frequency.MONTHLY)
    return one, other


def found(browser, **asked) -> list[int]:
    page = browser.get(LIST, asked)
    assert page.status_code == 200
    return numbers(page)


def numbers(page) -> list[int]:
    return [int(pk) for pk in re.findall(r'href="/desk/runs/(\d+)/"', page.content.decode())]


def text(page) -> str:
    return html.unescape(page.content.decode())


FITS = {
    "month": lambda one: {"month": "2026-11"},
    "days": lambda one: {"from": "2026-11-01", "to": "2026-11-30"},
    "from": lambda one: {"from": "2026-11-01"},
    "day": lambda one: {"day": "2026-11-03"},
    "workshop": lambda one: {"department": one.department_id},
    "kind of check": lambda one: {"frequency": "preshift"},
    "checklist": lambda one: {"checklist": one.checklist.code},
    "result": lambda one: {"result": "pass"},
    "person": lambda one: {"person": "建国"},
    "employee number": lambda one: {"person": one.inspector.employee_no},
    "machine": lambda one: {"place": f"equipment:{one.equipment_id}"},
    "area": lambda one: {"place": f"area:{one.area_id}"},
    "words of the machine": lambda one: {"q": one.equipment.name["zh"]},
    "code of the machine": lambda one: {"q": one.equipment.code},
    "words of the checklist": lambda one: {"q": one.checklist.title["zh"]},
}


@pytest.mark.parametrize("by", FITS)
def test_each_filter_finds_the_one_and_not_the_other(browser, two, by):
    one, _other = two
    assert found(browser, **FITS[by](one)) == [one.pk]


def test_filters_of_the_other_one(browser, two):
    _one, other = two
    assert found(browser, status="late") == [other.pk]
    assert found(browser, team=other.team_id) == [other.pk]
    assert found(browser, to="2026-10-31") == [other.pk]
    assert found(browser, q=str(other.pk)) == [other.pk]
    assert found(browser, status="late", result="pass") == []


def test_words_are_found_in_answers_and_hazards(browser, two):
    _one, other = two
    hazard = make.hazard()
    Answer.objects.filter(run=other).update(text="油管接头渗油", hazard=hazard)
    assert found(browser, q="渗油") == [other.pk]
    assert found(browser, q=f"渗油 {hazard.number}") == [other.pk]
    assert found(browser, q="渗油 没有这个") == []


def test_both_filters_must_fit(browser, two):
    one, other = two
    assert found(browser, person="建国", month="2026-10") == []
    assert found(browser, span="all") == [one.pk, other.pk], "the newest first"


@pytest.mark.parametrize(
    ("status", "columns"),
    [
        ("missed", {"status": "missed"}),
        ("excused", {"status": "excused"}),
        ("due", {"status": "due"}),
        ("doing", {"status": "doing"}),
        ("withdrawn", {"status": "withdrawn"}),
    ],
)
def test_each_status(browser, two, status, columns):
    run = make.run(opens_at=at("2026-11-04 08:00"), **columns)
    assert found(browser, status=status) == [run.pk]


def test_the_list_opens_with_today_in_the_order_of_the_day(browser, officer):
    with time_machine.travel(at("2026-11-25 12:00"), tick=False):
        late = done("2026-11-25 10:00")
        early = done("2026-11-25 08:00")
        done("2026-11-24 08:00")
        # Seen in UTC this one is of the day before.
        night = done("2026-11-25 00:05")
        assert found(browser) == [night.pk, early.pk, late.pk]
        page = browser.get(LIST)
    assert 'href="?day=2026-11-24"' in page.content.decode()


def test_spans_are_counted_from_today(browser, officer):
    with time_machine.travel(at("2026-11-25 12:00"), tick=False):
        now, month = done("2026-11-20 08:00"), done("2026-11-01 00:00")
        before, year = done("2026-10-31 23:59"), done("2026-01-01 00:00")
        done("2025-12-31 23:59")
        assert found(browser, span="week") == [now.pk]
        assert found(browser, span="month") == [now.pk, month.pk]
        assert found(browser, span="last_month") == [before.pk]
        assert found(browser, span="year") == [now.pk, month.pk, before.pk, year.pk]


def test_withdrawn_ones_are_shown_only_when_asked_for(browser, officer):
    gone = make.run(opens_at=at("2026-11-04 08:00"), status=Run.Status.WITHDRAWN)
    assert found(browser, span="all") == []
    assert found(browser, status="withdrawn") == [gone.pk]


def test_a_second_record_of_a_task_is_shown_with_a_mark_and_counted_once(browser, officer):
    first = done("2026-11-03 08:00", plan=make.plan())
    second = done("2026-11-03 08:00", conflicts_with=first, equipment=first.equipment)
    page = browser.get(LIST, {"from": "2026-11-03", "to": "2026-11-04"})
    assert numbers(page) == [second.pk, first.pk]
    assert make.in_language("zh-hans", "second record") in text(page)
    assert make.in_language("zh-hans", "%(done)s of %(of)s due", done=1, of=1) in text(page)
    assert found(browser, status="twice") == [second.pk]


def test_each_number_stands_with_what_it_is_a_part_of(browser, officer):
    plan = make.plan()
    done("2026-11-03 08:00", plan=plan)
    done("2026-11-03 08:00", plan=plan, is_late=True)
    make.run(opens_at=at("2026-11-03 08:00"), plan=plan, status=Run.Status.MISSED)
    make.run(opens_at=at("2026-11-03 08:00"), plan=plan, status=Run.Status.EXCUSED)
    said = text(browser.get(LIST, {"from": "2026-11-03", "to": "2026-11-03", "status": "late"}))
    for words, facts in (
        ("%(done)s of %(of)s due", {"done": 2, "of": 3}),
        ("%(n)s of %(of)s late", {"n": 1, "of": 2}),
        ("%(n)s of %(of)s missed", {"n": 1, "of": 3}),
        ("%(n)s of %(of)s excused", {"n": 1, "of": 4}),
        ("%(n)s of %(of)s runs fit", {"n": 1, "of": 4}),
    ):
        assert make.in_language("zh-hans", words, **facts) in said
    assert "66.7 %" in said, "two of three that had to be done"


def test_one_tap_takes_a_filter_away(browser, two):
    one, other = two
    page = browser.get(LIST, {"month": "2026-11", "person": "建国", "department": one.department_id})
    taps = [html.unescape(address) for address in re.findall(r'class="chip-x" href="\?([^"]*)"', page.content.decode())]
    assert taps == [
        f"span=all&department={one.department_id}&person=%E5%BB%BA%E5%9B%BD",
        "month=2026-11&person=%E5%BB%BA%E5%9B%BD",
        f"month=2026-11&department={one.department_id}",
    ]
    alone = browser.get(LIST, {"person": "建国"})
    assert 'class="chip-x" href="?span=all"' in alone.content.decode()
    assert numbers(browser.get(f"{LIST}?span=all")) == [one.pk, other.pk]


def test_reading_is_bound_to_rights(browser, factory):
    mine, foreign = done("2026-11-03 08:00"), done("2026-11-03 08:00")
    head = make.person(Role.WORKSHOP_HEAD, in_department=mine.department, bound=True)
    browser.force_login(head)
    assert found(browser, span="all") == [mine.pk]
    assert browser.get(reverse("console:run", args=[foreign.pk])).status_code == 404
    browser.force_login(make.person(Role.WORKER))
    assert browser.get(LIST).status_code == 403


# Pages


def test_pages_have_no_gap_and_no_double_while_rows_are_added(browser, officer):
    places, who, what = [make.machine() for _place in range(40)], make.person(Role.WORKER), make.checklist()
    begin = at("2026-11-01 08:00")

    def add(number: int) -> int:
        opens = begin + timedelta(minutes=number // 40)
        return make.run(who, of=what, equipment=places[number % 40], opens_at=opens).pk

    # Many share their moment: only the number tells them apart.
    old = [add(number) for number in range(130)]
    seen, address = [], f"{LIST}?span=all"
    for _page in range(10):
        page = browser.get(address)
        seen += numbers(page)
        add(10_000 + len(seen))
        on = re.search(r'rel="next" href="([^"]+)"', page.content.decode())
        if on is None:
            break
        address = LIST + html.unescape(on[1])
    assert seen == sorted(old, reverse=True)


def test_the_way_back_shows_the_same_pages(browser, officer):
    what, place, who = make.checklist(), make.machine(), make.person(Role.WORKER)
    for number in range(120):
        make.run(who, of=what, equipment=place, opens_at=at("2026-11-01 08:00") + timedelta(minutes=number))

    def step(page, way):
        to = re.search(rf'rel="{way}" href="([^"]+)"', page.content.decode())
        return browser.get(LIST + html.unescape(to[1])) if to else None

    first = browser.get(f"{LIST}?month=2026-11")
    second = step(first, "next")
    third = step(second, "next")
    assert len(numbers(third)) == 20 and step(third, "next") is None and step(first, "prev") is None
    assert numbers(step(third, "prev")) == numbers(second)
    assert numbers(step(step(third, "prev"), "prev")) == numbers(first)


@pytest.mark.parametrize(
    "at", ["x", "n", "n1", "n-1-2", "n9999999999999999999-1", "b9999999999999999-1", "n²-1", "\x00"]
)
def test_a_place_that_no_page_has_written(browser, officer, at):
    done("2026-11-03 08:00")
    assert browser.get(LIST, {"span": "all", "at": at}).status_code == 200


def questions(browser, address: str, asked: dict) -> int:
    browser.get(address, asked)
    with CaptureQueriesContext(connection) as said:
        browser.get(address, asked)
    return sum(not query["sql"].startswith("SET ") for query in said)


def test_few_questions_whatever_is_asked(browser, two):
    """What can be chosen, the rows, the figures, the saved views; the rest is what every page of the desk asks."""
    one, _other = two
    shell = questions(browser, "/desk/jobs/", {}) - 1
    for asked in ({}, {"span": "all"}, {"q": "a b"}, {"month": "2026-11", "department": one.department_id, "team": ""}):
        assert questions(browser, LIST, asked) - shell == 4


# What no page of ours sends


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"month": "2026-13"}, "There is no such month. Write it as 2026-11."),
        ({"month": "0000-01"}, "There is no such month. Write it as 2026-11."),
        ({"from": "2026-02-30"}, "There is no such day. Write it as 2026-11-25."),
        ({"from": "2026-11-02", "to": "2026-11-01"}, "The last day is before the first one. Change one of the two."),
        ({"department": "99999999"}, "This is not there. Choose one of the list."),
        ({"team": "abc"}, "This is not there. Choose one of the list."),
        ({"place": "equipment:99999999"}, "This is not there. Choose one of the list."),
        ({"place": "people:1"}, "This is not there. Choose one of the list."),
        ({"checklist": "none"}, "This is not there. Choose one of the list."),
        ({"status": "' OR 1=1 --"}, "This is not there. Choose one of the list."),
        ({"q": "长" * 10_000}, "That is too long to look for. Use fewer words."),
        ({"person": "长" * 10_000}, "That is too long to look for. Use fewer words."),
    ],
)
def test_what_cannot_be_read_is_said_and_finds_nothing(browser, two, asked, sentence):
    page = browser.get(LIST, asked)
    assert page.status_code == 200
    assert make.in_language("zh-hans", sentence) in text(page)
    assert numbers(page) == []
    refused = browser.post(f"{LIST}xlsx/?" + "&".join(f"{key}={value}" for key, value in asked.items()))
    assert refused.status_code == 422 and make.in_language("zh-hans", sentence) in text(refused)


@pytest.mark.parametrize("name", ["q", "person", "month", "department", "span", "at"])
@pytest.mark.parametrize(
    "value",
    ["\x00", "a\x00b", "%", "_", "\\", "'", '"', "<script>", "😀", "\ud7ff", "f44cdb35-9afd-415b-b860-b974ad872f23"],
)
def test_stray_signs_break_nothing(browser, two, name, value):
    page = browser.get(LIST, {name: value})
    assert page.status_code == 200
    assert "<script>" not in page.content.decode().partition("<main")[2].replace('<script type="', "")


def test_the_signs_of_patterns_are_only_signs(browser, two):
    assert found(browser, q="%") == []
    assert found(browser, person="_") == []
    assert User.objects.exists()
