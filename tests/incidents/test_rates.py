"""Safe days and rates: what ends them, what they are held against, and that page and rows agree."""

from datetime import date, timedelta

import openpyxl
import pytest
import time_machine

from core.models import Event, Job
from incidents.actions import add_injury, enter_hours
from incidents.models import WorkedHours
from insight.safety import Base, Counted, base_of, counted_in, rate, rates_of, safe_days
from past.models import Batch, PastIncident, PastPlace
from people.permissions import Role
from tests import make
from tests.incidents.conftest import local, post

NOW = local(2026, 11, 20, 12, 0)


@pytest.fixture
def today(officer):
    with time_machine.travel(NOW):
        yield


def test_the_values_of_the_domain():
    """3.5 and 1 injuries a year, 650 people: only the monthly mean gives 0.449 and 0.128."""
    for injuries, year, mean in ((3.5, 5.385, 0.449), (1, 1.538, 0.128)):
        assert rate(injuries, 650, 1000) == year
        assert rate(injuries, 650 * 12, 1000) == mean
    rates = {each.key: each for each in rates_of(Counted(2, 0, 0, 30), Base(650, 1_300_000, 12, 0))}
    assert rates["million"].value == 1.538 and rates["trir"].value == 0.308
    assert rates["severity"].value == round(30 / 1.3, 3)
    assert {each.value for each in rates_of(Counted(1, 0, 0), Base(0, 0, 0, 0))} == {None}


def test_only_lost_days_end_the_safe_days(today, officer, desk):
    desk.force_login(officer)
    start = {"starts_on": "2026-01-01"}
    assert desk.post("/desk/incidents/figures/start/", start).status_code == 302
    assert safe_days().days == (date(2026, 11, 20) - date(2026, 1, 1)).days
    make.incident("minor", happened_at=local(2026, 3, 1, 9, 0))
    make.incident("first_aid", happened_at=local(2026, 5, 1, 9, 0))
    make.incident("near_miss", happened_at=local(2026, 6, 1, 9, 0))
    wrong = make.incident("minor", happened_at=local(2026, 9, 1, 9, 0))
    post(desk, wrong, "step", verb="dismiss", note="报错了")
    safe = safe_days()
    assert (safe.days, safe.since, safe.longest) == (264, date(2026, 3, 1), 264)
    assert [period.days for period in safe.periods] == [264, 59]
    desk.post("/desk/incidents/figures/start/", start | {"counts_first_aid": "on"})
    assert safe_days().days == (date(2026, 11, 20) - date(2026, 5, 1)).days
    assert Event.objects.filter(name="safety_start.changed").count() == 2
    page = desk.get("/desk/incidents/figures/").content.decode()
    assert f">{safe_days().days}<" in page and "急救也算" in page


def test_an_injury_today_is_day_zero_and_past_records_count_too(today, officer):
    batch = Batch.objects.create(
        kind="incidents", name="x", sha256="0", rows=1, first_at=local(2024, 5, 1), last_at=local(2024, 5, 1), at=NOW
    )
    place = PastPlace.objects.create(workshop="冲压")
    PastIncident.objects.create(batch=batch, at=local(2024, 5, 1), place=place, severity="minor", lost_days=9)
    assert safe_days().days == (date(2026, 11, 20) - date(2024, 5, 1)).days
    incident = make.incident("minor", happened_at=NOW - timedelta(hours=3))
    assert safe_days().days == 0 and safe_days([incident.department_id]).days == 0
    assert safe_days([make.department().pk]).days > 0
    assert counted_in(date(2024, 1, 1), date(2024, 12, 31)) == Counted(1, 0, 0, 9)


def test_people_are_counted_once_and_an_injury_that_nobody_entered_as_one(today, officer):
    two = make.incident("minor", happened_at=local(2026, 2, 1, 9, 0))
    for days in (3, 5):
        add_injury(two, by=officer, severity="minor", name="某", lost_days=days)
    make.incident("minor", happened_at=local(2026, 4, 1, 9, 0))
    add_injury(
        make.incident("first_aid", happened_at=local(2026, 4, 2, 9, 0)), by=officer, severity="first_aid", name="某"
    )
    assert counted_in(date(2026, 1, 1), date(2026, 12, 31)) == Counted(3, 0, 0, 8)
    assert counted_in(date(2025, 1, 1), date(2025, 12, 31)) == Counted()


def test_hours_are_entered_by_the_month_and_else_said_to_be_estimated(today, officer, desk):
    desk.force_login(officer)
    base = base_of(date(2026, 1, 1), date(2026, 11, 20))
    assert (base.months, base.estimated) == (11, 11) and base.hours > 0
    assert "是估算" in desk.get("/desk/incidents/figures/").content.decode()
    for month in range(1, 12):
        enter_hours(month=date(2026, month, 1), by=officer, headcount=650, hours=100_000)
    base = base_of(date(2026, 1, 1), date(2026, 11, 20))
    assert base == Base(650, 1_100_000, 11, 0)
    values = {"month": "2026-11", "headcount": "660", "hours": "90000"}
    assert desk.post("/desk/incidents/figures/hours/", values).status_code == 302
    assert WorkedHours.objects.get(month=date(2026, 11, 1)).headcount == 660
    for wrong in ({"month": "2027-01"}, {"headcount": "0"}, {"hours": "x"}, {"month": "nonsense"}):
        assert desk.post("/desk/incidents/figures/hours/", values | wrong).status_code == 422
    desk.force_login(make.person(Role.LEADER))
    assert desk.post("/desk/incidents/figures/hours/", values).status_code == 403


def test_the_list_is_filtered_and_exported_and_names_go_only_to_who_may_see_them(today, officer, browser, work_off):
    injured = make.incident("minor", title="割伤")
    make.incident("near_miss", title="差点撞人")
    add_injury(injured, by=officer, severity="minor", name="钱有福", lost_days=3)
    browser.force_login(officer)
    page = browser.get("/desk/incidents/?injuring=1").content.decode()
    assert "割伤" in page and "差点撞人" not in page
    assert "差点撞人" in browser.get("/desk/incidents/?q=撞人&severity=near_miss").content.decode()
    for person, names in ((officer, True), (make.person(Role.ADMIN), False)):
        browser.force_login(person)
        for kind in ("xlsx", "pdf"):
            assert browser.post(f"/desk/incidents/export/{kind}/?span=all").status_code == 302
            work_off()
            job = Job.objects.get(by=person, kind=f"incidents.{kind}")
            assert job.result
            if kind == "xlsx":
                book = openpyxl.load_workbook(job.result.original)
                cells = str([[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()])
                assert "割伤" in cells and ("钱有福" in cells) == names
