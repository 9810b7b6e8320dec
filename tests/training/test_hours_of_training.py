"""Legal hours: counted from courses and classes by level, wanted by rules with their source, and printed as a card."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from facilities.calendar import today
from people.actions import Person, change_user
from people.models import JobRole, User
from people.permissions import Role
from tests import make
from training import actions
from training.hours import hours_of
from training.models import Attendance, Course, Enrolment, TrainingSession

pytestmark = pytest.mark.django_db
URL = "/desk/training/hours/"


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER)
    browser.force_login(officer)
    return officer


def newcomer(days: int = 10) -> User:
    person = make.person(Role.WORKER, name="新来的")
    User.objects.filter(pk=person.pk).update(hired_on=today() - timedelta(days=days))
    return User.objects.get(pk=person.pk)


def passed(person, level: str, hours: int) -> None:
    row = make.enrolment(person)
    Course.objects.filter(pk=row.course_id).update(level=level, hours=hours)
    Enrolment.objects.filter(pk=row.pk).update(status="passed", score=90, ended_at=timezone.now())


def attended(person, level: str, hours: int, trainer) -> None:
    held = TrainingSession.objects.create(
        title="班组安全教育", level=level, place="二车间", trainer=trainer, starts_at=timezone.now(), hours=hours,
        status="closed", secret="x",
    )  # fmt: skip
    now = timezone.now()
    Attendance.objects.create(session=held, person=person, signed_in_at=now, signed_out_at=now, hours=hours)


def test_each_level_counts_for_itself_and_says_what_is_missing(officer):
    person = newcomer()
    passed(person, "company", 10)
    attended(person, "workshop", 8, officer)
    attended(person, "team", 3, officer)
    hours = hours_of([person])[person.pk]
    assert (hours.wanted, hours.missing) == (24, 5)
    assert [(part.counted, part.wanted, part.missing) for part in hours.parts] == [(10, 8, 0), (8, 8, 0), (3, 8, 5)]


def test_a_course_under_way_counts_what_the_server_saw(officer):
    person = newcomer()
    row = make.enrolment(person)
    Course.objects.filter(pk=row.course_id).update(level="company")
    progress = actions.open_lesson(row, row.course.lessons.get(), by=person)
    progress.seconds = 30 * 60
    progress.save()
    assert hours_of([person])[person.pk].parts[0].counted == Decimal("0.5")


def test_what_was_learned_before_the_hiring_does_not_count(officer):
    person = newcomer(days=2)
    passed(person, "company", 8)
    Enrolment.objects.update(ended_at=timezone.now() - timedelta(days=30))
    assert hours_of([person])[person.pk].counted == 0


def test_after_a_year_nothing_is_asked_until_the_post_changes(officer):
    person = newcomer(days=400)
    assert hours_of([person])[person.pk].wanted == 0
    welder, press = (JobRole.objects.create(code=code, name={"zh": code}) for code in ("welder", "press"))
    User.objects.filter(pk=person.pk).update(job_role=welder)
    person.refresh_from_db()
    facts = Person("新来的", phone=person.phone, job_role=press, hired_on=person.hired_on, roles={Role.WORKER})
    change_user(person, facts, by=make.person(Role.ADMIN))
    hours = hours_of([person])[person.pk]
    assert [part.level for part in hours.parts] == ["workshop", "team"] and hours.missing == 16


def test_heads_and_officers_have_theirs_every_year(officer):
    assert hours_of([officer])[officer.pk].wanted == 12
    User.objects.filter(pk=officer.pk).update(hired_on=today())
    assert hours_of([User.objects.get(pk=officer.pk)])[officer.pk].wanted == 32


def test_the_list_shows_who_is_behind_and_as_many_questions_for_many_as_for_few(browser, officer):
    counts = []
    for size in (2, 20):
        for _number in range(size):
            attended(newcomer(), "team", 8, officer)
        people = list(User.objects.all())
        with CaptureQueriesContext(connection) as asked:
            hours_of(people)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    page = browser.get(URL).content.decode()
    assert "新来的" in page and "第十三条" in page


def test_a_factory_asks_for_more_than_the_law_and_never_for_less(browser, officer):
    rule = {"new_worker-valid_from": str(today()), "new_worker-first_hours": "72", "new_worker-yearly_hours": "20",
            "new_worker-company": "24", "new_worker-workshop": "24", "new_worker-team": "24",
            "new_worker-reason": "高危岗位", "code": "new_worker"}  # fmt: skip
    less = rule | {
        "new_worker-first_hours": "20",
        "new_worker-company": "4",
        "new_worker-workshop": "8",
        "new_worker-team": "8",
    }
    assert browser.post(f"{URL}rules/", less).status_code == 422
    uneven = browser.post(f"{URL}rules/", rule | {"new_worker-team": "1"})
    assert uneven.status_code == 422 and "49" in uneven.content.decode()
    assert browser.post(f"{URL}rules/", rule).status_code == 302
    person = newcomer()
    assert hours_of([person])[person.pk].wanted == 72
    assert "高危岗位" in browser.get(URL).content.decode()
    browser.force_login(make.person(Role.LEADER))
    assert browser.post(f"{URL}rules/", rule).status_code == 403


def test_the_card_is_one_page_with_what_the_records_say(browser, officer):
    person = newcomer()
    for _class in range(12):
        attended(person, "workshop", 8, officer)
    answer = browser.get(f"/desk/training/people/{person.pk}/card/")
    assert answer["Content-Type"] == "application/pdf"
    paper = PdfReader(BytesIO(answer.content))
    text = paper.pages[0].extract_text()
    assert "三级安全教育卡" in text and "新来的" in text and officer.name in text
    assert len(paper.pages) == 1


def test_everybody_sees_the_own_hours_and_card_on_the_phone(browser, officer):
    person = newcomer()
    browser.force_login(person)
    page = browser.get("/m/learn/hours/").content.decode()
    assert "还缺 24 学时" in page
    assert browser.get("/m/learn/card/").content.startswith(b"%PDF")
    browser.force_login(make.person(Role.WORKER))
    assert browser.get(f"/desk/training/people/{person.pk}/card/").status_code == 403
