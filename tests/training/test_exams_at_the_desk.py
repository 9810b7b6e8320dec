"""An exam is a blueprint over the banks: checked with numbers, tried, published in versions, and required as courses are."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from people.models import JobRole, RoleGrant, User
from people.permissions import Role
from tests import make
from training import actions
from training.models import Attempt, Certificate, Enrolment, Exam, Question, Requirement

pytestmark = pytest.mark.django_db
URL = "/desk/training/exams/"


@pytest.fixture
def trainer(browser, factory):
    trainer = make.person(Role.TRAINER)
    browser.force_login(trainer)
    return trainer


@pytest.fixture
def post(factory) -> JobRole:
    return JobRole.objects.create(code="welder", name={"zh": "焊工", "en": "Welder"})


def form(course, number="5", **changes):
    facts = {
        "title": "焊工上岗考试", "title_en": "Welder's exam", "who": "everybody", "minutes": "20", "pass_score": "80",
        "tries_per_day": "2", "gives_certificate": "on", "valid_months": "12",
        "theme": [f"{course.code}/", "", ""], "count": [number, "", ""],
    }  # fmt: skip
    return facts | changes


def stamp_in(page) -> str:
    return page.split('name="stamp" value="')[1].split('"')[0]


def test_an_exam_is_written_checked_published_and_stands_in_the_list(browser, trainer):
    course = make.course(lessons=2)
    assert browser.post(f"{URL}add/", form(course)).status_code == 302
    draft = Exam.objects.get()
    assert (draft.status, draft.blueprint) == ("draft", [{"course": course.code, "lesson": "", "count": 5}])
    page = browser.get(f"{URL}{draft.code}/edit/").content.decode()
    browser.post(f"{URL}{draft.code}/publish/", {"stamp": stamp_in(page)})
    draft.refresh_from_db()
    assert draft.status == "current" and draft.published_at
    assert "焊工上岗考试" in browser.get(URL).content.decode()
    assert "焊工上岗考试" in browser.get(f"{URL}{draft.code}/").content.decode()


def test_what_the_bank_lacks_is_said_at_once_with_its_number(browser, trainer):
    course = make.course(lessons=2, questions=10)
    said = browser.post(f"{URL}check/", form(course, "25"), HTTP_HX_REQUEST="true").content.decode()
    assert "25" in said and "20" in said and "缺 5 题" in said
    both = form(course, theme=[f"{course.code}/", f"{course.code}/1"], count=["14", "8"])
    assert "缺 2 题" in browser.post(f"{URL}check/", both).content.decode(), "the lesson takes from the course"
    browser.post(f"{URL}add/", form(course, "25"))
    draft = Exam.objects.get()
    page = browser.get(f"{URL}{draft.code}/edit/").content.decode()
    assert "缺 5 题" in page
    answer = browser.post(f"{URL}{draft.code}/publish/", {"stamp": stamp_in(page)}, follow=True)
    assert "缺 5 题" in answer.content.decode()
    assert Exam.objects.get().status == "draft"


@pytest.mark.parametrize(
    "changes",
    [{"count": ["x", "", ""]}, {"count": ["0", "", ""]}, {"count": ["²", "", ""]}, {"minutes": "0"}, {"who": "nobody"},
     {"theme": ["K/1", "K/1"], "count": ["1", "1"]}, {"gives_certificate": ""}, {"title": ""}],
)  # fmt: skip
def test_what_cannot_be_comes_back_with_what_was_typed(browser, trainer, changes):
    answer = browser.post(f"{URL}add/", form(make.course(), "7") | changes)
    assert answer.status_code == 422
    assert "Welder" in answer.content.decode() and not Exam.objects.exists()


def test_two_who_change_one_draft_do_not_write_over_each_other(browser, trainer):
    course = make.course()
    browser.post(f"{URL}add/", form(course))
    address = f"{URL}{Exam.objects.get().code}/edit/"
    old = stamp_in(browser.get(address).content.decode())
    assert browser.post(address, form(course, minutes="30", stamp=old)).status_code == 302
    answer = browser.post(address, form(course, minutes="40", stamp=old))
    assert answer.status_code == 409 and Exam.objects.get().minutes == 30
    assert 'value="40"' in answer.content.decode(), "what was typed is still there"


def test_an_open_paper_keeps_the_version_that_drew_it(trainer):
    course, worker = make.course(), make.person(Role.WORKER)
    exam = make.exam(course, count=5)
    paper = actions.start_exam(exam, by=worker)
    draft = actions.draft_exam(exam, by=trainer)
    facts = {name: getattr(draft, name) for name in actions.exams.FACTS} | {"minutes": 99, "pass_score": 10}
    draft = actions.change_exam(draft, by=trainer, stamp=stamp_of(draft), **facts)
    actions.publish_exam(draft, by=trainer, stamp=stamp_of(draft))
    paper.refresh_from_db()
    assert paper.exam_id == exam.pk and paper.pass_score == 80
    assert actions.start_exam(draft, by=worker).pk == paper.pk, "one paper at a time is open"
    assert actions.hand_in(paper, by=worker).is_passed is False


def stamp_of(draft) -> str:
    from training.blueprints import stamp_of

    return stamp_of(draft)


def test_a_drawn_paper_is_shown_to_who_teaches_and_to_nobody_else(browser, trainer):
    exam = make.exam(make.course(), count=3)
    page = browser.get(f"{URL}{exam.code}/preview/").content.decode()
    assert page.count("停机上报") == 3 and not Attempt.objects.exists()
    for role in (Role.LEADER, Role.WORKER):
        browser.force_login(make.person(role))
        assert browser.get(f"{URL}{exam.code}/preview/").status_code == 403


def test_a_post_that_asks_for_an_exam_gives_it_the_same_day_to_all_of_it(browser, trainer, post):
    counts = []
    for size in (2, 10, 100):
        people = User.objects.bulk_create(
            User(name=f"焊工{n}", sort_key=f"h{size}{n}", job_role=post) for n in range(size)
        )
        RoleGrant.objects.bulk_create(RoleGrant(user=person, role=Role.WORKER) for person in people)
        exam = make.exam(make.course(), is_open=False)
        with CaptureQueriesContext(connection) as asked:
            actions.require_course(exam.code, by=trainer, job_role=post, days=9)
        counts.append(len(asked))
        assert Enrolment.objects.open().filter(exam=exam).count() == User.objects.filter(job_role=post).count()
    assert counts[1] == counts[2]
    rule = {"course": make.exam(make.course()).code, "job_role": "welder", "occasion": "post", "days": "5"}
    assert "112" in browser.post("/desk/training/requirements/", rule, follow=True).content.decode()
    actions.drop_requirement(Requirement.objects.get(course_code=exam.code), by=trainer)
    assert not Enrolment.objects.open().filter(exam=exam).exists()


def test_what_has_to_be_taken_stands_on_the_home_of_the_phone(browser, trainer):
    worker, exam = make.person(Role.WORKER), make.exam(make.course(), is_open=False)
    actions.enrol_by_hand([worker], exam, by=trainer, due_on=timezone.localdate())
    browser.force_login(worker)
    for page in ("/m/", "/m/learn/"):
        assert f'href="/m/exams/{exam.pk}/"' in browser.get(page).content.decode()


def test_who_passes_what_the_post_asks_for_is_through_and_holds_its_certificate(trainer, post):
    worker = make.person(Role.WORKER)
    User.objects.filter(pk=worker.pk).update(job_role=post)
    exam = make.exam(make.course(), is_open=False, valid_months=12)
    with pytest.raises(Exception, match="岗位"):
        actions.start_exam(exam, by=worker)
    actions.require_course(exam.code, by=trainer, job_role=post, days=9)
    paper = actions.start_exam(exam, by=worker)
    for item in paper.items.all():
        actions.save_answer(paper, item.position, [item.order.index(1)], by=worker)
    assert actions.hand_in(paper, by=worker).score == 100
    assert Enrolment.objects.get().status == Enrolment.Status.PASSED
    assert Certificate.objects.get().enrolment == Enrolment.objects.get()
    assert actions.enrol_missing(by=None) == 0, "it is held until it runs out"
    Certificate.objects.update(expires_on="2020-01-01")
    assert actions.enrol_missing(by=None) == 1


def test_an_exam_without_a_certificate_counts_for_good(trainer, post):
    worker = make.person(Role.WORKER)
    User.objects.filter(pk=worker.pk).update(job_role=post)
    exam = make.exam(make.course(), is_open=False, gives_certificate=False)
    actions.require_course(exam.code, by=trainer, job_role=post, days=9)
    paper = actions.start_exam(exam, by=worker)
    for item in paper.items.all():
        actions.save_answer(paper, item.position, [item.order.index(1)], by=worker)
    actions.hand_in(paper, by=worker)
    assert not Certificate.objects.exists() and actions.enrol_missing(by=None) == 0


def test_only_so_many_tries_a_day(clock, trainer):
    worker, exam = make.person(Role.WORKER), make.exam(make.course(), tries_per_day=2)
    for _try in range(2):
        actions.hand_in(actions.start_exam(exam, by=worker), by=worker)
    with pytest.raises(Exception, match="明天"):
        actions.start_exam(exam, by=worker)
    clock.shift(24 * 3600)
    assert actions.start_exam(exam, by=worker).is_open


def test_a_retired_exam_is_taken_from_who_had_yet_to_take_it(browser, trainer):
    exam = make.exam(make.course())
    actions.enrol_by_hand([make.person(Role.WORKER)], exam, by=trainer, due_on=timezone.localdate())
    assert browser.post(f"{URL}{exam.code}/retire/").status_code == 302
    assert Enrolment.objects.get().status == Enrolment.Status.WITHDRAWN


def test_who_may_only_look_changes_nothing(browser, trainer):
    exam = make.exam(make.course())
    browser.force_login(make.person(Role.LEADER))
    assert browser.get(f"{URL}{exam.code}/").status_code == 200
    for verb in ("draft", "publish", "discard", "retire"):
        assert browser.post(f"{URL}{exam.code}/{verb}/").status_code == 403
    assert browser.get(f"{URL}add/").status_code == 403
    assert browser.get(f"{URL}E-none/").status_code == 404


def test_whoever_has_still_to_pass_it_reads_no_right_answer_at_the_desk(browser, trainer):
    course = make.course()
    exam = make.exam(course)
    question = Question.objects.filter(course_code=course.code).first()
    pages = {
        f"/desk/training/courses/{course.pk}/": 200,
        f"/desk/training/courses/{course.code}/edit/questions/": 200,
        f"/desk/training/courses/{course.code}/edit/questions/{question.pk}/": 403,
        f"/desk/training/courses/{course.code}/edit/questions/xlsx/": 403,
        f"{URL}{exam.code}/preview/": 403,
    }
    assert "停机上报" in browser.get(f"/desk/training/courses/{course.pk}/").content.decode()
    for told in (course, exam):
        given = make.enrolment(trainer, of=course) if told is course else _told(trainer, exam)
        for address, status in pages.items():
            answer = browser.get(address)
            assert answer.status_code == status, address
            assert "停机上报" not in answer.content.decode(errors="ignore"), address
        given.delete()
    assert browser.get(f"{URL}{exam.code}/preview/").status_code == 200


def _told(person, exam) -> Enrolment:
    facts = {"reason": Enrolment.Reason.BY_HAND, "due_on": timezone.localdate(), "course_code": exam.code}
    return Enrolment.objects.create(person=person, exam=exam, **facts)


def test_nobody_exempts_themselves(browser, trainer):
    own = make.enrolment(trainer)
    answer = browser.post(reverse("console:exempt", args=[own.pk]), {"note": "我是讲师"})
    assert answer.status_code == 403
    own.refresh_from_db()
    assert own.status == Enrolment.Status.OPEN
