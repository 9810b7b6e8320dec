"""The law's hour: counted from when the head learned of it, told three times, and too late stays too late."""

import io
from datetime import timedelta

import pytest
import time_machine
from pypdf import PdfReader

from core.models import Event, Job
from incidents.law import grade_of
from incidents.models import AuthorityReport, Incident
from notifications.models import Notification
from tests import make
from tests.incidents.conftest import local, post

START = local(2026, 11, 10, 8, 0)


def told(person, event: str) -> int:
    return Notification.objects.filter(user=person, event=event, is_urgent=True).count()


@pytest.fixture
def serious(officer, leader, work_off):
    with time_machine.travel(START, tick=False):
        incident = make.incident("serious", equipment=make.machine(), happened_at=START - timedelta(minutes=5))
        work_off()
    return incident


def at(minutes: int):
    return time_machine.travel(START + timedelta(minutes=minutes))


def test_badly_hurt_starts_the_hour_and_it_is_told_at_30_50_and_60_minutes(serious, leader, work_off):
    assert serious.must_report and serious.report_by == START + timedelta(minutes=60)
    assert told(leader, "incident.clock_started") == 1
    for minutes, due, late in ((29, 0, 0), (31, 1, 0), (51, 2, 0), (59, 2, 0), (61, 2, 1), (90, 2, 1)):
        with at(minutes):
            work_off()
        assert (told(leader, "incident.report_due"), told(leader, "incident.report_late")) == (due, late)
    assert "还剩 10 分钟" in Notification.objects.filter(event="incident.report_due").latest("pk").line


def test_reported_in_time_nobody_is_called_any_more(serious, browser, leader, work_off):
    with at(35):
        work_off()
        browser.force_login(leader)
        page = browser.get(f"/desk/incidents/{serious.pk}/report/").content.decode()
        assert "第九、十二、十三条" in page and "重伤 1" not in page and "一般事故" in page
        sent = {"to": "区应急管理局", "at": "2026-11-10T08:34", "note": "王科长"}
        assert browser.post(f"/desk/incidents/{serious.pk}/report/", sent).status_code == 302
    report = AuthorityReport.objects.get()
    assert (report.kind, report.is_late, report.by) == ("first", False, leader)
    with at(70):
        work_off()
        assert "按时上报" in browser.get(f"/desk/incidents/{serious.pk}/report/").content.decode()
    assert told(leader, "incident.report_late") == 0
    assert Event.objects.get(name="incident.told_authority").data["to"] == "区应急管理局"


def test_too_late_stands_as_such(serious, browser, leader):
    with at(80):
        browser.force_login(leader)
        future = {"to": "区应急管理局", "at": "2026-11-10T09:40"}
        assert browser.post(f"/desk/incidents/{serious.pk}/report/", future).status_code == 422
        browser.post(f"/desk/incidents/{serious.pk}/report/", future | {"at": "2026-11-10T09:15"})
    assert AuthorityReport.objects.get().is_late
    assert Incident.objects.get().is_report_late
    browser.force_login(leader)
    assert "迟报" in browser.get(f"/desk/incidents/{serious.pk}/").content.decode()


def test_the_hour_runs_from_when_the_head_learned_of_it(desk, leader, officer, work_off):
    """Anything may be marked; moved, the warnings follow."""
    with time_machine.travel(START):
        desk.force_login(officer)
        incident = make.incident("near_miss", happened_at=START - timedelta(hours=2))
        assert not incident.must_report
        assert post(desk, incident, "clock", known_at="2026-11-10T05:00").status_code == 422, "before it happened"
        assert post(desk, incident, "clock", known_at="2026-11-10T07:20").status_code == 302
        work_off()
        assert told(leader, "incident.report_due") == 0
    with time_machine.travel(START + timedelta(minutes=11)):
        work_off()
    assert told(leader, "incident.report_due") == 1
    incident.refresh_from_db()
    assert incident.report_by == local(2026, 11, 10, 8, 20)


def test_the_floor_thought_it_was_worse_and_the_hour_is_stopped_with_a_reason_only(desk, serious, leader, work_off):
    with at(10):
        assert post(desk, serious, "no_clock", note="误报").status_code == 422, "it still stands as serious"
        post(desk, serious, "confirm", severity="minor", accident=serious.accident)
        assert post(desk, serious, "no_clock", note=" ").status_code == 422
        assert post(desk, serious, "no_clock", note="只是扭伤").status_code == 302
    with at(70):
        work_off()
    assert told(leader, "incident.report_due") == told(leader, "incident.report_late") == 0


def test_changed_casualties_are_asked_for_within_thirty_days_after_a_fire_within_seven(desk, officer, leader, work_off):
    assert make.incident(happened_at=local(2026, 10, 1, 9, 0)).supplement_until == local(2026, 10, 31).date()
    with time_machine.travel(START):
        fire = make.incident("serious", accident="GB6441-2025:fire")
        desk.force_login(officer)
        desk.post(f"/desk/incidents/{fire.pk}/report/", {"to": "应急局", "at": "2026-11-10T08:00"})
        post(desk, fire, "injury", name="钱有福", severity="serious")
    with time_machine.travel(START + timedelta(days=5)):
        desk.force_login(officer)
        post(desk, fire, "injury", name="张三", severity="minor", lost_days=4)
        work_off()
        assert Event.objects.filter(name="incident.supplement_due").count() == 2
        desk.post(f"/desk/incidents/{fire.pk}/report/", {"to": "应急局", "at": "2026-11-15T08:00"})
    with time_machine.travel(START + timedelta(days=9)):
        desk.force_login(officer)
        post(desk, fire, "injury", name="李四", severity="minor", lost_days=2)
    assert Event.objects.filter(name="incident.supplement_due").count() == 2
    assert list(AuthorityReport.objects.values_list("kind", flat=True)) == ["first", "supplement"]


@pytest.mark.parametrize(
    ("facts", "grade"),
    [
        ((0, 0, 0), None), ((1, 0, 0), "一般事故"), ((2, 9, 999_999_999), "一般事故"), ((3, 0, 0), "较大事故"), ((0, 10, 0), "较大事故"),
        ((0, 0, 1_000_000_000), "较大事故"), ((10, 0, 0), "重大事故"), ((0, 50, 0), "重大事故"), ((0, 0, 10_000_000_000), "特别重大事故"),
        ((30, 0, 0), "特别重大事故"), ((29, 99, 0), "重大事故"),
    ],
)  # fmt: skip
def test_the_grade_follows_from_deaths_serious_injuries_and_loss(facts, grade):
    found = grade_of(*facts)
    assert (found and found["zh"]) == grade


def test_the_report_and_the_record_are_made_as_paper(serious, browser, leader, officer, work_off):
    browser.force_login(officer)
    post(browser, serious, "injury", name="钱有福", severity="serious")
    browser.force_login(leader)
    texts = {}
    for kind, job_kind in (("report", "incidents.report"), ("record", "insight.incident")):
        browser.post(f"/desk/incidents/{serious.pk}/print/{kind}/")
        work_off()
        job = Job.objects.get(kind=job_kind)
        assert job.result
        pages = PdfReader(io.BytesIO(job.result.original.read())).pages
        texts[kind] = "".join("".join(page.extract_text().split()) for page in pages)
    assert "事故的简要经过" in texts["report"] and "重伤1" in texts["report"] and "钱有福" not in texts["report"]
    assert "本来能发现吗" in texts["record"] and "钱有福" in texts["record"]
