"""一人一档: everything that somebody learned and holds, on the page, on the phone, on paper and as a sheet."""

import io
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.utils import timezone
from pypdf import PdfReader

from core.models import Event, Job
from facilities.calendar import today
from people.actions import Person, change_user
from people.models import JobRole, User
from people.permissions import Role
from tests import make
from training import actions
from training.models import Attempt, Attendance, Certificate, Enrolment, Progress, TrainingSession

pytestmark = pytest.mark.django_db
RARE = "㛃𬭚䶮"


@pytest.fixture
def trainer(browser, factory):
    trainer = make.person(Role.TRAINER, name="林晓燕")
    browser.force_login(trainer)
    return trainer


def passed(person: User, days_ago: int = 0) -> Certificate:
    enrolment = make.enrolment(person)
    at = timezone.now() - timedelta(days=days_ago)
    Enrolment.objects.filter(pk=enrolment.pk).update(status="passed", score=90, ended_at=at)
    certificate = actions.issue_certificate(
        person, enrolment.course.title, by=None, course=enrolment.course, enrolment=enrolment, score=90, hours=2,
        valid_months=12,
    )  # fmt: skip
    Certificate.objects.filter(pk=certificate.pk).update(issued_on=today() - timedelta(days=days_ago))
    return certificate


def attended(person: User, kind: str = "class", title: str = "灭火器实操", **facts) -> Attendance:
    now = timezone.now()
    session = TrainingSession.objects.create(
        title=title, kind=kind, place="空地", trainer=make.person(Role.TRAINER), starts_at=now, hours=2,
        status="closed", secret="s",
    )  # fmt: skip
    given = {"signed_in_at": now, "signed_out_at": now, "hours": Decimal("1.5")} | facts
    return Attendance.objects.create(session=session, person=person, **given)


def a_life(person: User) -> None:
    """A course learned again before it was passed, an exemption, a class, a drill, a licence, a paper."""
    certificate = passed(person)
    lesson = certificate.course.lessons.get()
    Progress.objects.create(enrolment=certificate.enrolment, lesson=lesson, round=3, passed_at=timezone.now())
    Attempt.objects.create(
        person=person, enrolment=certificate.enrolment, lesson=lesson, status="handed_in", started_at=timezone.now(),
        ended_at=timezone.now(), pass_score=80, score=60, is_passed=False, looks_away=2,
    )  # fmt: skip
    exempt = make.enrolment(person)
    actions.exempt(exempt, by=make.person(Role.TRAINER), note="持有注册安全工程师证")
    attended(person)
    attended(person, "drill", "车间疏散演练")
    make.licence(person, number="33010119800101123X")


def words(browser, path: str) -> str:
    page = browser.get(path)
    assert page.status_code == 200
    return page.content.decode()


def test_the_page_shows_a_whole_life(browser, trainer):
    person = make.person(Role.WORKER)
    a_life(person)
    shown = words(browser, f"/desk/training/people/{person.pk}/")
    for said in ("持有注册安全工程师证", "灭火器实操", "车间疏散演练", "空地", "第 1 版", "重学 2 节", "离开页面 2 次"):
        assert said in shown, said
    assert Certificate.objects.get().number in shown
    paper = Attempt.objects.get()
    assert f"/desk/training/papers/{paper.pk}/" in shown
    assert "33010119800101123X" not in shown
    assert "5 学时" in shown  # 2 of the course, 1.5 of the class, 1.5 of the drill


def test_a_certificate_that_was_taken_back_counts_no_hours(browser, trainer):
    person = make.person(Role.WORKER)
    certificate = passed(person)
    actions.revoke_certificate(certificate, by=trainer, note="代学")
    shown = words(browser, f"/desk/training/people/{person.pk}/")
    assert "0 学时" in shown and "代学" in shown


def test_long_records_come_page_by_page_and_leave_kinds_and_years(browser, trainer):
    person = make.person(Role.WORKER)
    for number in range(27):
        attended(person, title=f"第{number}次培训")
    passed(person, days_ago=800)
    path = f"/desk/training/people/{person.pk}/"
    first, second = words(browser, path), words(browser, f"{path}?page=2")
    assert first.count("次培训</a>") == 25 and second.count("次培训</a>") == 2
    assert "次培训</a>" not in words(browser, f"{path}?kind=certificate")
    earlier = (today() - timedelta(days=800)).year
    shown = words(browser, f"{path}?year={earlier}")
    assert "次培训</a>" not in shown and Certificate.objects.get().number in shown
    assert words(browser, f"{path}?kind=nonsense&year=99999&page=x")


def test_who_left_is_found_and_keeps_the_record(browser, trainer):
    person = make.person(Role.WORKER, name="走了的人")
    a_life(person)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert "走了的人" not in words(browser, "/desk/training/")
    assert "走了的人" in words(browser, "/desk/training/?left=1")
    assert "灭火器实操" in words(browser, f"/desk/training/people/{person.pk}/")


def test_posts_are_read_back_from_the_ledger(browser, trainer):
    admin = make.person(Role.ADMIN)
    old, new = (
        JobRole.objects.create(code=code, name={"zh": name, "en": code})
        for code, name in (("press", "冲压工"), ("weld", "焊工"))
    )
    person = make.person(Role.WORKER)
    facts = {
        "name": person.name,
        "phone": person.phone,
        "employee_no": person.employee_no,
        "hired_on": date(2020, 5, 1),
    }
    change_user(person, Person(**facts, job_role=old), by=admin)
    change_user(User.objects.get(pk=person.pk), Person(**facts, job_role=new), by=admin)
    shown = words(browser, f"/desk/training/people/{person.pk}/")
    assert shown.index("2020-05-01") < shown.index("冲压工") and "焊工" in shown


def test_a_team_leader_opens_only_the_own_workshop(browser, factory):
    workshop = make.department()
    near, far = (
        make.person(Role.WORKER, in_department=workshop),
        make.person(Role.WORKER, in_department=make.department()),
    )
    browser.force_login(make.person(Role.TEAM_LEADER, in_department=workshop, bound=True))
    for person, status in ((near, 200), (far, 404)):
        assert browser.get(f"/desk/training/people/{person.pk}/").status_code == status
        posted = browser.post(f"/desk/training/people/{person.pk}/pdf/")
        assert posted.status_code == (302 if status == 200 else 404)


def test_a_worker_sees_the_own_record_and_nobody_elses(browser, factory):
    worker, other = make.person(Role.WORKER), make.person(Role.WORKER)
    a_life(worker)
    attended(other, title="别人的培训")
    browser.force_login(worker)
    shown = words(browser, "/m/record/")
    assert "灭火器实操" in shown and "别人的培训" not in shown
    assert browser.post(f"/desk/training/people/{other.pk}/pdf/").status_code == 403
    made = browser.get("/m/record/pdf/")
    assert made["Content-Type"] == "application/pdf"
    assert "灭火器实操" in text_of(made.content)


def made_by(browser, work_off) -> bytes:
    work_off()
    job = Job.objects.latest("created_at")
    assert job.status == Job.Status.DONE, job.message
    return b"".join(browser.get(f"/files/{job.result_id}/").streaming_content)


def text_of(content: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages)


def test_the_paper_holds_head_lines_and_the_ledgers_end(browser, trainer, work_off):
    person = make.person(Role.WORKER, name=f"王{RARE}")
    a_life(person)
    seal = Event.objects.latest("seq").seal
    assert browser.post(f"/desk/training/people/{person.pk}/pdf/").status_code == 302
    content = made_by(browser, work_off)
    text = text_of(content)
    for said in (
        f"王{RARE}",
        person.employee_no,
        "灭火器实操",
        "持有注册安全工程师证",
        Certificate.objects.get().number,
        seal,
    ):
        assert said in text, said
    assert "33010119800101123X" not in text and "123X" not in text
    assert Event.objects.filter(name="record.exported", subject_id=str(person.pk)).exists()


def test_the_sheet_has_a_page_for_each_kind(browser, trainer, work_off):
    person = make.person(Role.WORKER, name="=王五")
    a_life(person)
    browser.post(f"/desk/training/people/{person.pk}/xlsx/?kind=drill")
    book = openpyxl.load_workbook(io.BytesIO(made_by(browser, work_off)))
    assert len(book.sheetnames) == 8
    rows = {sheet.title: list(sheet.iter_rows(min_row=2, values_only=True)) for sheet in book.worksheets[1:]}
    assert [len(found) for found in rows.values()] == [0, 0, 0, 0, 1, 0, 0]
    (drill,) = rows["应急演练"]
    assert drill[1] == "=王五" and "车间疏散演练" in drill


def test_health_checks_are_in_no_record(browser, trainer):
    person = make.person(Role.WORKER)
    make.licence(person, "HE-WORK", issued_on=today(), number="", is_fit=False)
    assert "不适岗" not in words(browser, f"/desk/training/people/{person.pk}/").split('id="record"')[1]
