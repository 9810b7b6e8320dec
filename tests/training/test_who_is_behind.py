"""At the desk: who is behind, what one person has learned, and a word to those who still have to."""

from datetime import timedelta

import pytest

from core.errors import DomainError, NotAllowed, WrongStatus
from core.models import Event
from facilities.calendar import today
from insight.training import numbers, people_seen_by, with_standing
from notifications.models import Notification
from people.models import JobRole, User
from people.permissions import Role
from tests import make
from training import actions
from training.models import Attempt, Certificate, Enrolment, PaperItem, Question, StudyDay

pytestmark = pytest.mark.django_db


@pytest.fixture
def trainer(browser, factory):
    trainer = make.person(Role.TRAINER)
    browser.force_login(trainer)
    return trainer


@pytest.fixture
def post(factory) -> JobRole:
    return JobRole.objects.create(code="welder", name={"zh": "焊工", "en": "Welder"})


def welder(post: JobRole, **more) -> User:
    person = make.person(Role.WORKER, **more)
    User.objects.filter(pk=person.pk).update(job_role=post)
    return User.objects.get(pk=person.pk)


def certify(enrolment: Enrolment, months: int | None = 12) -> Certificate:
    Enrolment.objects.filter(pk=enrolment.pk).update(status=Enrolment.Status.PASSED, score=90)
    return actions.issue_certificate(
        enrolment.person, enrolment.course.title, by=None, course=enrolment.course, enrolment=enrolment,
        score=90, hours=2, valid_months=months,
    )  # fmt: skip


def paper_of(enrolment: Enrolment, status: str = Attempt.Status.HANDED_IN) -> Attempt:
    """A quiz of two questions, of which the first was right."""
    is_over = status != Attempt.Status.OPEN
    attempt = Attempt.objects.create(
        person=enrolment.person, enrolment=enrolment, lesson=enrolment.course.lessons.first(), status=status,
        started_at=enrolment.created_at, ended_at=enrolment.created_at, pass_score=80, score=50, is_passed=False,
    )  # fmt: skip
    for position, question in enumerate(Question.objects.filter(course_code=enrolment.course_code)[:2], 1):
        PaperItem.objects.create(
            attempt=attempt, position=position, question=question, order=[3, 2, 1, 0], given=[1 if position == 1 else 0],
            is_right=position == 1 if is_over else None,
        )  # fmt: skip
    return attempt


def standing(person: User):
    found = with_standing(User.objects.filter(pk=person.pk)).get()
    return found.passed, found.required, found.open, found.overdue, found.next_due


def test_every_number_says_what_it_is_a_part_of(trainer, post):
    both, one = make.course(), make.course()
    for course in (both, one):
        actions.require_course(course.code, by=trainer, job_role=post, days=7)
    done, half, late, nobody = welder(post), welder(post), welder(post), make.person(Role.WORKER)
    actions.enrol_missing(by=None)
    for enrolment in done.enrolments.all():
        certify(enrolment)
    certify(half.enrolments.get(course=both), months=1)
    late.enrolments.filter(course=one).update(due_on=today() - timedelta(days=1))

    assert standing(done)[:4] == (2, 2, 0, 0)
    assert standing(half) == (1, 2, 1, 0, today() + timedelta(days=7))
    assert standing(late) == (0, 2, 2, 1, today() - timedelta(days=1))
    assert standing(nobody) == (0, 0, 0, 0, None)
    found = numbers(with_standing(people_seen_by(trainer)))
    assert (found.qualified.done, found.qualified.of) == (1, 3)
    assert (found.open.done, found.open.of) == (3, 6)
    assert (found.overdue.done, found.overdue.of) == (1, 3)
    assert (found.expiring.done, found.expiring.of) == (1, 3)


def test_what_expired_or_was_taken_back_is_not_passed_and_who_is_exempt_is_not_asked(trainer, post):
    course = make.course()
    actions.require_course(course.code, by=trainer, job_role=post, days=7)
    expired, taken, exempt = welder(post), welder(post), welder(post)
    actions.enrol_missing(by=None)
    Certificate.objects.filter(pk=certify(expired.enrolments.get()).pk).update(expires_on=today() - timedelta(days=1))
    actions.revoke_certificate(certify(taken.enrolments.get()), by=trainer, note="替考")
    actions.exempt(exempt.enrolments.get(), by=trainer, note="内部讲师")
    assert [standing(person)[:2] for person in (expired, taken, exempt)] == [(0, 1), (0, 1), (0, 0)]


def test_a_course_that_everybody_and_the_post_require_counts_once(trainer, post):
    course = make.course()
    for job_role in (post, None):
        actions.require_course(course.code, by=trainer, job_role=job_role, days=7)
    assert standing(welder(post))[1] == 1


def test_a_team_leader_sees_the_people_of_the_own_workshop(browser, trainer):
    shop, other = make.department(), make.department()
    leader = make.person(Role.TEAM_LEADER, in_department=shop, bound=True)
    own = make.enrolment(make.person(Role.WORKER, name="张本班", in_department=shop))
    foreign = make.enrolment(make.person(Role.WORKER, name="李他班", in_department=other))
    browser.force_login(leader)
    page = browser.get("/desk/training/").content.decode()
    assert "张本班" in page and "李他班" not in page
    assert browser.get(f"/desk/training/people/{own.person_id}/").status_code == 200
    for url in (f"people/{foreign.person_id}/", f"papers/{paper_of(foreign).pk}/"):
        assert browser.get(f"/desk/training/{url}").status_code == 404


def test_filters_leave_who_fits(browser, trainer, post):
    late, idle = welder(post, name="周超期"), make.person(Role.WORKER, name="吴闲着")
    make.enrolment(late)
    Enrolment.objects.update(due_on=today() - timedelta(days=1))
    for query in (f"job_role={post.pk}", "overdue=1", "q=周超期", f"q={late.employee_no}"):
        page = browser.get(f"/desk/training/?{query}").content.decode()
        assert late.name in page and idle.name not in page, query


def test_a_reminder_comes_once_a_day(browser, trainer, work_off, clock):
    enrolment = make.enrolment()
    for _again in range(2):
        browser.post("/desk/training/nudge/", {"person": [enrolment.person_id]})
    work_off()
    notes = Notification.objects.filter(user=enrolment.person, event="enrolment.nudged")
    assert notes.count() == 1 and enrolment.course.title["zh"] in notes.get().line
    with pytest.raises(WrongStatus):
        actions.nudge_learners([enrolment.person], by=trainer)
    clock.shift(timedelta(days=1).total_seconds())
    assert actions.nudge_learners([enrolment.person], by=trainer) == 1


def test_who_has_nothing_to_learn_is_not_reminded_and_nobody_reminds_another_workshop(trainer):
    with pytest.raises(DomainError):
        actions.nudge_learners([make.person(Role.WORKER)], by=trainer)
    leader = make.person(Role.TEAM_LEADER, in_department=make.department(), bound=True)
    with pytest.raises(NotAllowed):
        actions.nudge_learners([make.enrolment().person], by=leader)
    assert not Event.objects.filter(name="enrolment.nudged").exists()


def test_the_trainer_gives_exempts_and_takes_back_on_the_persons_page(browser, trainer):
    person, course = make.person(Role.WORKER), make.course()
    url, day = f"/desk/training/people/{person.pk}/", today() + timedelta(days=5)
    browser.post(f"{url}give/", {"course": course.code, "due_on": str(day)})
    enrolment = person.enrolments.get()
    assert (enrolment.course, enrolment.due_on, enrolment.reason) == (course, day, Enrolment.Reason.BY_HAND)
    past = browser.post(f"{url}give/", {"course": course.code, "due_on": str(today() - timedelta(days=1))})
    assert past.status_code == 422 and f'value="{course.code}" selected' in past.content.decode()

    empty = browser.post(f"/desk/training/enrolments/{enrolment.pk}/exempt/", {"note": " "})
    assert empty.status_code == 422
    browser.post(f"/desk/training/enrolments/{enrolment.pk}/exempt/", {"note": "内部讲师"})
    enrolment.refresh_from_db()
    assert (enrolment.status, enrolment.note) == (Enrolment.Status.EXEMPT, "内部讲师")
    again = browser.post(f"/desk/training/enrolments/{enrolment.pk}/exempt/", {"note": "内部讲师"})
    assert again.status_code == 409

    certificate = certify(make.enrolment(person))
    StudyDay.objects.create(person=person, on=today(), seconds=601)
    browser.post(f"/desk/training/certificates/{certificate.pk}/revoke/", {"note": "替考"})
    page = browser.get(url).content.decode()
    assert certificate.number in page and "替考" in page and "内部讲师" in page
    assert '<td class="num">11</td>' in page, "begun minutes count"


def test_a_paper_is_shown_as_taken_and_only_when_it_is_over(browser, trainer):
    enrolment = make.enrolment()
    over, running = paper_of(enrolment), paper_of(enrolment, Attempt.Status.OPEN)
    assert browser.get(f"/desk/training/papers/{running.pk}/").status_code == 404
    page = browser.get(f"/desk/training/papers/{over.pk}/").content.decode()
    assert page.index("等下班") < page.index("接着干"), "in the order in which it was shown"
    assert "先停机再上报" in page

    browser.force_login(make.person(Role.INSPECTOR))
    page = browser.get(f"/desk/training/papers/{over.pk}/").content.decode()
    assert "接着干" in page and "先停机再上报" not in page, "what would have been right is for who teaches"


def test_a_worker_has_no_desk_of_training(browser, factory):
    browser.force_login(make.person(Role.WORKER))
    for url in ("", "requirements/", "courses/", f"people/{make.person(Role.WORKER).pk}/"):
        assert browser.get(f"/desk/training/{url}").status_code == 403
