"""A period is over: its report is opened, reminded of, late; papers end; one report in ten is drawn."""

from datetime import date, timedelta

import pytest
import time_machine

from core.models import Event
from facilities.calendar import today
from facilities.models import CalendarDay
from notifications.models import Notification
from partners import actions
from partners.actions.reviewing import drawn_by
from partners.models import Draw, SelfInspection
from partners.periods import due_after, last_period, period_of
from people.permissions import Role
from tests import make


@pytest.mark.parametrize(
    ("day", "rhythm", "first", "last"),
    [
        (date(2026, 2, 14), "month", date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 12, 31), "month", date(2026, 12, 1), date(2026, 12, 31)),
        (date(2026, 11, 26), "quarter", date(2026, 10, 1), date(2026, 12, 31)),
    ],
)
def test_months_and_quarters(day, rhythm, first, last):
    assert period_of(day, rhythm) == (first, last)


def test_the_last_period_lies_before():
    assert last_period(date(2026, 1, 10), "quarter") == (date(2025, 10, 1), date(2025, 12, 31))


def test_it_is_due_on_the_fifth_workday_by_the_factorys_calendar(factory):
    assert due_after(date(2026, 9, 30)) == date(2026, 10, 13), "the national holiday lies between, 10-10 is worked"
    CalendarDay.objects.create(day=date(2026, 12, 1), is_workday=False, name="盘点")
    assert due_after(date(2026, 11, 30)) == date(2026, 12, 8)


def test_the_clock_opens_reminds_and_says_that_it_is_late(factory, work_off):
    make.policies()
    officer = make.person(Role.SAFETY_OFFICER)
    with time_machine.travel("2026-11-16 10:00+08:00", tick=False):
        make.questionnaire()
        company = make.company("联盛表面处理")
        supplier = make.supplier(company)
        work_off()
        assert not SelfInspection.objects.exists()
    with time_machine.travel("2026-12-01 08:01+08:00", tick=False):
        work_off()
        report = SelfInspection.objects.get()
        assert (report.starts_on, report.due_on) == (date(2026, 11, 1), date(2026, 12, 7))
        assert lines(supplier) == ["self_inspection.opened"]
    with time_machine.travel("2026-12-03 08:01+08:00", tick=False):
        work_off()
        assert lines(supplier)[-1] == "self_inspection.reminded"
    with time_machine.travel("2026-12-08 08:01+08:00", tick=False):
        work_off()
        assert lines(supplier)[-1] == lines(officer)[-1] == "self_inspection.late"
        assert SelfInspection.objects.get().days_late == 1
    with time_machine.travel("2027-01-01 08:01+08:00", tick=False):
        work_off()
        assert SelfInspection.objects.count() == 2


def lines(person) -> list[str]:
    return list(Notification.objects.filter(user=person).order_by("seq").values_list("event", flat=True))


def test_a_company_that_is_suspended_is_asked_for_nothing(factory, officer, company, work_off):
    make.questionnaire()
    actions.change_standing(company, "suspended", by=officer, note="停产整顿")
    with time_machine.travel(period_of(today(), "month")[1] + timedelta(days=2), tick=False):
        work_off()
    assert not SelfInspection.objects.exists()


def test_one_in_ten_is_drawn_by_a_seed_that_can_be_counted_again(factory, officer):
    make.questionnaire()
    for _number in range(21):
        report = make.self_inspection(make.company())
        SelfInspection.objects.filter(pk=report.pk).update(status="submitted", score=90, grade="A")
    draw = actions.draw_reports(report.starts_on, report.ends_on, by=officer)
    assert len(draw.checks.all()) == 2
    assert drawn_by(draw) == sorted(draw.checks.values_list("report_id", flat=True))
    assert actions.draw_reports(report.starts_on, report.ends_on, by=None) == draw and Draw.objects.count() == 1
    check = actions.note_spot_check(draw.checks.first(), by=officer, way="video", result="different", note="围堰裂了")
    assert check.done_by == officer and Event.objects.filter(name="self_inspection.spot_checked").exists()


def test_papers_are_told_of_before_they_end_and_after(factory, officer, company, supplier, work_off):
    with time_machine.travel("2026-11-16 10:00+08:00", tick=False):
        paper = actions.file_document(
            company, by=supplier, kind="licence", valid_until=date(2027, 1, 15), file=make.photo(supplier)
        )
        actions.check_document(paper, by=officer)
    for moment, event in (
        ("2026-12-16 08:01+08:00", "document.expiring"),
        ("2027-01-08 08:01+08:00", "document.ending"),
        ("2027-01-16 08:01+08:00", "document.expired"),
    ):
        with time_machine.travel(moment, tick=False):
            work_off()
            assert lines(supplier)[-1] == event
            paper.refresh_from_db()
            assert (paper.standing == "expired") == (event == "document.expired")
