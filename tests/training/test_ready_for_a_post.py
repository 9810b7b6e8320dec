"""晋升、上岗: what a post asks for, what is there, what is missing, and giving it in one step."""

from datetime import timedelta

import pytest

from core.errors import DomainError, NotAllowed
from facilities.calendar import today
from market.actions import install_pack
from market.packs import load_pack
from people.models import JobRole, User
from people.permissions import Role
from tests import make
from tests.training.test_the_lifelong_record import passed, words
from training import actions
from training.models import Enrolment, LicenceRequirement, Requirement
from training.posts import asked_by, gaps

pytestmark = pytest.mark.django_db


@pytest.fixture
def trainer(browser, factory):
    trainer = make.person(Role.TRAINER)
    browser.force_login(trainer)
    return trainer


@pytest.fixture
def welder(factory) -> JobRole:
    return JobRole.objects.create(code="welder", name={"zh": "焊工", "en": "Welder"})


def asks(post: JobRole | None, days: int = 14):
    course = make.course(lessons=2, minutes=10)
    Requirement.objects.create(job_role=post, course_code=course.code, days=days)
    return course


def gap(person: User, post: JobRole):
    return gaps([person], asked_by(post))[0]


def states(person: User, post: JobRole) -> dict[str, str]:
    return {point.asked.code: point.state for point in gap(person, post).points}


def test_courses_of_the_post_and_of_everybody_and_its_licences_are_asked(welder):
    own, all_, other = asks(welder), asks(None), JobRole.objects.create(code="other", name="别的")
    asks(other)
    make.licence()
    LicenceRequirement.objects.create(job_role=welder, kind_code="SW-WELD")
    assert {each.code for each in asked_by(welder)} == {own.code, all_.code, "SW-WELD"}


def test_each_thing_says_where_it_stands(welder, trainer):
    person = make.person(Role.WORKER)
    held = passed(person)
    old = passed(person, days_ago=500)
    for certificate in (held, old):
        Requirement.objects.create(job_role=welder, course_code=certificate.course.code)
    type(old).objects.filter(pk=old.pk).update(expires_on=today() - timedelta(days=1))
    free, learning, missing = asks(welder), asks(welder), asks(welder)
    actions.exempt(make.enrolment(person, of=free), by=trainer, note="有同等证书")
    make.enrolment(person, of=learning)
    assert states(person, welder) == {
        held.course.code: "there", old.course.code: "lapsed", free.code: "exempt", learning.code: "learning",
        missing.code: "missing",
    }  # fmt: skip
    found = gap(person, welder)
    assert found.there == 2 and not found.is_qualified and found.minutes == 2 + 20 + 20


def test_a_licence_counts_until_it_ends(welder):
    person = make.person(Role.WORKER)
    make.licence(person)
    LicenceRequirement.objects.create(job_role=welder, kind_code="SW-WELD")
    assert gap(person, welder).is_qualified
    person.licences.update(ends_on=today() - timedelta(days=1))
    assert states(person, welder) == {"SW-WELD": "lapsed"}


def test_one_click_gives_all_that_is_missing(browser, trainer, welder):
    first, second = asks(welder, days=5), asks(welder, days=30)
    people = [make.person(Role.WORKER) for _n in range(3)]
    make.enrolment(people[0], of=first)
    page = browser.post("/desk/training/posts/prepare/", {"post": "welder", "person": [one.pk for one in people]})
    assert page.status_code == 302
    given = Enrolment.objects.filter(reason=Enrolment.Reason.BY_HAND).exclude(due_on=today() + timedelta(days=7))
    assert given.filter(course=first, due_on=today() + timedelta(days=5)).count() == 2
    assert given.filter(course=second, due_on=today() + timedelta(days=30)).count() == 3
    browser.post("/desk/training/posts/prepare/", {"post": "welder", "person": [one.pk for one in people]})
    assert Enrolment.objects.count() == 6


def test_the_persons_page_shows_the_gap_before_another_post(browser, trainer, welder):
    course, person = asks(welder), make.person(Role.WORKER)
    shown = words(browser, f"/desk/training/people/{person.pk}/?post={welder.pk}")
    assert "还差 1 项" in shown and course.title["zh"] in shown
    page = browser.post("/desk/training/posts/prepare/", {"post": "welder", "person": person.pk, "next": "person"})
    assert page["Location"] == f"/desk/training/people/{person.pk}/?post={welder.pk}"
    assert "正在学" in words(browser, page["Location"])


def test_qualified_before_the_post_is_said(browser, trainer, welder):
    person = make.person(Role.WORKER)
    certificate = passed(person, days_ago=10)
    Requirement.objects.create(job_role=welder, course_code=certificate.course.code)
    User.objects.filter(pk=person.pk).update(job_role=welder, hired_on=today() - timedelta(days=3))
    assert "上岗之前就达到了" in words(browser, f"/desk/training/people/{person.pk}/")


def test_the_worker_reads_the_own_gap_in_plain_words(browser, welder):
    worker = make.person(Role.WORKER)
    User.objects.filter(pk=worker.pk).update(job_role=welder)
    course = asks(welder)
    browser.force_login(worker)
    shown = words(browser, "/m/record/post/")
    assert "还差 1 项" in shown and course.title["zh"] in shown
    other = JobRole.objects.create(code="driver", name={"zh": "叉车司机", "en": "Driver"})
    assert "这个岗位没有要求" in words(browser, f"/m/record/post/?post={other.pk}")
    assert words(browser, "/m/record/post/?post=99999999999999999999")


def test_only_who_assigns_gives_and_asks(browser, welder):
    asks(welder)
    person, leader = make.person(Role.WORKER), make.person(Role.HEAD)
    browser.force_login(leader)
    assert browser.post("/desk/training/posts/prepare/", {"post": "welder", "person": person.pk}).status_code == 403
    assert browser.post("/desk/training/posts/licences/", {"post": "welder", "kind": "SW-WELD"}).status_code == 403
    with pytest.raises(NotAllowed):
        actions.prepare_for([person], welder, by=leader)


def test_a_licence_is_asked_for_and_no_longer(browser, trainer, welder):
    make.licence()
    browser.post("/desk/training/posts/licences/", {"post": "welder", "kind": "SW-WELD"})
    browser.post("/desk/training/posts/licences/", {"post": "welder", "kind": "SW-WELD"})
    rule = LicenceRequirement.objects.get(job_role=welder)
    page = browser.post("/desk/training/posts/licences/", {"post": "welder", "kind": "NONSENSE"})
    assert page.status_code == 422
    browser.post(f"/desk/training/posts/licences/{rule.pk}/drop/")
    assert not LicenceRequirement.objects.exists()


def test_nobody_who_left_is_made_ready(trainer, welder):
    asks(welder)
    gone = make.person(Role.WORKER)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    with pytest.raises(DomainError):
        actions.prepare_for([User.objects.get(pk=gone.pk)], welder, by=trainer)


def test_a_pack_says_which_licences_its_posts_ask_for(factory):
    install_pack(load_pack("metal-working"), by=None)
    codes = set(LicenceRequirement.objects.values_list("job_role__code", "kind_code"))
    assert ("welder", "SW-WELD") in codes and ("forklift-driver", "SE-N1") in codes
    before = len(codes)
    install_pack(load_pack("metal-working"), by=None)
    assert LicenceRequirement.objects.count() == before
