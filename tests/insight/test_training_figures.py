"""Figures of training: each number is the count of the rows that its address shows."""

import io
import re
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.utils import timezone

from facilities.calendar import today
from hazards.models import Status
from insight import learning
from insight.learning import reports
from people.models import JobRole, User
from people.permissions import Role
from tests import make
from tests.training.test_the_lifelong_record import attended, made_by, passed, words
from training import actions
from training.models import Attempt, Attendance, Enrolment, Requirement

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER)
    browser.force_login(officer)
    return officer


@pytest.fixture
def course(factory):
    """Required of the post within 10 days."""
    course = make.course()
    post = JobRole.objects.create(code="welder", name={"zh": "焊工", "en": "Welder"})
    Requirement.objects.create(job_role=post, course_code=course.code, days=10)
    old = make.enrolment(of=course)
    Enrolment.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=400))
    return course


def came(course, days_ago: int, passed_after: int | None = None, **more) -> User:
    person = make.person(Role.WORKER, **more)
    hired_on = today() - timedelta(days=days_ago)
    User.objects.filter(pk=person.pk).update(hired_on=hired_on, job_role=JobRole.objects.get(code="welder"))
    if passed_after is not None:
        certificate = actions.issue_certificate(
            person, course.title, by=None, course=course, score=90, hours=2, valid_months=12
        )
        type(certificate).objects.filter(pk=certificate.pk).update(issued_on=hired_on + timedelta(days=passed_after))
    return User.objects.get(pk=person.pk)


def span(days: int = 60) -> learning.Span:
    return today() - timedelta(days=days), today()


def value(reader: User, key: str, days: int = 60) -> tuple[int, int]:
    figure = next(figure for figure in learning.FIGURES if figure.key == key)
    found = learning.board(reader, span(days)).total.value(figure)
    return found.top, found.bottom


def test_who_came_is_qualified_within_the_days_of_the_rule(officer, course):
    came(course, 40, passed_after=10)
    came(course, 40, passed_after=11)
    came(course, 40)
    came(course, 5)
    came(course, 90, passed_after=1)
    assert value(officer, "qualified") == (1, 3)
    assert learning.board(officer, span()).waiting == 1


def test_who_held_it_before_or_is_exempt_is_qualified_at_once(officer, course):
    came(course, 40, passed_after=-20)
    free = came(course, 40)
    exempt = make.enrolment(free, of=course)
    actions.exempt(exempt, by=officer, note="有同等证书")
    Enrolment.objects.filter(pk=exempt.pk).update(ended_at=timezone.now() - timedelta(days=39))
    assert value(officer, "qualified") == (2, 2)


def test_a_rule_that_is_made_today_judges_nobody_who_came_before(officer, course):
    came(course, 40, passed_after=1)
    assert value(officer, "qualified") == (1, 1)
    post = JobRole.objects.get(code="welder")
    actions.require_course(make.course().code, by=make.person(Role.TRAINER), job_role=post, days=14)
    assert value(officer, "qualified") == (1, 1)
    came(course, 0, passed_after=0)
    assert learning.board(officer, span()).waiting == 1


def test_a_certificate_that_was_taken_back_qualifies_nobody(officer, course):
    person = came(course, 40, passed_after=2)
    actions.revoke_certificate(person.certificates.get(), by=officer, note="代学")
    assert value(officer, "qualified") == (0, 1)


def test_who_came_before_anything_could_be_learned_is_left_out(officer, course):
    came(course, 600)
    assert value(officer, "qualified", 700) == (0, 0)


def paper(person: User, of, minutes_ago: int, score: int, enrolment: Enrolment | None = None) -> Attempt:
    at = timezone.now() - timedelta(minutes=minutes_ago)
    return Attempt.objects.create(
        person=person, enrolment=enrolment or make.enrolment(person, of=of), lesson=of.lessons.first(), status="handed_in",
        started_at=at, ended_at=at, pass_score=80, score=score, is_passed=score >= 80,
    )  # fmt: skip


def test_first_tries_and_those_after_learning_again_are_counted_apart(officer, course):
    slow, quick = make.person(Role.WORKER), make.person(Role.WORKER)
    first = paper(slow, course, 30, 40)
    paper(slow, course, 20, 60, first.enrolment)
    paper(slow, course, 10, 100, first.enrolment)
    paper(quick, course, 5, 80)
    assert value(officer, "first") == (1, 2)
    assert value(officer, "again") == (1, 2)


def test_every_number_leads_to_exactly_its_rows(browser, officer, course):
    workshop = make.department()
    for score in (40, 80, 100):
        person = make.person(Role.WORKER, in_department=workshop)
        first = paper(person, course, 30, score)
        if score < 80:
            paper(person, course, 10, 100, first.enrolment)
    came(course, 40, passed_after=3, in_department=workshop)
    came(course, 40, in_department=workshop)
    shown = words(browser, "/desk/training/figures/?span=all")
    links = re.findall(r'href="(/desk/training/(?:papers|figures/arrivals)/\?[^"]+)">(\d+)<', shown)
    assert len(links) > 12
    for address, number in links:
        page = browser.get(address.replace("&amp;", "&"))
        assert page.context["page"].paginator.count == int(number), address


def test_a_team_leader_counts_only_the_own_workshop(factory, course):
    workshop = make.department()
    leader = make.person(Role.TEAM_LEADER, in_department=workshop, bound=True)
    came(course, 40, in_department=workshop)
    came(course, 40, in_department=make.department())
    paper(make.person(Role.WORKER, in_department=make.department()), course, 5, 80)
    assert value(leader, "qualified") == (0, 1)
    assert value(leader, "first") == (0, 0)


def keen(count: int, reported: int) -> list[User]:
    people = [make.person(Role.WORKER) for _n in range(count)]
    for person in people:
        for _training in range(3):
            row = attended(person)
            Attendance.objects.filter(pk=row.pk).update(signed_out_at=timezone.now() - timedelta(days=70))
    report(people, reported)
    return people


def report(people: list[User], each: int) -> None:
    for person in people:
        for _n in range(each):
            make.hazard(Status.CONFIRMED, reporter=person)


def test_the_multiplier_divides_reports_by_months_of_people(officer):
    keen(5, reported=4)
    report([make.person(Role.WORKER) for _n in range(5)], each=2)
    found = reports.multiplier(officer, span(59))
    assert (found.trained.n, found.trained.reports) == (5, 20)
    assert found.trained.months == round(5 * 60 / 30.4, 1)
    assert found.others.reports == 10
    others = found.others.n  # trainers and the officer are people too
    assert found.times == round((20 / 5) / (10 / others), 1)


def test_nothing_is_said_of_fewer_than_five(browser, officer):
    keen(4, reported=4)
    assert reports.multiplier(officer, span()).times is None
    assert "人数太少" in words(browser, "/desk/training/figures/")


def test_reports_before_the_third_training_belong_to_the_others(officer):
    person = make.person(Role.WORKER)
    for _n in range(3):
        attended(person)
    report([person], each=2)
    found = reports.multiplier(officer, span())
    assert found.trained.n == 0 and found.others.reports == 2


def test_who_never_signed_out_took_part_in_nothing_and_void_reports_do_not_count(officer):
    person = make.person(Role.WORKER)
    for _n in range(3):
        attended(person, signed_out_at=None, hours=Decimal(0))
    make.hazard(Status.VOIDED, reporter=person)
    found = reports.multiplier(officer, span())
    assert found.trained.n == 0 and found.others.reports == 0


def test_the_rows_of_both_groups_add_up(browser, officer):
    keen(6, reported=1)
    first, last = span()
    page = browser.get(f"/desk/training/figures/reporters/?from={first}&to={last}")
    assert page.context["page"].paginator.count == 6
    browser.force_login(make.person(Role.TRAINER))
    assert browser.get("/desk/training/figures/reporters/").status_code == 403
    assert browser.get("/desk/training/figures/").status_code == 200


def test_the_sheet_holds_figures_rows_and_definitions(browser, officer, course, work_off):
    came(course, 20, passed_after=3)
    passed(make.person(Role.WORKER))
    paper(make.person(Role.WORKER), course, 5, 80)
    browser.post("/desk/training/figures/xlsx/?span=all")
    book = openpyxl.load_workbook(io.BytesIO(made_by(browser, work_off)))
    about = " ".join(str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row if cell)
    assert str(reports.DEFINITION)[:10] or about
    assert "人月" in about
    counts = [sheet.max_row - 1 for sheet in book.worksheets[1:]]
    assert counts[1:3] == [1, 1] and counts[3] == 2


@pytest.mark.parametrize("query", ["span=nonsense", "from=x", "from=2026-02-01&to=2026-01-01", "month=13"])
def test_what_cannot_be_read_is_said_and_breaks_nothing(browser, officer, query):
    for path in ("figures", "figures/arrivals", "figures/reporters", "papers"):
        assert browser.get(f"/desk/training/{path}/?{query}").status_code == 200
    assert browser.get("/desk/training/papers/?department=99999999999999999999&course=nope").status_code == 200
    assert browser.post(f"/desk/training/figures/xlsx/?{query}").status_code in (302, 422)
