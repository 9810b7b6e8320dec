"""Workdays of the factory: its own word, then the official calendar, then what is likely; plans follow at once."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
import time_machine

from core.errors import DomainError, NotAllowed
from core.models import Event
from facilities.actions import add_shift, change_shift, declare_day, remove_shift, withdraw_day
from facilities.calendar import days_of_year, is_final, is_official_workday, is_workday, workdays
from facilities.models import CalendarDay, Shift
from inspections.actions import stop_plan
from inspections.models import Plan, Run
from people.permissions import Role
from tests import make

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def clock():
    with time_machine.travel(datetime(2026, 9, 30, 20, 0, tzinfo=SHANGHAI), tick=False) as clock:
        yield clock


@pytest.fixture
def officer(factory):
    return make.person(Role.SAFETY_OFFICER)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 10, 1), False),
        (date(2026, 10, 7), False),
        (date(2026, 10, 10), True),
        (date(2026, 10, 11), False),
        (date(2026, 9, 30), True),
        (date(2027, 10, 1), False),
        (date(2027, 10, 8), True),
        (date(2027, 10, 9), False),
        (date(2003, 12, 31), True),
        (date(2098, 1, 1), False),
    ],
)
def test_official_holidays_and_make_up_workdays_and_likely_ones_beyond(day, works):
    assert is_official_workday(day) is works


def test_a_year_says_whether_it_is_final():
    assert is_final(2004) and is_final(2026)
    assert not is_final(2003) and not is_final(2027)


@pytest.mark.parametrize("year", [2004, 2026, 2027, 2028, 2099])
def test_every_year_has_its_days(factory, year):
    rows = days_of_year(year)
    assert len(rows) in (365, 366)
    assert 230 <= sum(row.is_workday for row in rows) <= 270


def test_what_the_factory_declares_comes_first_and_can_be_taken_back(officer, clock):
    holiday = date(2026, 10, 1)
    declare_day(holiday, by=officer, is_workday=True, name="赶工")
    declare_day(holiday, by=officer, is_workday=True, name="赶工期")
    assert is_workday(holiday) and workdays()(holiday) and not workdays()(date(2026, 10, 2))
    assert CalendarDay.objects.get().name == "赶工期"
    withdraw_day(holiday, by=officer)
    withdraw_day(holiday, by=officer)
    assert not is_workday(holiday)
    names = list(Event.objects.filter(name__startswith="calendar").order_by("seq").values_list("name", flat=True))
    assert names == ["calendar.declared", "calendar.declared", "calendar.withdrawn"]


@pytest.mark.parametrize("day", [date(2026, 9, 29), date(1999, 1, 1), date(2100, 1, 1)])
def test_a_day_that_is_over_or_far_off_is_refused_with_a_sentence(officer, clock, day):
    for act in (lambda: declare_day(day, by=officer, is_workday=True), lambda: withdraw_day(day, by=officer)):
        with pytest.raises(DomainError):
            act()


@pytest.mark.parametrize("role", [Role.WORKER, Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.LEADER])
def test_others_declare_nothing(factory, clock, role):
    person = make.person(role)
    with pytest.raises(NotAllowed):
        declare_day(date(2026, 10, 1), by=person, is_workday=True)
    with pytest.raises(NotAllowed):
        add_shift(by=person, name="早班", starts_at=time(7), ends_at=time(15))


def test_plans_that_look_at_the_calendar_follow_a_declared_day_and_the_others_do_not(officer, clock, work_off):
    looks = make.plan(days=Plan.Days.WORKDAYS)
    make.plan()
    open_ones = set(Run.objects.values_list("plan", "opens_at", "status"))
    assert not looks.runs.filter(opens_at__gt=datetime.now(UTC)).exists(), "1 October is a holiday"
    declare_day(date(2026, 10, 1), by=officer, is_workday=True)
    assert set(Run.objects.values_list("plan", "opens_at", "status")) == open_ones, "not in the request"
    work_off()
    tomorrow = looks.runs.get(opens_at=datetime(2026, 10, 1, 8, tzinfo=SHANGHAI))
    assert tomorrow.status == Run.Status.DUE
    withdraw_day(date(2026, 10, 1), by=officer)
    work_off()
    tomorrow.refresh_from_db()
    assert tomorrow.status == Run.Status.WITHDRAWN
    declare_day(date(2026, 10, 1), by=officer, is_workday=True)
    work_off()
    assert looks.runs.filter(status=Run.Status.DUE).count() == 1
    assert Run.objects.exclude(plan=looks).filter(status=Run.Status.WITHDRAWN).count() == 0


def test_a_day_declared_while_its_check_is_open_changes_nothing(officer, clock, work_off):
    plan = make.plan(days=Plan.Days.WORKDAYS, opens_at=time(19), window_minutes=120)
    declare_day(date(2026, 9, 30), by=officer, is_workday=False)
    work_off()
    assert plan.runs.get().status == Run.Status.DUE


# Shifts


def test_a_plan_opens_with_its_shift_and_moves_with_it(officer, clock, work_off):
    shift = add_shift(by=officer, name="早班", starts_at=time(7, 30), ends_at=time(15, 30))
    plan = make.plan(shift=shift, opens_at=None)
    change_shift(shift, by=officer, starts_at=time(6, 45))
    work_off()
    standing = plan.runs.get(status=Run.Status.DUE)
    assert standing.opens_at == datetime(2026, 10, 1, 6, 45, tzinfo=SHANGHAI) and standing.shift == shift
    assert plan.runs.get(status=Run.Status.WITHDRAWN).opens_at == datetime(2026, 10, 1, 7, 30, tzinfo=SHANGHAI)


def test_a_shift_that_moves_while_its_check_is_open_makes_no_second_one_today(officer, clock, work_off):
    shift = add_shift(by=officer, name="早班", starts_at=time(7, 30), ends_at=time(15, 30))
    plan = make.plan(shift=shift, opens_at=None)
    clock.move_to(datetime(2026, 10, 1, 7, 30, tzinfo=SHANGHAI))
    change_shift(shift, by=officer, starts_at=time(9))
    work_off()
    moments = [f"{at.astimezone(SHANGHAI):%m-%d %H:%M}" for at in plan.runs.values_list("opens_at", flat=True)]
    assert moments == ["10-01 07:30"]
    clock.move_to(datetime(2026, 10, 1, 14, 0, tzinfo=SHANGHAI))
    work_off()
    assert plan.runs.filter(opens_at=datetime(2026, 10, 2, 9, tzinfo=SHANGHAI)).count() == 1


def test_a_shift_in_use_stays_and_an_unused_one_goes(officer, clock):
    used, unused = (add_shift(by=officer, name=name, starts_at=time(7), ends_at=time(15)) for name in ("早班", "白班"))
    stop_plan(make.plan(shift=used, opens_at=None), by=officer)
    with pytest.raises(DomainError):
        remove_shift(used, by=officer)
    remove_shift(unused, by=officer)
    assert list(Shift.objects.all()) == [used]


def test_faulty_shifts_are_refused_with_a_sentence(officer):
    shift = add_shift(by=officer, name="早班", starts_at=time(7), ends_at=time(15))
    for wrong in (
        lambda: add_shift(by=officer, name="早班", starts_at=time(7), ends_at=time(15)),
        lambda: add_shift(by=officer, name=" ", starts_at=time(7), ends_at=time(15)),
        lambda: add_shift(by=officer, name="夜班", starts_at=time(7), ends_at=time(7)),
        lambda: change_shift(shift, by=officer, ends_at=time(7)),
    ):
        with pytest.raises(DomainError):
            wrong()
    assert Shift.objects.count() == 1


# At the desk


def test_a_day_is_clicked_and_declared_without_any_script(browser, officer, clock):
    browser.force_login(officer)
    assert "2026-10-01" in browser.get("/desk/plans/calendar/?day=2026-10-01").content.decode()
    answer = browser.post("/desk/plans/calendar/", {"day": "2026-10-01", "what": "work", "name": "赶工"})
    assert answer.status_code == 302 and is_workday(date(2026, 10, 1))
    assert "赶工" in browser.get(answer.url).content.decode()
    browser.post("/desk/plans/calendar/", {"day": "2026-10-01", "what": "official"})
    assert not CalendarDay.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"day": "2026-10-01"},
        {"day": "nonsense", "what": "off"},
        {"day": "2026-09-01", "what": "off"},
        {"day": "0001-01-01", "what": "off"},
        {"day": "9999-12-31", "what": "work"},
        {"day": "2026-10-01", "what": "maybe"},
        {"day": "2026-10-01", "what": "off", "name": "长" * 61},
        {"day": "2026-10-01", "what": "off", "name": "\0"},
    ],
)
def test_a_faulty_day_is_said_and_nothing_is_declared(browser, officer, clock, wrong):
    browser.force_login(officer)
    answer = browser.post("/desk/plans/calendar/", wrong)
    assert answer.status_code == 422 and answer.context["form"].errors
    assert not CalendarDay.objects.exists()


@pytest.mark.parametrize(
    "query", ["year=abc", "year=1", "year=99999", "day=x", "day=9999-12-31", "day=2026-02-30", "year=２０２６"]
)
def test_strange_addresses_show_this_year(browser, officer, clock, query):
    browser.force_login(officer)
    answer = browser.get(f"/desk/plans/calendar/?{query}")
    assert answer.status_code == 200 and answer.context["year"] == 2026


def test_shifts_at_the_desk(browser, officer, clock):
    browser.force_login(officer)
    assert (
        browser.post("/desk/plans/shifts/", {"name": "早班", "starts_at": "07:30", "ends_at": "15:30"}).status_code
        == 302
    )
    shift = Shift.objects.get()
    again = browser.post("/desk/plans/shifts/", {"name": "早班", "starts_at": "08:30", "ends_at": "15:30"})
    assert again.status_code == 422 and "08:30" in again.content.decode()
    assert (
        browser.post(
            f"/desk/plans/shifts/{shift.pk}/", {"name": "早班", "starts_at": "07:00", "ends_at": "25:00"}
        ).status_code
        == 422
    )
    assert (
        browser.post(
            f"/desk/plans/shifts/{shift.pk}/", {"name": "早班", "starts_at": "07:00", "ends_at": "15:30"}
        ).status_code
        == 302
    )
    shift.refresh_from_db()
    assert shift.starts_at == time(7)
    browser.post(f"/desk/plans/shifts/{shift.pk}/remove/")
    assert not Shift.objects.exists()


def test_leaders_look_and_do_not_change(browser, factory, clock):
    browser.force_login(make.person(Role.LEADER))
    for path in ("/desk/plans/calendar/", "/desk/plans/shifts/"):
        assert browser.get(path).status_code == 200
        assert browser.post(
            path, {"day": "2026-10-01", "what": "off", "name": "早班", "starts_at": "7:00", "ends_at": "8:00"}
        ).status_code in (403, 422)
    assert not CalendarDay.objects.exists() and not Shift.objects.exists()
