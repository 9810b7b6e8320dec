"""Who has to learn what is set in a matrix of job roles and courses; whoever lacks it gets it at once."""

import pytest

from people.models import JobRole, User
from people.permissions import Role
from tests import make
from training import actions
from training.actions.enrolments import goes_with
from training.models import Enrolment, Requirement

pytestmark = pytest.mark.django_db
URL = "/desk/training/requirements/"


@pytest.fixture
def trainer(browser, factory):
    trainer = make.person(Role.TRAINER)
    browser.force_login(trainer)
    return trainer


@pytest.fixture
def post(factory) -> JobRole:
    return JobRole.objects.create(code="welder", name={"zh": "焊工", "en": "Welder"})


def welders(post: JobRole, count: int) -> None:
    for _number in range(count):
        User.objects.filter(pk=make.person(Role.WORKER).pk).update(job_role=post)


def test_a_new_rule_says_how_many_people_got_it(browser, trainer, post):
    welders(post, 3)
    course = make.course()
    rule = {"course": course.code, "job_role": post.code, "occasion": "post", "days": 10}
    page = browser.post(URL, rule, follow=True).content.decode()
    assert "派给了 3 人" in page
    assert Enrolment.objects.open().filter(course=course).count() == 3
    assert f"{course.title['zh']}" in page and ">10<" in page

    page = browser.post(URL, rule | {"days": 20}, follow=True).content.decode()
    assert "派给了 0 人" in page
    assert Requirement.objects.get().days == 20


def test_what_is_learned_again_is_given_on_its_occasion_only(browser, trainer, post):
    welders(post, 1)
    rule = {"course": make.course().code, "job_role": "", "occasion": "third_week", "days": 10}
    assert browser.post(URL, rule).status_code == 302
    assert Requirement.objects.get().job_role is None and not Enrolment.objects.exists()


@pytest.mark.parametrize("wrong", [{"days": 0}, {"days": 366}, {"days": ""}, {"course": "K0"}, {"job_role": "no"},
                                   {"occasion": "never"}])  # fmt: skip
def test_what_cannot_be_is_said_and_nothing_is_kept(browser, trainer, post, wrong):
    rule = {"course": make.course().code, "job_role": post.code, "occasion": "post", "days": 10}
    assert browser.post(URL, rule | wrong).status_code == 422
    assert not Requirement.objects.exists()


def test_before_a_rule_is_dropped_its_page_says_what_goes_with_it(browser, trainer, post):
    welders(post, 2)
    course = make.course()
    actions.require_course(course.code, by=trainer, job_role=post, days=7)
    begun = make.enrolment(of=course)
    rule = Requirement.objects.get()
    assert goes_with(rule) == 2
    assert "2 人" in browser.get(f"{URL}{rule.pk}/").content.decode()
    browser.post(f"{URL}{rule.pk}/drop/")
    assert not Requirement.objects.exists()
    assert list(Enrolment.objects.open()) == [begun], "what was given by hand stays"


def test_where_everybody_has_to_have_it_dropping_it_for_a_post_takes_nothing(trainer, post):
    welders(post, 2)
    course = make.course()
    for job_role in (post, None):
        actions.require_course(course.code, by=trainer, job_role=job_role, days=7)
    assert goes_with(Requirement.objects.get(job_role=post)) == 0


def test_who_may_only_look_changes_nothing(browser, trainer, post):
    course = make.course()
    actions.require_course(course.code, by=trainer, job_role=post, days=7)
    rule = Requirement.objects.get()
    browser.force_login(make.person(Role.LEADER))
    assert course.title["zh"] in browser.get(URL).content.decode()
    assert browser.post(URL, {"course": course.code, "occasion": "post", "days": 9}).status_code == 403
    assert browser.post(f"{URL}{rule.pk}/", {"days": 9}).status_code == 403
    assert browser.post(f"{URL}{rule.pk}/drop/").status_code == 403
    assert Requirement.objects.get().days == 7
