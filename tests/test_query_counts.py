"""Lists ask the database the same number of questions for few rows and for many."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from facilities.qr import issue_sticker
from hazards.actions import stop_equipment
from hazards.models import Evidence, Status
from inspections.actions import ask_pause
from inspections.models import Run
from people.permissions import Role
from tests import make

PAGES = (
    "/desk/",
    "/desk/hazards/?group=all",
    "/desk/board/",
    "/desk/board/runs/",
    "/desk/runs/",
    "/desk/runs/?span=all",
    "/desk/jobs/",
    "/desk/plans/",
    "/desk/checklists/",
    "/desk/plans/add/",
    "/desk/plans/calendar/",
    "/desk/plans/shifts/",
    "/desk/plans/pauses/",
    "/desk/plant/",
    "/desk/plant/?locked=1",
    "/desk/screen/",
    "/locks/",
    "/desk/plant/areas/",
    "/desk/plant/departments/",
    "/desk/people/",
    "/desk/ledger/",
    "/desk/hazards/routes/",
    "/m/",
    "/m/hazards/",
    "/m/report/",
    "/desk/hazards/record/",
)


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER, Role.ADMIN, Role.WORKER)
    browser.force_login(officer)
    return officer


def add_some(officer, count: int) -> None:
    for _number in range(count):
        team = make.team(make.person(Role.TEAM_LEADER))
        make.plan(team=team)
        issue_sticker(make.machine(), by=officer)
        make.run(officer)
        ask_pause(make.machine(), by=officer, reason="换模")
        make.run(officer, status=Run.Status.DONE, inspector=officer, submitted_at=timezone.now(), result="pass")
        press = make.machine()
        stopping = make.hazard(equipment=press, area=press.area, reporter=officer)
        stop_equipment(stopping, by=officer, equipment=press, reason="防护罩缺失")
        for status in (Status.REPORTED, Status.SECOND_REVIEW, Status.CLOSED):
            hazard = make.hazard(status, reporter=officer)
            Evidence.objects.create(hazard=hazard, attachment=make.photo(officer), stage="before")


def questions(browser, path: str) -> int:
    browser.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(path).status_code == 200
    return sum(not query["sql"].startswith("SET ") for query in asked)


def test_more_rows_are_not_more_questions(browser, officer):
    add_some(officer, 2)
    few = {path: questions(browser, path) for path in PAGES}
    add_some(officer, 8)
    many = {path: questions(browser, path) for path in PAGES}
    assert many == few
    assert max(few.values()) <= 20
