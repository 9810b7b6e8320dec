"""Each figure of hazards is its definition, and each number leads to exactly its rows."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.archives import before, month_of
from hazards.models import Hazard, Level, Status
from insight import hazards as insight
from insight.figures import Scope, measure
from people.permissions import Role
from portals.console.forms.hazard_archive import address_of
from portals.console.spark import spark
from tests import make
from tests.hazards.lives import at, closed, some

PAGE = "/desk/hazards/figures/"
OCTOBER = date(2026, 10, 1), date(2026, 10, 31)


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER)
    browser.force_login(officer)
    return officer


def value(officer, key: str, days=OCTOBER) -> insight.Value:
    figure = next(figure for figure in insight.FIGURES if figure.key == key)
    return insight.board(officer, days).total.now.value(figure)


def test_the_mean_is_of_all_that_were_closed_in_the_period(officer):
    closed("2026-10-01 08:00", timedelta(days=2))
    closed("2026-10-10 08:00", timedelta(days=5))
    closed("2026-09-20 08:00", timedelta(days=1))
    assert value(officer, "days") == insight.Value(3.5, 7.0, 2)


def test_closed_loop_is_closed_of_what_was_to_be_closed(officer):
    closed("2026-10-01 08:00", timedelta(hours=5))
    closed("2026-10-02 08:00", timedelta(days=20))
    make.hazard(Status.RECTIFYING, reported_at=at("2026-10-05 08:00"), due_at=at("2026-10-08 08:00"))
    make.hazard(Status.VOIDED, reported_at=at("2026-10-05 08:00"), due_at=at("2026-10-08 08:00"))
    assert value(officer, "closed_loop") == insight.Value(66.7, 2, 3)
    assert value(officer, "overdue") == insight.Value(66.7, 2, 3)


def test_closed_early_counts_when_it_was_closed_and_only_then(officer):
    early = closed("2026-10-30 20:00", timedelta(hours=2), due_at=at("2026-11-02 08:00"))
    november = date(2026, 11, 1), date(2026, 11, 30)
    assert early.closed_at < early.due_at
    assert value(officer, "closed_loop").bottom == 1
    assert value(officer, "closed_loop", november).bottom == 0


def test_first_pass_is_what_was_never_returned(officer):
    closed("2026-10-01 08:00")
    closed("2026-10-02 08:00", round=2)
    assert value(officer, "first_pass") == insight.Value(50.0, 1, 2)


def test_repeats_are_a_share_of_what_was_found(officer):
    first = closed("2026-09-01 08:00")
    closed("2026-10-01 08:00", repeat_of=first)
    make.hazard(reported_at=at("2026-10-02 08:00"))
    make.hazard(Status.MERGED, reported_at=at("2026-10-02 08:00"), repeat_of=first)
    assert value(officer, "repeat") == insight.Value(50.0, 1, 2)


def test_what_was_read_in_as_closed_proves_nothing(officer):
    closed("2026-10-01 08:00", source=Hazard.Source.IMPORT)
    assert value(officer, "days").bottom == value(officer, "closed_loop").bottom == value(officer, "repeat").bottom == 0


def test_where_nothing_happened_there_is_no_figure(officer):
    board = insight.board(officer, OCTOBER)
    assert all(board.total.now.value(figure).number is None for figure in insight.FIGURES)
    assert board.levels == [] and len(board.months) == 12


def test_a_day_is_the_factorys_day(officer):
    closed("2026-10-29 23:30", timedelta(hours=48))
    assert value(officer, "days").bottom == 0, "half an hour past midnight in Shanghai is November"


@pytest.mark.parametrize(
    ("days", "earlier"),
    [
        (("2026-10-01", "2026-10-31"), ("2026-09-01", "2026-09-30")),
        (("2026-07-01", "2026-09-30"), ("2026-04-01", "2026-06-30")),
        (("2026-01-01", "2026-12-31"), ("2025-01-01", "2025-12-31")),
        (("2026-10-11", "2026-10-20"), ("2026-10-01", "2026-10-10")),
    ],
)
def test_the_period_before_is_one_like_it(days, earlier):
    assert before(*map(date.fromisoformat, days)) == tuple(map(date.fromisoformat, earlier))


# Every number is its rows


def rows_behind(browser, chosen) -> int:
    seen, address = 0, f"/desk/hazards/?{address_of(chosen)}"
    page = browser.get(address).content.decode()
    while True:
        seen += len(re.findall(r'<a class="t-b" href="/desk/hazards/\d+/"', page))
        following = re.search(r'rel="next" href="\?([^"]+)"', page)
        if not following:
            return seen
        page = browser.get("/desk/hazards/?" + following[1].replace("&amp;", "&")).content.decode()


@pytest.mark.parametrize("seed", range(4))
def test_every_number_is_as_many_rows_as_its_link_shows(browser, officer, seed):
    with time_machine.travel(timezone.now(), tick=False):
        some(120, seed)
        today = timezone.localdate()
        days = [(today - timedelta(days=29), today), month_of(today - timedelta(days=40)), (today, today)][seed % 3]
        board = insight.board(officer, days)
        lines = [board.total, *board.levels, *board.workshops, *board.kinds]
        spans = [(line, days) for line in lines] + [(month, insight.month_days(month)) for month in board.months]
        for line, span in spans:
            for key, number in line.now.counts.items():
                chosen = insight.part(key, span, line.where)
                assert chosen.of(Hazard.objects.all()).count() == number, (key, line.name)
        for line in (board.total, board.kinds[0], board.levels[0]):
            for key, number in line.now.counts.items():
                assert rows_behind(browser, insight.part(key, days, line.where)) == number, key


@pytest.mark.parametrize("seed", range(3))
def test_lines_add_up_to_the_whole(officer, seed):
    some(80, seed)
    today = timezone.localdate()
    board = insight.board(officer, (today - timedelta(days=60), today))
    for lines in (board.levels, board.workshops, board.kinds):
        for key, number in board.total.now.counts.items():
            assert sum(line.now.counts[key] for line in lines) == number, key
        assert sum((line.now.time for line in lines), timedelta()) == board.total.now.time
    assert insight.tallies(Hazard.objects.visible_to(officer), board.days)[None] == board.total.now


def test_months_together_hold_everything_that_was_found(officer):
    some(60, seed=9)
    today = timezone.localdate()
    board = insight.board(officer, (today, today))
    valid = Hazard.objects.proven().exclude(status__in=("merged", "rejected", "voided")).count()
    assert sum(month.now.counts["found"] for month in board.months) == valid


# The page


def test_the_page_shows_value_share_definition_and_links(browser, officer):
    closed("2026-10-01 08:00", timedelta(days=2), level=Level.MAJOR)
    page = browser.get(PAGE, {"month": "2026-10"}).content.decode()
    for figure in insight.FIGURES:
        assert make.in_language("zh-hans", figure.definition._args[0]) in page
    assert page.count('<svg class="spark"') == 5 and "aria-hidden" in page
    assert "2026-09" in page, "the month before, and every month in the table"
    assert "by=closed" in page and "level=major" in page


def test_the_dashboard_says_the_same(browser, officer):
    some(60, seed=2)
    today = timezone.localdate()
    days = (today - timedelta(days=29), today)
    found = measure(Scope(officer), days)
    for key in ("closed_loop", "days"):
        shown, here = found[key], value(officer, key, days)
        assert (shown.number, shown.top, shown.bottom) == (here.number, here.top, here.bottom)


def test_a_workshop_head_sees_the_own_workshop(browser, officer):
    mine, _other = closed("2026-10-01 08:00"), closed("2026-10-01 08:00")
    head = make.person(Role.WORKSHOP_HEAD, in_department=mine.department, bound=True)
    assert value(head, "days").bottom == 1


@pytest.mark.parametrize("role", [Role.WORKER, Role.MAINTENANCE, Role.TRAINER, Role.SUPPLIER])
def test_who_sees_no_hazards_sees_no_figures(browser, factory, role):
    browser.force_login(make.person(role))
    assert browser.get(PAGE).status_code == 403


def test_few_questions_however_many_rows(officer):
    asked: list[int] = []
    for count in (5, 60):
        some(count, seed=count)
        officer = type(officer).objects.get(pk=officer.pk)
        officer.roles  # noqa: B018 - asked once per request
        with CaptureQueriesContext(connection) as questions:
            insight.board(officer, OCTOBER)
        asked.append(sum(not query["sql"].startswith("SET ") for query in questions))
    assert asked[0] == asked[1] <= 8


def test_days_that_cannot_be_read_are_said(browser, officer):
    page = browser.get(PAGE, {"from": "2026-02-31"}).content.decode()
    assert make.in_language("zh-hans", "There is no such day. Write it as 2026-11-25.") in page


# The little line


def test_a_month_without_a_figure_is_a_gap_and_no_zero():
    drawn = spark([1.0, 2.0, None, 4.0])
    assert len(drawn.lines) == 1 and len(drawn.dots) == 1
    assert drawn.end == drawn.dots[0] and drawn.top == 4.0


def test_nothing_to_draw_draws_nothing():
    drawn = spark([None, None])
    assert drawn.lines == [] and drawn.end is None
