"""Who may do high-risk work: a licence in date and the courses of the post; and it ends by itself."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import DomainError, NotAllowed, WrongStatus
from core.models import Event
from facilities.calendar import today
from notifications.models import Notification
from people.actions import close_account
from people.permissions import Role
from tests import make
from training import actions
from training.actions import Card
from training.gate import may_do, what_is_missing
from training.library import written_licence_kinds
from training.models import Clearance, Enrolment, Work

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(factory, clock):
    actions.install_licence_kinds(written_licence_kinds(), by=None)
    return make.person(Role.SAFETY_OFFICER, Role.ADMIN)


@pytest.fixture
def welder(officer):
    return make.licence(make.person(Role.WORKER, name="钱师傅")).person


def _codes(person, work=Work.HOT_WORK) -> list[str]:
    return [reason.code for reason in may_do(person, work, today())]


def test_an_expired_welder_cannot_be_put_on_hot_work(officer):
    licence = make.licence(issued_on=date(2020, 10, 1), reviewed_on=date(2023, 9, 1))
    assert licence.ends_on < today()
    with pytest.raises(DomainError, match=str(licence.ends_on)):
        actions.clear_for_work(licence.person, Work.HOT_WORK, by=officer)
    assert not Clearance.objects.exists()


def test_what_is_missing_is_said_by_its_kind(officer, welder):
    assert _codes(welder) == []
    assert _codes(welder, Work.FORKLIFT) == ["missing"]
    assert _codes(make.person(Role.WORKER)) == ["missing"]
    assert _codes(make.licence(issued_on=date(2022, 3, 15)).person) == ["review"]
    actions.record_licence(welder, Card("HE-WORK", today(), is_fit=False), by=officer)
    assert _codes(welder) == ["unfit"]
    pressure = make.licence(kind="SE-WELD")  # 特种设备焊接 is not 特种作业焊接
    assert _codes(pressure.person) == ["missing"]


def test_a_licence_counts_through_its_last_day(officer, welder):
    ends_on = welder.licences.get().ends_on
    assert may_do(welder, Work.HOT_WORK, ends_on) == []
    assert [reason.code for reason in may_do(welder, Work.HOT_WORK, ends_on + timedelta(days=1))] == ["expired"]


def test_a_course_that_is_required_and_not_passed_keeps_from_the_work(officer, welder):
    course = make.course()
    actions.require_course(course.code, by=officer, job_role=None, days=7)
    assert _codes(welder) == ["courses"]
    with pytest.raises(DomainError, match=course.title["zh"]):
        actions.clear_for_work(welder, Work.HOT_WORK, by=officer)
    actions.issue_certificate(welder, course.title, by=None, score=90, hours=2, valid_months=12, course=course)
    assert _codes(welder) == []
    other = make.licence().person
    actions.enrol_missing(by=None)
    actions.exempt(Enrolment.objects.get(person=other), by=officer, note="内部讲师")
    assert _codes(other) == []


def test_confined_spaces_take_their_course_and_no_licence(officer):
    course, person = make.course(), make.person(Role.WORKER)
    type(course).objects.filter(pk=course.pk).update(code="C13")
    course.refresh_from_db()
    assert _codes(person, Work.CONFINED_SPACE) == ["courses"]
    actions.issue_certificate(person, course.title, by=None, score=90, hours=2, valid_months=12, course=course)
    assert _codes(person, Work.CONFINED_SPACE) == []


def test_somebody_is_put_on_it_once_and_by_somebody_else(officer, welder):
    actions.clear_for_work(welder, Work.HOT_WORK, by=officer)
    with pytest.raises(WrongStatus):
        actions.clear_for_work(welder, Work.HOT_WORK, by=officer)
    make.licence(officer)
    with pytest.raises(NotAllowed):
        actions.clear_for_work(officer, Work.HOT_WORK, by=officer)
    for role in (Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.WORKER):
        with pytest.raises(NotAllowed):
            actions.clear_for_work(make.licence().person, Work.HOT_WORK, by=make.person(role))


def test_it_ends_by_itself_at_midnight_after_the_last_day_and_is_told(officer, welder, clock, work_off):
    clearance = actions.clear_for_work(welder, Work.HOT_WORK, by=officer)
    ends_on = welder.licences.get().ends_on
    clock.move_to(f"{ends_on}T15:59:00Z")
    work_off()
    clearance.refresh_from_db()
    assert clearance.ended_at is None
    clock.shift(120)
    work_off()
    clearance.refresh_from_db()
    assert clearance.ended_at is not None and clearance.ended_by is None
    told = set(Notification.objects.filter(event="clearance.ended").values_list("user", flat=True))
    assert told == {welder.pk, officer.pk}
    assert Event.objects.filter(name="clearance.ended").count() == 1


@pytest.mark.parametrize("why", ["withdrawn", "unfit", "shortened", "left"])
def test_it_ends_with_what_it_rests_on(officer, welder, clock, work_off, why):
    clearance = actions.clear_for_work(welder, Work.HOT_WORK, by=officer)
    licence = welder.licences.get()
    if why == "withdrawn":
        actions.withdraw_licence(licence, by=officer, note="借给他人")
    elif why == "unfit":
        actions.record_licence(welder, Card("HE-WORK", today(), is_fit=False), by=officer)
    elif why == "shortened":
        clock.shift(timedelta(days=40).total_seconds())
        actions.correct_expiry(licence, by=officer, expires_on=today() - timedelta(days=1), note="看错了")
    else:
        close_account(welder, by=officer, note="离职")
        work_off()
    clearance.refresh_from_db()
    assert clearance.ended_at is not None


def test_a_renewed_licence_keeps_the_work(officer, welder, clock, work_off):
    clearance = actions.clear_for_work(welder, Work.HOT_WORK, by=officer)
    licence = welder.licences.get()
    clock.shift(timedelta(days=2100).total_seconds())
    actions.renew_licence(licence, Card("SW-WELD", today(), "T2"), by=officer)
    clock.shift(timedelta(days=200).total_seconds())
    work_off()
    clearance.refresh_from_db()
    assert clearance.ended_at is None


def test_the_page_says_who_may_do_what_and_puts_people_on_and_off(officer, welder, browser):
    browser.force_login(officer)
    url = reverse("console:clearances")
    assert welder.name in browser.get(url).content.decode()
    refused = browser.post(url, {"person": make.person(Role.WORKER).employee_no, "work": "hot_work"})
    assert refused.status_code == 422 and "焊接与热切割" in refused.content.decode()
    assert browser.post(url, {"person": welder.employee_no, "work": "hot_work"}).status_code == 302
    clearance = Clearance.objects.get()
    end = reverse("console:end_clearance", args=[clearance.pk])
    assert browser.post(end, {"note": ""}).status_code == 422
    assert browser.post(end, {"note": "换岗"}).status_code == 302
    assert browser.post(end, {"note": "换岗"}).status_code == 409
    clearance.refresh_from_db()
    assert (clearance.ended_by, clearance.note) == (officer, "换岗")


def test_a_team_leader_sees_the_own_department_only_and_no_health(officer, browser):
    workshop = make.department()
    mine = make.licence(make.person(Role.WORKER, name="孙师傅", in_department=workshop)).person
    other = make.licence(make.person(Role.WORKER, name="李师傅", in_department=make.department())).person
    for person in (mine, other):
        make.licence(person, "HE-WORK", number="", is_fit=False)
        Clearance.objects.create(person=person, work=Work.HOT_WORK, given_by=officer)
    browser.force_login(make.person(Role.TEAM_LEADER, in_department=workshop, bound=True))
    shown = browser.get(reverse("console:clearances")).content.decode()
    assert "孙师傅" in shown and "李师傅" not in shown
    assert "体检" not in shown and "not fit" not in shown


def test_many_people_are_looked_at_with_as_many_questions_as_few(officer):
    def asked(count: int) -> int:
        pairs = [(make.licence().person, Work.HOT_WORK) for _n in range(count)]
        with CaptureQueriesContext(connection) as queries:
            what_is_missing(pairs, today())
        return len(queries)

    assert asked(2) == asked(20) <= 6


def _certified(person, course, months: int = 12):
    return actions.issue_certificate(
        person, course.title, by=None, score=90, hours=2, valid_months=months, course=course
    )


@pytest.fixture
def taught_welder(officer, welder):
    """Put on hot work with the licence and the course that the post asks for."""
    course = make.course()
    certificate = _certified(welder, course)
    actions.require_course(course.code, by=officer, job_role=None, days=7)
    return welder, certificate, actions.clear_for_work(welder, Work.HOT_WORK, by=officer)


def test_a_course_that_runs_out_ends_the_work_at_midnight_and_the_officer_is_told(
    officer, taught_welder, clock, work_off
):
    welder, certificate, clearance = taught_welder
    clock.move_to(f"{certificate.expires_on}T15:59:00Z")
    work_off()
    clearance.refresh_from_db()
    assert clearance.ended_at is None
    warned = Notification.objects.filter(event="certificate.expiring", user=officer)
    assert str(certificate.expires_on) in warned.first().line
    clock.shift(120)
    work_off()
    clearance.refresh_from_db()
    assert clearance.ended_at is not None and clearance.ended_by is None
    told = Notification.objects.filter(event="clearance.ended").values_list("user", flat=True)
    assert set(told) == {welder.pk, officer.pk}
    assert _codes(welder) == ["lapsed"]
    with pytest.raises(DomainError, match=certificate.title["zh"]):
        actions.clear_for_work(welder, Work.HOT_WORK, by=officer)


def test_who_learned_it_again_in_time_keeps_the_work(officer, taught_welder, clock, work_off):
    welder, certificate, clearance = taught_welder
    clock.shift(timedelta(days=360).total_seconds())
    _certified(welder, certificate.course)
    clock.shift(timedelta(days=20).total_seconds())
    work_off()
    clearance.refresh_from_db()
    assert clearance.ended_at is None


def test_a_certificate_that_is_taken_back_ends_the_work_at_once(officer, taught_welder):
    _welder, certificate, clearance = taught_welder
    actions.revoke_certificate(certificate, by=officer, note="替考")
    clearance.refresh_from_db()
    assert clearance.ended_at is not None


def test_a_course_that_is_asked_for_only_now_ends_nothing(officer, taught_welder, clock, work_off):
    welder, _certificate, clearance = taught_welder
    actions.require_course(make.course().code, by=officer, job_role=None, days=7)
    actions.end_unfounded(welder)
    clearance.refresh_from_db()
    assert clearance.ended_at is None
    assert _codes(welder) == ["courses"]


def test_the_course_that_the_work_takes_is_given_again_before_it_runs_out(officer, clock, work_off):
    course, person = make.course(), make.person(Role.WORKER)
    type(course).objects.filter(pk=course.pk).update(code="C13")
    course.refresh_from_db()
    certificate = _certified(person, course)
    clearance = actions.clear_for_work(person, Work.CONFINED_SPACE, by=officer)
    clock.move_to(f"{certificate.expires_on - timedelta(days=30)}T04:00:00Z")
    work_off()
    assert Enrolment.objects.open().get(person=person).due_on == certificate.expires_on
    assert Notification.objects.filter(event="certificate.expiring", user=officer).exists()
    clock.move_to(f"{certificate.expires_on}T16:01:00Z")
    work_off()
    clearance.refresh_from_db()
    assert clearance.ended_at is not None
