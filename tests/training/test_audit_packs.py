"""审核包: index, records, certificates, sign-in sheets, lines and hashes in one archive; made in the background."""

import hashlib
import io
import zipfile
from datetime import timedelta

import openpyxl
import pytest
from pypdf import PdfReader

from core.models import Event, Job, LedgerHead
from facilities.calendar import today
from people.models import JobRole, User
from people.permissions import Role
from tests import make
from tests.training.test_the_lifelong_record import a_life, attended, made_by, passed, text_of
from training.models import Certificate, Requirement, SessionPhoto

pytestmark = pytest.mark.django_db


@pytest.fixture
def trainer(browser, factory):
    trainer = make.person(Role.TRAINER, name="林晓燕")
    browser.force_login(trainer)
    return trainer


def asked(**more) -> dict:
    return {"since": str(today() - timedelta(days=365)), "until": str(today()), "certificates": "on"} | more


def open_pack(browser, work_off, **more) -> zipfile.ZipFile:
    page = browser.post("/desk/training/pack/", asked(**more))
    assert page.status_code == 302, page.content.decode()
    return zipfile.ZipFile(io.BytesIO(made_by(browser, work_off)))


def test_the_pack_holds_what_was_asked_and_its_hashes_agree(browser, trainer, work_off):
    workshop = make.department()
    person, other = make.person(Role.WORKER, name="王建国", in_department=workshop), make.person(Role.WORKER)
    a_life(person)
    a_life(other)
    there = attended(person, title="吊索具检查")
    SessionPhoto.objects.create(session=there.session, photo=(photo := make.photo(trainer)))
    head = LedgerHead.objects.get()
    pack = open_pack(browser, work_off, department=workshop.pk)
    names = pack.namelist()
    assert f"records/{person.employee_no} 王建国.pdf" in names
    assert not any(other.employee_no in name for name in names)
    certificate = Certificate.objects.get(person=person)
    assert [name for name in names if name.startswith("certificates/")] == [f"certificates/{certificate.number}.pdf"]
    assert len([name for name in names if name.startswith("classes/")]) == 3
    lines = [line.split("  ", 1) for line in pack.read("manifest.txt").decode().splitlines() if line[0] != "#"]
    assert {name for _digest, name in lines} == set(names) - {"manifest.txt"}
    assert all(hashlib.sha256(pack.read(name)).hexdigest() == digest for digest, name in lines)
    assert head.seal in pack.read("manifest.txt").decode()
    sheet = next(name for name in names if "吊索具检查" in name)
    text = text_of(pack.read(sheet))
    assert "王建国" in text and "1.5" in text and photo.sha256 in text
    book = openpyxl.load_workbook(io.BytesIO(pack.read("items.xlsx")))
    assert {row[1] for row in book["课程"].iter_rows(min_row=2, values_only=True)} == {"王建国"}
    made = Event.objects.get(name="audit.exported")
    assert made.data["people"] == 1
    assert made.data["manifest"] == hashlib.sha256(pack.read("manifest.txt")).hexdigest()


def test_the_index_says_who_fulfils_it_with_denominators(browser, trainer, work_off):
    post = JobRole.objects.create(code="weld", name={"zh": "焊工", "en": "Welder"})
    done, behind = make.person(Role.WORKER, name="张三"), make.person(Role.WORKER, name="李四")
    User.objects.filter(pk__in=(done.pk, behind.pk)).update(job_role=post)
    certificate = passed(done)
    rule = Requirement.objects.create(job_role=post, course_code=certificate.course.code)
    for chosen in ({"job_role": post.pk}, {"requirement": rule.pk}):
        pack = open_pack(browser, work_off, **chosen)
        text = text_of(pack.read("index.pdf"))
        assert "50.0%" in text and "张三" in text and "李四" in text
        assert len([name for name in pack.namelist() if name.startswith("records/")]) == 2


def test_files_have_the_same_names_each_time_and_no_path_leads_out(browser, trainer, work_off):
    person = make.person(Role.WORKER, name="../../王:五")
    a_life(person)
    first, second = (open_pack(browser, work_off) for _time in range(2))
    assert first.namelist() == second.namelist()
    assert not any(".." in name.split("/") or ":" in name for name in first.namelist())


def test_a_team_leader_packs_only_the_own_people(browser, factory, work_off):
    workshop = make.department()
    near = make.person(Role.WORKER, in_department=workshop)
    far = make.person(Role.WORKER, in_department=make.department())
    leader = make.person(Role.TEAM_LEADER, in_department=workshop, bound=True)
    browser.force_login(leader)
    pack = open_pack(browser, work_off)
    names = " ".join(pack.namelist())
    assert near.employee_no in names and far.employee_no not in names


def test_who_left_comes_along_only_when_asked_for(browser, trainer, work_off):
    gone = make.person(Role.WORKER)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    assert gone.employee_no not in " ".join(open_pack(browser, work_off).namelist())
    assert gone.employee_no in " ".join(open_pack(browser, work_off, left="on").namelist())


def test_stopped_it_leaves_nothing_behind(browser, trainer, work_off):
    make.person(Role.WORKER)
    browser.post("/desk/training/pack/", asked())
    job = Job.objects.latest("created_at")
    browser.post(f"/desk/jobs/{job.pk}/stop/")
    work_off()
    job.refresh_from_db()
    assert job.status == Job.Status.CANCELLED and job.result is None
    assert not Event.objects.filter(name="audit.exported").exists()


def test_days_the_wrong_way_round_are_refused_with_what_was_typed(browser, trainer):
    page = browser.post("/desk/training/pack/", asked(since=str(today()), until=str(today() - timedelta(days=1))))
    assert page.status_code == 422 and str(today()) in page.content.decode()
    nobody = make.department()
    page = browser.post("/desk/training/pack/", asked(department=nobody.pk))
    assert page.status_code == 422 and "没有人符合" in page.content.decode()


def test_a_worker_makes_no_pack(browser, factory):
    browser.force_login(make.person(Role.WORKER))
    assert browser.post("/desk/training/pack/", asked()).status_code == 403


def test_a_long_record_breaks_over_pages_with_its_head(browser, trainer, work_off):
    person = make.person(Role.WORKER)
    for number in range(90):
        attended(person, title=f"第{number}次培训")
    pack = open_pack(browser, work_off)
    name = next(name for name in pack.namelist() if person.employee_no in name)
    pages = PdfReader(io.BytesIO(pack.read(name))).pages
    assert len(pages) > 2
    assert all("内容" in "".join(page.extract_text().split()) for page in pages[:-1])
