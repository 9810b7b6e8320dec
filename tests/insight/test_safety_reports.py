"""The safety report: written by itself on the first day of each month, kept as it was, told to who waits for it."""

import io
from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone
from pypdf import PdfReader

from core.archives import month_of
from facilities.calendar import today
from hazards.models import Level, Status
from insight.models import Report
from insight.paper import MOST_HAZARDS
from insight.reports import begin, order_report, write_report
from notifications.models import Notification
from people.permissions import Role
from tenants.models import Due
from tests import make
from tests.hazards.lives import SHANGHAI, some

PAGE = "/desk/reports/"


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER)
    browser.force_login(officer)
    return officer


def _text(report: Report) -> str:
    with report.file.original.open() as file:
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(file.read())).pages)


def test_on_the_first_of_the_month_the_one_before_is_written_and_told(officer, work_off):
    leader = make.person(Role.LEADER)
    with time_machine.travel(timezone.datetime(2026, 10, 20, 9, tzinfo=SHANGHAI), tick=False) as clock:
        begin()
        begin()
        work_off()
        assert not Report.objects.exists()
        clock.move_to(timezone.datetime(2026, 11, 1, 6, 1, tzinfo=SHANGHAI))
        work_off()
        report = Report.objects.get()
        assert (report.since, report.until) == (date(2026, 10, 1), date(2026, 10, 31))
        assert report.written_at and report.by is None and report.file.content_type == "application/pdf"
        assert Due.objects.filter(handler="insight.monthly_report").count() == 1
        clock.move_to(timezone.datetime(2027, 1, 5, tzinfo=SHANGHAI))
        work_off()
        assert Report.objects.count() == 3, "two more months are over by now"
    told = Notification.objects.filter(user=leader, line__contains="安全报告")
    assert told.count() == 3


def test_it_holds_what_the_figures_were_and_is_never_counted_again(officer, work_off):
    some(40, seed=4)
    make.hazard(Status.RECTIFYING, level=Level.MAJOR, title="喷涂房接地电阻超限")
    report = order_report("month", today(), by=officer)
    work_off()
    report.refresh_from_db()
    before, text = report.figures, _text(report)
    assert before["closed_loop"]["bottom"] and "喷涂房接地电阻超限" in text
    for words in ("安全报告", "闭环率", "区域 × 周", "车间对比", "没闭环的重大隐患"):
        assert words in text
    some(20, seed=5)
    write_report(report)
    report.refresh_from_db()
    assert report.figures == before


def test_the_worst_come_first_and_what_has_no_room_is_said(officer, work_off):
    make.hazard(level=Level.MAJOR, title="除尘管道没有泄爆")
    for _n in range(MOST_HAZARDS + 2):
        make.hazard(level=Level.SERIOUS)
    report = order_report("month", today(), by=officer)
    work_off()
    report.refresh_from_db()
    text = _text(report)
    assert text.count("除尘管道没有泄爆") == 2, "open, and of this period"
    assert "还有 3 件" in text


def test_it_is_asked_for_on_a_page_and_fetched_there(browser, officer, work_off):
    last = month_of(today().replace(day=1) - timedelta(days=1))[0]
    sent = {"span": "quarter", "month": f"{last:%Y-%m}"}
    assert browser.post(f"{PAGE}order/", sent).status_code == 302
    assert "data-refresh" in browser.get(PAGE).content.decode()
    work_off()
    report = Report.objects.get()
    page = browser.get(PAGE).content.decode()
    assert f"/files/{report.file_id}" in page or str(report.file_id) in page
    assert b"".join(browser.get(f"/files/{report.file_id}/").streaming_content)[:5] == b"%PDF-"
    assert Notification.objects.filter(user=officer, line__contains="安全报告").exists()


def test_what_has_not_begun_is_refused_and_what_was_typed_stays(browser, officer):
    ahead = (today() + timedelta(days=80)).strftime("%Y-%m")
    answer = browser.post(f"{PAGE}order/", {"span": "month", "month": ahead})
    assert answer.status_code == 422 and ahead in answer.content.decode()
    assert browser.post(f"{PAGE}order/", {"span": "decade", "month": "2026-1x"}).status_code == 422
    assert not Report.objects.exists()


@pytest.mark.parametrize("role", [Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.WORKER])
def test_a_report_of_the_whole_factory_is_for_who_sees_all_of_it(browser, factory, officer, role, work_off):
    order_report("month", today(), by=officer)
    work_off()
    browser.force_login(make.person(role))
    assert browser.get(PAGE).status_code == 403
    assert browser.get(f"/files/{Report.objects.get().file_id}/").status_code == 404


def test_the_inspection_team_reads_and_orders_none(browser, factory):
    browser.force_login(make.person(Role.INSPECTOR))
    assert browser.get(PAGE).status_code == 200
    assert browser.post(f"{PAGE}order/", {"span": "month", "month": "2026-01"}).status_code == 403
