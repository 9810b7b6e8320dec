"""Requirements of job roles become courses to learn the same day, whoever comes, changes the post, or comes back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people.actions import Person, add_user, change_user, close_account, reopen_account
from people.models import JobRole, RoleGrant, User
from people.permissions import Role
from tests import make
from training import actions
from training.models import Enrolment, Requirement
from training.models.learning import Occasion

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(factory):
    return make.person(Role.ADMIN)


@pytest.fixture
def trainer(factory):
    return make.person(Role.TRAINER)


def _post(code: str) -> JobRole:
    return JobRole.objects.create(code=code, name={"zh": code, "en": code})


def _open(person: User) -> set[str]:
    return set(Enrolment.objects.open().filter(person=person).values_list("course_code", flat=True))


def test_a_new_welder_has_the_welders_courses_the_same_day(admin, trainer, work_off):
    welder, press = _post("welder"), _post("press")
    courses = [make.course() for _n in range(3)]
    actions.require_course(courses[0].code, by=trainer, job_role=welder, days=7)
    actions.require_course(courses[1].code, by=trainer, job_role=press, days=7)
    actions.require_course(courses[2].code, by=trainer, job_role=None, days=7)
    person = add_user(Person("钱师傅", phone="13911110001", job_role=welder), by=admin)
    work_off()
    assert _open(person) == {courses[0].code, courses[2].code}


def test_who_changes_the_post_gets_the_new_ones_and_loses_what_is_not_needed(admin, trainer, work_off):
    welder, press = _post("welder"), _post("press")
    old, new = make.course(), make.course()
    actions.require_course(old.code, by=trainer, job_role=welder, days=7)
    actions.require_course(new.code, by=trainer, job_role=press, days=7)
    person = add_user(Person("钱师傅", phone="13911110001", job_role=welder), by=admin)
    work_off()
    change_user(person, Person("钱师傅", phone="13911110001", job_role=press), by=admin)
    work_off()
    assert _open(person) == {new.code}


def test_who_comes_back_after_a_year_learns_again(admin, trainer, clock, work_off):
    welder, course = _post("welder"), make.course()
    Requirement.objects.create(job_role=welder, course_code=course.code, occasion=Occasion.RETURN, days=3)
    person = add_user(Person("钱师傅", phone="13911110001", job_role=welder), by=admin)
    close_account(person, by=admin, note="离职")
    clock.shift(timedelta(days=200).total_seconds())
    reopen_account(person, by=admin)
    work_off()
    assert _open(person) == set()
    close_account(person, by=admin, note="离职")
    clock.shift(timedelta(days=366).total_seconds())
    reopen_account(person, by=admin)
    work_off()
    assert _open(person) == {course.code}
    assert Enrolment.objects.get().reason == Enrolment.Reason.RETURN


def test_the_third_week_brings_its_reinforcement(admin, clock, work_off):
    welder, course = _post("welder"), make.course()
    Requirement.objects.create(job_role=welder, course_code=course.code, occasion=Occasion.THIRD_WEEK, days=5)
    hired = Person("钱师傅", phone="13911110001", job_role=welder, hired_on=timezone.localdate())
    person = add_user(hired, by=admin)
    work_off()
    assert _open(person) == set()
    clock.shift(timedelta(days=14, hours=12).total_seconds())
    work_off()
    assert _open(person) == {course.code}


def test_one_rule_for_everybody_asks_the_database_as_often_for_ten_as_for_a_hundred(trainer):
    counts = []
    for size in (1, 10, 100):
        people = User.objects.bulk_create(User(name=f"工人{n}", sort_key=f"g{size}{n:05}") for n in range(size))
        RoleGrant.objects.bulk_create(RoleGrant(user=person, role=Role.WORKER) for person in people)
        course = make.course()
        with CaptureQueriesContext(connection) as asked:
            actions.require_course(course.code, by=trainer, job_role=None, days=7)
        counts.append(len(asked))
        assert Enrolment.objects.open().filter(course=course).count() == User.objects.filter(is_active=True).count()
    assert counts[1] == counts[2]


def test_who_is_exempt_is_not_given_it_again(trainer):
    course, person = make.course(), make.person(Role.WORKER)
    actions.require_course(course.code, by=trainer, job_role=None, days=7)
    actions.exempt(Enrolment.objects.get(person=person), by=trainer, note="本人是内部讲师")
    actions.enrol_missing(by=None)
    assert _open(person) == set()
