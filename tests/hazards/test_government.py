"""The table for the authority knows two levels: only a clause makes a hazard major."""

import html
import io
from datetime import date, timedelta

import openpyxl
import pytest
import time_machine
from pypdf import PdfReader

from core.models import Event, Job
from hazards import government
from hazards.models import Hazard, Level, RectificationPlan, Status
from people.permissions import Role
from tests import make
from tests.hazards.lives import at, closed

PAGE = "/desk/hazards/government/"


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER)
    browser.force_login(officer)
    return officer


@pytest.fixture
def year(officer):
    """Three in the third quarter, one in the first."""
    closed("2026-07-03 08:00", level=Level.SERIOUS, cost=10000)
    closed("2026-08-03 08:00", timedelta(days=9), level=Level.MAJOR, cost=5000)
    closed("2026-09-03 08:00", level=Level.GENERAL, is_legal_major=True, clause="7.3", cost=700)
    closed("2026-02-03 08:00", level=Level.SERIOUS)
    make.hazard(Status.REJECTED, reported_at=at("2026-08-01 08:00"))


def test_serious_and_major_of_our_own_count_as_general(officer, year):
    quarter, so_far = government.blocks(officer, "2026Q3")
    general, major, all_of_them = quarter.rows
    assert (general.found, general.closed, general.late, general.cost) == (2, 2, 1, 15000)
    assert (major.found, major.closed, major.late, major.cost) == (1, 1, 0, 700)
    assert (all_of_them.found, all_of_them.rate) == (3, 100.0)
    assert so_far.rows[2].found == 4 and so_far.days == (date(2026, 1, 1), date(2026, 9, 30))


def test_major_ones_by_their_clause(officer, year):
    (clause,) = government.blocks(officer, "2026")[0].clauses
    assert (clause.name, clause.found) == ("7.3", 1)


def test_a_level_alone_never_makes_it_legally_major(officer, year):
    assert Hazard.objects.filter(level=Level.MAJOR, is_legal_major=False).exists()
    assert government.blocks(officer, "2026")[0].rows[1].found == 1


def test_what_is_open_says_whether_it_is_planned_and_settled(officer):
    hazard = make.hazard(Status.ASSIGNED, reported_at=at("2026-08-03 08:00"), is_legal_major=True, clause="7.3")
    make.hazard(
        Status.ASSIGNED, reported_at=at("2026-08-04 08:00"), measure="换", cost=100, control="停机",
        due_at=at("2026-08-05 08:00"),
    )  # fmt: skip
    make.hazard(Status.ASSIGNED, reported_at=at("2026-08-04 08:00"))
    RectificationPlan.objects.create(
        hazard=hazard,
        status="approved",
        due_at=at("2026-08-06 08:00"),
        author=officer,
        written_at=at("2026-08-03 10:00"),
    )
    general, major, total = government.blocks(officer, "2026Q3")[0].rows
    assert (major.open, major.planned, major.settled) == (1, 1, 1)
    assert (general.open, general.planned, general.settled) == (2, 0, 1)
    assert total.settled == 2


def test_each_number_leads_to_its_rows(officer, year):
    for block in government.blocks(officer, "2026Q3"):
        for row in [*block.rows, *block.clauses]:
            for column in ("found", "closed", "late", "open"):
                chosen = government.filter_of(column, block.days, row.where)
                assert chosen.of(Hazard.objects.all()).count() == getattr(row, column), (block.title, row.name, column)


def test_the_page_prints_its_definitions(browser, officer, year):
    page = html.unescape(browser.get(PAGE, {"period": "2026Q3"}).content.decode())
    assert all(make.in_language("zh-hans", words._args[0]) in page for words in government.DEFINITIONS)
    assert "7.3" in page and "150.00" in page and "legal=general" in page


@pytest.mark.parametrize("period", ["", "2026Q5", "abc", "20266", "2026Q3'", "９９９９"])
def test_what_is_no_period_shows_the_quarter_that_runs(browser, officer, period):
    with time_machine.travel(at("2026-11-03 08:00"), tick=False):
        page = browser.get(PAGE, {"period": period}).content.decode()
    assert make.in_language("zh-hans", "Quarter %(quarter)s of %(year)s", quarter="4", year="2026") in page


def test_quarters_of_all_years_can_be_chosen(officer, year):
    closed("2025-03-01 08:00")
    names = [name for name, _words in government.periods(officer, date(2026, 5, 1))]
    assert names == ["2026", "2026Q2", "2026Q1", "2025", "2025Q4", "2025Q3", "2025Q2", "2025Q1"]


@pytest.mark.parametrize("form", ["xlsx", "pdf"])
def test_the_table_as_a_file(browser, officer, year, work_off, form):
    browser.post(f"{PAGE}{form}/?period=2026Q3")
    work_off()
    job = Job.objects.get()
    assert job.status == Job.Status.DONE, job.message
    made = b"".join(browser.get(f"/files/{job.result_id}/").streaming_content)
    if form == "pdf":
        said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)
        assert "7.3" in said and "150.00" in said
    else:
        cells = [cell.value for row in openpyxl.load_workbook(io.BytesIO(made)).worksheets[0] for cell in row]
        assert 150 in cells and 66.7 not in cells and 3 in cells
    assert Event.objects.get(name="hazards.exported").data["period"] == "2026Q3"


def test_who_sees_no_hazards_gets_no_table(browser, factory):
    browser.force_login(make.person(Role.WORKER))
    assert browser.get(PAGE).status_code == 403
    assert browser.post(f"{PAGE}pdf/").status_code == 403
