"""Lists ask the database the same number of questions for few rows and for many."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.secrets import seal
from facilities.qr import issue_sticker
from hazards.actions import add_member, add_post, add_subtask, invite_outsider, open_group, stop_equipment
from hazards.models import Evidence, Status
from inspections.actions import ask_pause
from inspections.models import Run
from notifications.models import Message, PushSubscription, Robot
from people.permissions import Role
from tests import make

PAGES = (
    "/desk/",
    "/desk/hazards/?group=all",
    "/desk/hazards/?group=all&by=due&late=ever&q=防护",
    "/desk/hazards/figures/",
    "/desk/hazards/government/",
    "/desk/hazards/notices/",
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
    "/desk/channels/",
    "/m/me/",
    "/desk/hazards/routes/",
    "/desk/hazards/limits/",
    "/m/",
    "/m/hazards/",
    "/m/report/",
    "/m/notices/",
    "/desk/hazards/record/",
)


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER, Role.ADMIN, Role.WORKER)
    browser.force_login(officer)
    return officer


def add_some(officer, count: int) -> None:
    for number in range(count):
        robot = Robot.objects.create(kind="wecom", name="群", address=seal("x"), department=make.department())
        failed = {"channel": "wecom", "status": "failed", "person": make.person(Role.WORKER), "robot": robot}
        Message.objects.create(address="群", text="冒烟", key=f"{count}:{number}", **failed)
        PushSubscription.objects.create(user=officer, endpoint=f"https://p/{count}:{number}", p256dh="x", auth="x")
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
            hazard = make.hazard(
                status, reporter=officer, published_on=None if status == Status.REPORTED else timezone.localdate()
            )
            Evidence.objects.create(hazard=hazard, attachment=make.photo(officer), stage="before")


def questions(browser, path: str) -> int:
    browser.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(path).status_code == 200
    return sum(not query["sql"].startswith("SET ") for query in asked)


def test_a_long_thread_is_not_more_questions(browser, officer):
    group = open_group(make.hazard(Status.RECTIFYING), by=officer)

    def talk(count: int) -> None:
        for number in range(count):
            fixer = make.person(Role.MAINTENANCE, name=f"张{number}", in_department=make.department())
            add_member(group, by=officer, user=fixer)
            add_post(group, by=officer, text=f"@{fixer.name} 来看", photos=[make.photo(officer)])
            soon = timezone.now() + timedelta(hours=1)
            add_subtask(group, by=officer, title="买螺栓", owner=fixer, due_at=soon)
            invite_outsider(group.hazard, by=officer, name="王工", company="供电公司")

    paths = [f"/{face}/hazards/{group.hazard_id}/group/" for face in ("desk", "m")]
    talk(2)
    few = [questions(browser, path) for path in paths]
    talk(6)
    assert [questions(browser, path) for path in paths] == few


def test_more_rows_are_not_more_questions(browser, officer):
    add_some(officer, 2)
    few = {path: questions(browser, path) for path in PAGES}
    add_some(officer, 8)
    many = {path: questions(browser, path) for path in PAGES}
    assert many == few
    assert max(few.values()) <= 20
