"""Who is on duty at a moment: by shift and zone, over midnight, with substitutes; and keeping the week's table."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from core.errors import DomainError, NotAllowed
from core.models import Event
from facilities.models import Shift
from people.absences import declare_absence, end_absence
from people.duty import Entry, copy_week, enter_roster, on_duty
from people.models import Duty
from people.permissions import Role
from tests import make

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = date(2027, 3, 1)


def at(hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
    return datetime.combine(day, time(hour, minute), SHANGHAI)


@pytest.fixture
def shifts(factory):
    with time_machine.travel(at(6), tick=False):
        yield {
            code: Shift.objects.create(code=code, name={"zh": code, "en": code}, starts_at=start, ends_at=end)
            for code, start, end in (("day", time(7, 30), time(19, 30)), ("night", time(19, 30), time(7, 30)))
        }


@pytest.fixture
def officer(factory):
    return make.person(Role.SAFETY_OFFICER, name="周敏")


def enter(officer, shift, person, substitute=None, day=MONDAY, department=None):
    return enter_roster([Entry(day, shift, person, substitute)], by=officer, department=department)


def test_the_shift_decides_who_answers_to_the_minute(officer, shifts):
    early, late = make.person(Role.TEAM_LEADER), make.person(Role.TEAM_LEADER)
    enter(officer, shifts["day"], early)
    enter(officer, shifts["night"], late)
    assert on_duty(at(7, 30)) == [early]
    assert on_duty(at(19, 29)) == [early]
    assert on_duty(at(19, 30)) == [late]


def test_a_shift_over_midnight_belongs_to_the_day_on_which_it_began(officer, shifts):
    late = make.person(Role.TEAM_LEADER)
    enter(officer, shifts["night"], late)
    tuesday = MONDAY + timedelta(days=1)
    assert on_duty(at(3, 0, tuesday)) == [late]
    assert on_duty(at(7, 29, tuesday)) == [late]
    assert on_duty(at(7, 30, tuesday)) == [officer], "from then on nobody is entered"


def test_it_is_the_factorys_clock_that_counts(officer, shifts):
    early = make.person(Role.TEAM_LEADER)
    enter(officer, shifts["day"], early)
    assert on_duty(datetime(2027, 3, 1, 0, 0, tzinfo=UTC)) == [early], "8 o'clock in Shanghai"


@pytest.mark.parametrize(
    ("moment", "is_there"),
    [
        (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), True),
        (datetime(2027, 3, 28, 4, 29, tzinfo=UTC), True),
        (datetime(2027, 3, 28, 5, 30, tzinfo=UTC), False),
    ],
)
def test_where_clocks_are_put_forward_the_shift_ends_by_the_clock(factory, officer, shifts, moment, is_there):
    factory.time_zone = "Europe/Berlin"
    try:
        late = make.person(Role.TEAM_LEADER)
        enter(officer, shifts["night"], late, day=date(2027, 3, 27))
        assert (on_duty(moment) == [late]) == is_there
    finally:
        factory.time_zone = "Asia/Shanghai"


def test_the_workshops_people_come_first_and_the_factorys_too(officer, shifts):
    hall = make.department()
    line = make.department()
    line.parent = hall
    line.save()
    there, everywhere = make.person(Role.WORKSHOP_HEAD), make.person(Role.SAFETY_OFFICER)
    enter(officer, shifts["day"], everywhere)
    enter(officer, shifts["day"], there, department=hall)
    assert on_duty(at(9), hall.pk) == [there, everywhere]
    assert on_duty(at(9), line.pk) == [there, everywhere], "what stands above counts below"
    assert on_duty(at(9), make.department().pk) == [everywhere]


def test_the_substitute_answers_for_who_is_away_and_only_then(officer, shifts):
    person, substitute = make.person(Role.TEAM_LEADER), make.person(Role.WORKER)
    enter(officer, shifts["day"], person, substitute)
    away = declare_absence(person, by=officer, stand_in=officer, starts_at=at(6), ends_at=at(12))
    assert on_duty(at(9)) == [substitute]
    assert on_duty(at(13)) == [person]
    end_absence(away, by=officer)
    assert on_duty(at(9)) == [person]


def test_without_a_substitute_the_stand_in_answers(officer, shifts):
    person, stand_in = make.person(Role.TEAM_LEADER), make.person(Role.TEAM_LEADER)
    enter(officer, shifts["day"], person)
    declare_absence(person, by=officer, stand_in=stand_in, starts_at=at(6), ends_at=at(12))
    assert on_duty(at(9)) == [stand_in]


def test_a_closed_account_is_not_on_duty(officer, shifts):
    person, substitute = make.person(Role.TEAM_LEADER), make.person(Role.WORKER)
    enter(officer, shifts["day"], person, substitute)
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    assert on_duty(at(9)) == [substitute]
    type(person).objects.filter(pk=substitute.pk).update(is_active=False)
    assert on_duty(at(9)) == [officer], "and where nobody is left, the safety officers are"


def test_each_change_is_an_event_and_no_change_is_none(officer, shifts):
    person = make.person(Role.TEAM_LEADER, name="赵刚")
    enter(officer, shifts["day"], person)
    enter(officer, shifts["day"], person)
    enter(officer, shifts["day"], None)
    told = list(Event.objects.filter(name__startswith="duty.").order_by("seq").values_list("name", "data__name"))
    assert told == [("duty.entered", "赵刚"), ("duty.removed", "赵刚")]
    assert not Duty.objects.exists()


def test_last_week_is_copied_where_nobody_stands_yet(officer, shifts):
    person, other, gone = (make.person(Role.TEAM_LEADER) for _ in range(3))
    enter(officer, shifts["day"], person)
    enter(officer, shifts["night"], person)
    enter(officer, shifts["night"], gone, day=MONDAY + timedelta(days=1))
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    next_monday = MONDAY + timedelta(days=7)
    enter(officer, shifts["night"], other, day=next_monday)
    assert len(copy_week(next_monday, by=officer)) == 1
    stands = dict(Duty.objects.filter(day__gte=next_monday).values_list("shift__code", "person"))
    assert stands == {"day": person.pk, "night": other.pk}
    assert copy_week(next_monday, by=officer) == []


def test_what_is_over_stays_as_it_was(officer, shifts):
    with pytest.raises(DomainError, match="02-28"):
        enter(officer, shifts["day"], officer, day=MONDAY - timedelta(days=1))


@pytest.mark.parametrize("odd", ["same", "alone", "closed", "supplier"])
def test_odd_names_are_refused_and_nothing_is_written(officer, shifts, odd):
    person, supplier = make.person(Role.WORKER), make.person(Role.SUPPLIER)
    closed = make.person(Role.WORKER)
    closed.is_active = False
    pairs = {"same": (person, person), "alone": (None, person), "closed": (closed, None), "supplier": (supplier, None)}
    with pytest.raises(DomainError):
        enter_roster([Entry(MONDAY, shifts["night"], person), Entry(MONDAY, shifts["day"], *pairs[odd])], by=officer)
    assert not Duty.objects.exists()


def test_a_workshop_head_keeps_the_own_workshop_only(shifts):
    own, other = make.department(), make.department()
    head = make.person(Role.WORKSHOP_HEAD, in_department=own, bound=True)
    enter(head, shifts["day"], head, department=own)
    for place in (other, None):
        with pytest.raises(NotAllowed):
            enter(head, shifts["day"], head, department=place)
    with pytest.raises(NotAllowed):
        enter(make.person(Role.WORKER), shifts["day"], head, department=own)


def page(browser, **asked) -> str:
    return browser.get(reverse("console:roster"), {"week": "2027-03-01", **asked}).content.decode()


def test_a_week_is_kept_in_the_browser_without_scripts(browser, officer, shifts):
    make.person(Role.TEAM_LEADER, name="赵刚")
    browser.force_login(officer)
    key = f"20270301-{shifts['day'].pk}"
    assert f'name="p-{key}"' in page(browser)
    sent = {"week": "2027-03-01", "place": "", f"p-{key}": "赵刚", f"s-{key}": "周敏"}
    answer = browser.post(reverse("console:roster"), sent)
    assert answer.status_code == 302 and "week=2027-03-01" in answer.url
    row = Duty.objects.get()
    assert (row.person.name, row.substitute.name, row.day) == ("赵刚", "周敏", MONDAY)
    with time_machine.travel(at(9), tick=False):
        assert "<b>赵刚</b>" in page(browser), "on duty now"


def test_a_name_that_nobody_has_is_refused_and_everything_typed_stays(browser, officer, shifts):
    browser.force_login(officer)
    day, night = f"20270301-{shifts['day'].pk}", f"20270302-{shifts['night'].pk}"
    sent = {"week": "2027-03-01", "place": "", f"p-{day}": "没有这个人", f"p-{night}": "周敏", f"s-{night}": ""}
    answer = browser.post(reverse("console:roster"), sent)
    shown = answer.content.decode()
    assert answer.status_code == 422 and 'value="没有这个人"' in shown
    assert f'name="p-{night}" value="周敏"' in shown
    assert not Duty.objects.exists()


def test_two_of_one_name_are_told_apart_by_their_number(browser, officer, shifts):
    one, two = make.person(Role.WORKER, name="李伟"), make.person(Role.WORKER, name="李伟")
    browser.force_login(officer)
    assert f'value="李伟 {one.employee_no}"' in page(browser)
    key = f"20270301-{shifts['day'].pk}"
    browser.post(reverse("console:roster"), {"week": "2027-03-01", "place": "", f"p-{key}": f"李伟 {two.employee_no}"})
    assert Duty.objects.get().person == two


def test_whoever_may_not_keep_it_reads_it(browser, officer, shifts):
    enter(officer, shifts["day"], officer)
    browser.force_login(make.person(Role.LEADER))
    shown = page(browser)
    assert "周敏" in shown and "<input" not in shown.split('id="main"')[1].split("</main>")[0]
    assert browser.post(reverse("console:copy_roster"), {"week": "2027-03-01", "place": ""}).status_code == 403


def test_addresses_that_make_no_sense_show_this_week_or_nothing(browser, officer, shifts):
    browser.force_login(officer)
    for week in ("x", "0001-01-01", "9999-12-31", "2027-13-01"):
        assert browser.get(reverse("console:roster"), {"week": week}).status_code == 200
    for place in ("x", "0", "99999999999999999999"):
        assert browser.get(reverse("console:roster"), {"place": place}).status_code == 404


def home_of(browser, person) -> str:
    browser.force_login(person)
    return browser.get(reverse("field:home"), headers={"Accept-Language": "en"}).content.decode()


def test_who_answers_now_sees_it_on_the_phone_and_until_when(officer, shifts, browser):
    worker, substitute, stand_in = (make.person(Role.WORKER, name=name) for name in ("甲", "乙", "丙"))
    enter(officer, shifts["day"], worker, substitute)
    with time_machine.travel(at(7, 29), tick=False):
        assert 'id="watch"' not in home_of(browser, worker)
    with time_machine.travel(at(8), tick=False):
        page = home_of(browser, worker)
        assert 'id="watch"' in page and "19:30" in page
        assert 'id="watch"' not in home_of(browser, substitute)
        when = {"starts_at": at(8), "ends_at": at(18)}
        declare_absence(worker, by=officer, stand_in=stand_in, **when)
        declare_absence(substitute, by=officer, stand_in=officer, **when)
        assert 'id="watch"' not in home_of(browser, worker)
        page = home_of(browser, stand_in)
        assert 'id="watch"' in page and "甲" in page
        assert 'id="watch"' not in home_of(browser, officer), "only the person's own stand-in answers"
    with time_machine.travel(at(19, 30), tick=False):
        assert 'id="watch"' not in home_of(browser, worker)
        # Nobody is entered: the officers answer, but nobody was put on duty.
        assert on_duty(at(19, 30)) == [officer] and 'id="watch"' not in home_of(browser, officer)
