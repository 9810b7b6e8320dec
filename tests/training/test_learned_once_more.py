"""Cohorts whose certificates run out, versions that have to be learned again, and what a changed post takes back."""

from datetime import timedelta

import pytest

from core.jobs import stop_job
from core.models import Job
from facilities.calendar import today
from notifications.models import Notification
from people.models import JobRole, User
from people.permissions import Role
from tests import make
from tests.plenty import certify
from training import actions
from training.models import Certificate, Course, Enrolment, Requirement
from training.versions import draft_stamp, lessons_of_version

pytestmark = pytest.mark.django_db
URL = "/desk/training/renewals/"


@pytest.fixture
def trainer(browser, factory):
    trainer = make.person(Role.TRAINER)
    browser.force_login(trainer)
    return trainer


def holder(course, ends_in: int) -> User:
    row = make.enrolment(of=course)
    certify(row)
    Certificate.objects.filter(enrolment=row).update(expires_on=today() + timedelta(days=ends_in))
    return row.person


def test_a_cohort_is_renewed_by_a_job_with_a_list_of_what_it_did(browser, trainer, work_off):
    course, other = make.course(), make.course()
    soon, learning, late = holder(course, 20), holder(course, 25), holder(course, 90)
    make.enrolment(learning, of=course)
    left = holder(course, 20)
    User.objects.filter(pk=left.pk).update(is_active=False)
    holder(other, 20)
    page = browser.get(URL, {"course": course.code, "days": 60}).content.decode()
    assert "派给 1 人重学" in page
    answer = browser.post(URL, {"course": course.code, "days": 60})
    job = Job.objects.get()
    assert answer.url == f"/desk/jobs/{job.pk}/" and (job.total, job.kind) == (2, "renewals")
    work_off()
    job.refresh_from_db()
    assert job.status == Job.Status.DONE and job.result.name.endswith(".xlsx")
    given = Enrolment.objects.open().exclude(person=learning).get()
    assert (given.person, given.due_on) == (soon, today() + timedelta(days=20))
    assert given.reason == Enrolment.Reason.BY_HAND, "no post asks for it"
    assert not Enrolment.objects.open().filter(person=late).exists()


def test_a_job_that_was_stopped_gives_nothing(browser, trainer, work_off):
    holder(make.course(), 20)
    browser.post(URL, {"course": "", "days": 60})
    stop_job(Job.objects.get(), by=trainer)
    work_off()
    assert not Enrolment.objects.open().exists() and Job.objects.get().status == Job.Status.CANCELLED


def test_where_nothing_ends_no_job_begins(browser, trainer):
    assert browser.post(URL, {"course": "", "days": 60}).status_code == 422
    assert browser.post(URL, {"course": "", "days": 9999}).status_code == 422
    browser.force_login(make.person(Role.LEADER))
    assert browser.get(URL).status_code == 403


def test_a_renewal_is_taken_back_with_the_post_that_asked_for_it(trainer, work_off):
    course, post = make.course(), JobRole.objects.create(code="welder", name={"zh": "焊工"})
    person = holder(course, 20)
    User.objects.filter(pk=person.pk).update(job_role=post)
    Requirement.objects.create(job_role=post, course_code=course.code)
    actions.follow_certificate(Certificate.objects.get(), 30)
    assert Enrolment.objects.open().get().reason == Enrolment.Reason.RENEWAL
    User.objects.filter(pk=person.pk).update(job_role=None)
    actions.follow_person(User.objects.get(pk=person.pk))
    assert not Enrolment.objects.open().exists()


def published(course, trainer, again_days=None) -> Course:
    draft = actions.draft_course(course, by=trainer)
    stamp = draft_stamp(draft, lessons_of_version(draft))
    return actions.publish_course(draft, by=trainer, stamp=stamp, again_days=again_days)


def test_who_is_learning_is_told_of_the_new_version_and_holders_only_where_it_is_asked(trainer, work_off):
    course = make.course()
    begun, held = make.enrolment(of=course), holder(course, 300)
    actions.open_lesson(begun, course.lessons.get(), by=begun.person)
    published(course, trainer)
    work_off()
    begun.refresh_from_db()
    assert begun.course == course
    assert Notification.objects.filter(event="course.updated", user=begun.person).exists()
    assert not Enrolment.objects.open().filter(person=held).exists()


def test_a_version_that_must_be_learned_again_is_given_to_who_holds_an_earlier_one(browser, trainer, work_off):
    course = make.course()
    held, begun = holder(course, 300), make.enrolment(of=course)
    progress = actions.open_lesson(begun, course.lessons.get(), by=begun.person)
    actions.draft_course(course, by=trainer)
    address = f"/desk/training/courses/{course.code}/edit/publish/"
    page = browser.get(address).content.decode()
    stamp = page.split('name="stamp" value="')[1].split('"')[0]
    assert browser.post(address, {"stamp": stamp, "again_days": "0"}).status_code == 422
    assert browser.post(address, {"stamp": stamp, "again_days": "15"}).status_code == 302
    work_off()
    given = Enrolment.objects.open().get(person=held)
    assert (given.course.version, given.due_on) == (2, today() + timedelta(days=15))
    assert Notification.objects.filter(event="course.given", user=held).exists()
    progress.seconds = 600
    progress.save()
    paper = actions.start_quiz(actions.beat(progress, by=begun.person), by=begun.person)
    for item in paper.items.all():
        actions.save_answer(paper, item.position, [item.order.index(1)], by=begun.person)
    actions.hand_in(paper, by=begun.person)
    assert Enrolment.objects.open().get(person=begun.person).course.version == 2, (
        "the old one is finished, then the new"
    )


def test_what_everybody_has_to_learn_is_asked_of_nobody_who_may_not_learn_here(browser, trainer):
    worker = make.person(Role.WORKER)
    for role in (Role.INSPECTOR, Role.OUTSIDER, Role.SUPPLIER, Role.CONTRACTOR_ADMIN, Role.CONTRACTOR_WORKER):
        make.person(role, name="外来的人")
    User.objects.create(name="没有角色", sort_key="x")
    course = make.course()
    actions.require_course(course.code, by=trainer, job_role=None, days=9)
    assert {row.person_id for row in Enrolment.objects.open()} == {worker.pk, trainer.pk}
    assert "外来的人" not in browser.get("/desk/training/").content.decode()
    inspector = User.objects.filter(grants__role=Role.INSPECTOR).get()
    with pytest.raises(Exception, match="本厂"):
        actions.enrol_by_hand([inspector], course, by=trainer, due_on=today())
