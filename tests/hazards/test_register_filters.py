"""台账: whoever looks for a hazard finds it by when, where, what, how bad, who and how it stands."""

import html
import re
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.models import SavedView
from hazards.archive import Filter
from hazards.models import Hazard, Level, Status
from people.permissions import Role
from portals.console.forms.hazard_archive import address_of
from tests import make
from tests.hazards.lives import at, closed, some

LIST = "/desk/hazards/"


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER)
    browser.force_login(officer)
    return officer


@pytest.fixture
def two(officer):
    """Two records that differ in everything."""
    machine = make.machine()
    one = closed(
        "2026-10-03 08:00", title="光幕失灵", level=Level.GENERAL, equipment=machine, area=machine.area,
        owner=make.person(Role.MAINTENANCE, name="陈志强"), source=Hazard.Source.INSPECTION,
    )  # fmt: skip
    other = closed(
        "2026-09-20 08:00", timedelta(days=5), level=Level.MAJOR, is_legal_major=True, clause="7.3", is_urgent=True,
        owner=make.person(Role.MAINTENANCE, name="孙立"), source=Hazard.Source.EXTERNAL, round=2, repeat_of=one,
    )  # fmt: skip
    return one, other


def numbers(page) -> list[int]:
    return [int(pk) for pk in re.findall(r'<a class="t-b" href="/desk/hazards/(\d+)/"', page.content.decode())]


def found(browser, **asked) -> list[int]:
    page = browser.get(LIST, asked)
    assert page.status_code == 200
    return numbers(page)


FITS = {
    "month": lambda one: {"month": "2026-10"},
    "month of closing": lambda one: {"month": "2026-10", "by": "closed"},
    "days": lambda one: {"from": "2026-10-01", "to": "2026-10-30"},
    "workshop": lambda one: {"department": one.department_id},
    "machine": lambda one: {"place": f"equipment:{one.equipment_id}"},
    "area": lambda one: {"place": f"area:{one.area_id}"},
    "kind": lambda one: {"category": one.category.code},
    "level": lambda one: {"level": "general"},
    "class of the law": lambda one: {"legal": "general"},
    "source": lambda one: {"source": "inspection"},
    "owner": lambda one: {"owner": "志强"},
    "owner's number": lambda one: {"owner": one.owner.employee_no},
    "first pass": lambda one: {"tries": "one"},
    "number": lambda one: {"q": one.number},
    "words": lambda one: {"q": "光幕"},
    "name of the machine": lambda one: {"q": one.equipment.name["zh"]},
}


@pytest.mark.parametrize("by", FITS)
def test_each_filter_finds_the_one_and_not_the_other(browser, two, by):
    one, _other = two
    assert found(browser, **FITS[by](one)) == [one.pk]


@pytest.mark.parametrize(
    "asked",
    [{"urgent": "1"}, {"repeat": "1"}, {"tries": "more"}, {"late": "ever"}, {"legal": "major"}, {"q": "7.3"}],
)
def test_filters_of_the_other_one(browser, two, asked):
    _one, other = two
    assert found(browser, **asked) == [other.pk]


def test_all_filters_must_fit(browser, two):
    one, other = two
    assert found(browser, level="general", month="2026-09") == []
    assert found(browser, group="all") == [one.pk, other.pk], "the newest first"


def test_nothing_asked_shows_what_is_open(browser, two):
    waiting = make.hazard(Status.RECTIFYING)
    assert found(browser) == [waiting.pk]


@pytest.mark.parametrize(
    ("group", "status"),
    [
        ("new", Status.REPORTED),
        ("fixing", Status.ASSIGNED),
        ("review", Status.HEAD_REVIEW),
        ("aside", Status.MERGED),
    ],
)
def test_quick_groups_keep_the_rest_of_the_filter(browser, two, group, status):
    hazard = make.hazard(status, level=Level.MAJOR)
    make.hazard(status)
    assert found(browser, group=group, level="major") == [hazard.pk]
    page = html.unescape(browser.get(LIST, {"group": "closed", "level": "major"}).content.decode())
    assert f"?group={group}&level=major" in page


def test_to_be_closed_is_what_fell_due_or_was_closed_early(browser, officer):
    with time_machine.travel(at("2026-10-20 12:00"), tick=False):
        in_time = closed("2026-10-01 08:00", timedelta(hours=10))
        late = closed("2026-10-02 08:00", timedelta(days=9))
        waits = make.hazard(Status.ASSIGNED, reported_at=at("2026-10-17 08:00"), due_at=at("2026-10-19 08:00"))
        to_come = make.hazard(Status.ASSIGNED, reported_at=at("2026-10-20 08:00"), due_at=at("2026-10-22 08:00"))
        early = closed("2026-09-30 08:00", timedelta(hours=1))
        fits = found(browser, by="due", month="2026-10")
        assert fits == [waits.pk, late.pk, in_time.pk]
        assert to_come.pk not in fits and early.pk not in fits, "not its day yet; closed early in September"
        assert found(browser, by="due", month="2026-09") == [early.pk]


def test_a_limit_that_is_over_now_and_one_that_was(browser, officer):
    past = timezone.now() - timedelta(days=1)
    over = make.hazard(Status.ASSIGNED, due_at=past)
    was = closed("2026-10-02 08:00", timedelta(days=9))
    assert found(browser, late="now") == [over.pk]
    assert found(browser, late="ever") == [over.pk, was.pk]


def test_every_filter_survives_its_address(browser, two):
    one, _other = two
    for chosen in (
        Filter(since=date(2026, 9, 1), until=date(2026, 9, 30), by="closed", group="closed"),
        Filter(since=date(2026, 9, 2), until=date(2026, 10, 30), department=one.department_id, group="valid"),
        Filter(level="major", legal="major", urgent=True, repeat=True, tries="more", late="ever"),
        Filter(proven=True),
        Filter(equipment=one.equipment_id, category=one.category.code, owner="志强", words="光幕"),
        Filter(),
    ):
        rows = set(chosen.of(Hazard.objects.all()).values_list("pk", flat=True))
        assert set(numbers(browser.get(f"{LIST}?{address_of(chosen)}"))) == rows
        assert Filter.from_json(chosen.as_json()) == chosen


def test_each_chip_takes_one_thing_away(browser, two):
    one, other = two
    page = browser.get(LIST, {"month": "2026-10", "level": "general", "group": "all"})
    chips = [html.unescape(link) for link in re.findall(r'class="chip-x" href="\?([^"]+)"', page.content.decode())]
    assert len(chips) == 2
    assert [numbers(browser.get(f"{LIST}?{chip}")) for chip in chips] == [[one.pk], [one.pk]]
    assert set(numbers(browser.get(f"{LIST}?group=all"))) == {one.pk, other.pk}


def test_what_is_not_there_is_said_and_nothing_is_lost(browser, officer):
    page = browser.get(LIST, {"from": "2026-11-30", "to": "2026-11-01", "q": "光幕", "department": "999999"})
    said = html.unescape(page.content.decode())
    assert make.in_language("zh-hans", "The last day is before the first one. Change one of the two.") in said
    assert make.in_language("zh-hans", "This is not there. Choose one of the list.") in said
    assert 'value="光幕"' in said and numbers(page) == []


def test_pages_follow_each_other_without_gaps(browser, officer):
    rows = some(130, seed=3)
    seen, address = [], f"{LIST}?group=all"
    while address:
        page = browser.get(address)
        seen += numbers(page)
        following = re.search(r'rel="next" href="\?([^"]+)"', page.content.decode())
        address = f"{LIST}?{html.unescape(following[1])}" if following else ""
    assert len(seen) == len(rows) and set(seen) == {hazard.pk for hazard in rows}


def test_a_view_is_kept_and_comes_back_with_one_tap(browser, two):
    one, _other = two
    browser.post(f"{LIST}view/?level=general&month=2026-10", {"name": "十月一般"})
    view = SavedView.objects.get()
    assert (view.page, view.name) == ("hazards", "十月一般")
    assert found(browser, **dict(part.split("=") for part in view.query.split("&"))) == [one.pk]
    assert browser.post(f"/desk/views/{view.pk}/forget/")["Location"] == LIST


def test_a_workshop_head_finds_the_own_workshop_only(browser, two):
    one, _other = two
    head = make.person(Role.WORKSHOP_HEAD, in_department=one.department, bound=True)
    browser.force_login(head)
    assert found(browser, group="all") == [one.pk]


def test_few_questions_whatever_is_asked(browser, two):
    some(30, seed=5)
    whole = {"group": "all", "by": "due", "span": "year", "late": "ever", "owner": "陈", "q": "防护"}
    for asked in ({}, {"group": "all"}, whole):
        browser.get(LIST, asked)
        with CaptureQueriesContext(connection) as questions:
            browser.get(LIST, asked)
        assert sum(not query["sql"].startswith("SET ") for query in questions) <= 14
