"""The register of hazards as a file: the fields that are asked for, as facts and never as formulas."""

import html
import io
from datetime import timedelta

import openpyxl
import pytest
from pypdf import PdfReader

from core.exports import lists
from core.models import Attachment, Event, Job, LedgerHead
from core.words import say
from hazards import exports
from hazards.exports import rows
from hazards.models import (
    Evidence,
    Hazard,
    JointGroup,
    Level,
    Post,
    PostPhoto,
    RectificationPlan,
    Review,
    Status,
    Thread,
)
from inspections.models import Answer
from people.models import User
from people.permissions import Role
from tests import make
from tests.hazards.lives import at, closed

LIST = "/desk/hazards/"


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER, name="周敏")
    browser.force_login(officer)
    return officer


def content(browser) -> bytes:
    job = Job.objects.latest("created_at")
    assert job.status == Job.Status.DONE, job.message
    return b"".join(browser.get(f"/files/{job.result_id}/").streaming_content)


def book_of(browser, work_off, query: str = "group=all"):
    page = browser.post(f"{LIST}xlsx/?{query}")
    assert page.status_code == 302, html.unescape(page.content.decode())
    work_off()
    return openpyxl.load_workbook(io.BytesIO(content(browser)))


def text_of(browser) -> str:
    """Without the breaks of lines in narrow columns."""
    pages = PdfReader(io.BytesIO(content(browser))).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def lines(sheet) -> list[dict]:
    heads = [cell.value for cell in sheet[1]]
    return [dict(zip(heads, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=2)]


def zh(text: str) -> str:
    return make.in_language("zh-hans", text)


@pytest.fixture
def whole(officer):
    """One hazard with everything that its row can hold."""
    machine = make.machine()
    worker, fixer = make.person(Role.WORKER, name="王建国"), make.person(Role.MAINTENANCE, name="陈志强")
    hazard = closed(
        "2026-11-03 08:00", title="光幕失灵", description="挡住光幕，滑块不停", equipment=machine, area=machine.area,
        reporter=worker, owner=fixer, team=make.team(), level=Level.MAJOR, is_legal_major=True, clause="7.3",
        clause_text="炉底积水", cause="线路老化", measure="换了控制器", cost=125050, control="停机挂牌",
        tests=[{"name": "试停", "required": "", "result": "停住", "is_passed": True}],
        published_where="公示栏", published_on=at("2026-11-06 08:00").date(), repeat_of=closed("2026-10-01 08:00"),
        source=Hazard.Source.INSPECTION,
    )  # fmt: skip
    for stage in ("before", "before", "after"):
        Evidence.objects.create(hazard=hazard, attachment=make.photo(worker), stage=stage)
    for stage, name in (("first", "李卫东"), ("second", "周敏二"), ("final", "赵国庆")):
        Review.objects.create(
            hazard=hazard, stage=stage, round=1, reviewer=make.person(Role.LEADER, name=name), is_passed=True,
            at=at("2026-11-05 09:00"),
        )  # fmt: skip
    RectificationPlan.objects.create(
        hazard=hazard, status="approved", situation="积水", gravity="大", goal="排干", methods="抽水", funds="一千",
        people="机修", schedule="三天", emergency="撤离演练", due_at=at("2026-11-06 08:00"), author=officer,
        written_at=at("2026-11-03 10:00"),
    )  # fmt: skip
    run = make.run(worker)
    Answer.objects.create(
        run=run, item=run.checklist.items.get(), value="fail", answered_at=at("2026-11-03 08:00"), hazard=hazard
    )
    return hazard


def test_each_of_the_fields_stands_in_its_cell(browser, whole, work_off):
    _about, sheet = book_of(browser, work_off, f"q={whole.number}").worksheets
    (row,) = lines(sheet)
    due = at("2026-11-05 09:00").replace(tzinfo=None)
    said = {zh(name): value for name, value in {
        "Hazard no.": whole.number, "Found at": at("2026-11-03 08:00").replace(tzinfo=None),
        "Kind of check": zh("Pre-shift check"), "Reported by": "王建国", "Workshop": say(whole.department.name),
        "Area": say(whole.area.name), "Machine": f"{whole.equipment.code} {say(whole.equipment.name)}",
        "What is wrong": "光幕失灵\n挡住光幕，滑块不停", "Code of the kind": whole.category.code,
        "Level": zh("Major"), "By the law": zh("Legally major"), "Clause": "7.3 炉底积水", "Photos before": 2,
        "Cause": "线路老化", "What was done": "换了控制器", "Who fixes it": "陈志强", "Money": 1250.5, "Limit": due,
        "Temporary control": "停机挂牌", "Emergency plan": "撤离演练", "Photos after": 1,
        "First review": "李卫东 2026-11-05 09:00", "Second review": "周敏二 2026-11-05 09:00",
        "Final review": "赵国庆 2026-11-05 09:00", "Closed at": due, "Repeats": whole.repeat_of.number,
        "Made known where": "公示栏",
    }.items()}  # fmt: skip
    assert {name: row[name] for name in said} == said
    assert row[zh("Test result")].startswith("试停 停住")
    assert row[zh("Made known on")].date() == whole.published_on


def test_what_was_no_inspection_says_how_it_came(browser, officer, work_off):
    make.hazard(source=Hazard.Source.EXTERNAL)
    _about, sheet = book_of(browser, work_off).worksheets
    assert lines(sheet)[0][zh("Kind of check")] == zh("Outside check")


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x","y")'])
def test_nothing_that_people_typed_is_a_formula(browser, whole, work_off, evil):
    Hazard.objects.update(title=evil, cause=evil, measure=evil, control=evil, published_where=evil, clause=evil[:12])
    User.objects.update(name=evil)
    book = book_of(browser, work_off)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert all(cell.quotePrefix for cell in cells if cell.value == evil)
    assert sum(cell.value == evil for cell in cells) > 5


def test_the_cover_says_where_it_comes_from(browser, whole, work_off):
    head = LedgerHead.objects.get()
    about, _sheet = book_of(browser, work_off, "month=2026-11&by=closed&legal=major").worksheets
    said = {row[0].value: row[1].value for row in about.iter_rows(min_row=3, max_col=2)}
    assert said[zh("Hazards")] == 1 and said[zh("Seal")] == head.seal
    assert said[zh("Period")] == f"2026-11 {zh('closed')}" and said[zh("By the law")] == zh("Legally major")
    event = Event.objects.get(name="hazards.exported")
    assert event.data["rows"] == 1 and event.data["file"] == Attachment.objects.get(pk=Job.objects.get().pk).sha256
    assert event.data["filter"]["by"] == "closed"


def test_the_list_on_paper(browser, whole, work_off):
    browser.post(f"{LIST}pdf/?group=all")
    work_off()
    said = text_of(browser)
    for words in (whole.number, "光幕失灵", "换了控制器", "李卫东", "1,250.50", "公示栏", whole.repeat_of.number):
        assert words in said, words


def test_only_rows_that_the_exporter_may_see(browser, whole, work_off):
    browser.force_login(make.person(Role.WORKSHOP_HEAD, in_department=whole.department, bound=True))
    _about, sheet = book_of(browser, work_off).worksheets
    assert [row[zh("Hazard no.")] for row in lines(sheet)] == [whole.number]


@pytest.mark.parametrize("role", [Role.WORKER, Role.MAINTENANCE, Role.SUPPLIER, Role.TRAINER])
def test_whoever_does_not_see_the_records_exports_none(browser, factory, role):
    hazard = make.hazard(Status.CLOSED)
    browser.force_login(make.person(role))
    for path in ("xlsx/?group=all", "pdf/?group=all", f"{hazard.pk}/paper/", f"{hazard.pk}/timeline/"):
        assert browser.post(LIST + path).status_code == 403
    assert not Job.objects.exists()


def test_rights_that_were_taken_meanwhile_count(browser, officer, work_off):
    make.hazard()
    browser.post(f"{LIST}xlsx/?group=all")
    officer.grants.all().delete()
    work_off()
    assert Job.objects.get().status == Job.Status.FAILED


def test_too_much_and_nothing_are_said_before_work_starts(browser, officer, monkeypatch):
    assert browser.post(f"{LIST}xlsx/?group=all").status_code == 422
    for _n in range(3):
        make.hazard()
    monkeypatch.setitem(lists.MOST, "pdf", 2)
    page = browser.post(f"{LIST}pdf/?group=all")
    said = "%(rows)d hazards are too many for a PDF (%(most)d at most). Choose a month or take Excel."
    assert page.status_code == 422 and zh(said) % {"rows": 3, "most": 2} in html.unescape(page.content.decode())
    assert not Job.objects.exists()


def test_how_far_it_is_is_told_between_chunks(browser, officer, work_off, monkeypatch):
    for _n in range(7):
        make.hazard()
    monkeypatch.setattr(rows, "CHUNK", 3)
    told = []
    monkeypatch.setattr(exports.jobs, "progress", lambda job, done, total=None: told.append((done, total)))
    book_of(browser, work_off)
    assert told == [(0, None), (3, 7), (6, 7), (7, 7)]


def test_a_returned_round_leaves_no_reviewers_in_the_row(browser, officer, work_off):
    hazard = make.hazard(Status.RECTIFYING, round=2)
    Review.objects.create(
        hazard=hazard, stage="first", round=1, reviewer=officer, is_passed=True, at=at("2026-11-05 09:00")
    )
    _about, sheet = book_of(browser, work_off).worksheets
    assert lines(sheet)[0][zh("First review")] is None


@pytest.mark.parametrize("has_group", [True, False])
def test_the_whole_record_of_one_hazard(browser, whole, work_off, has_group):
    if has_group:
        JointGroup.objects.create(hazard=whole, opened_by=whole.owner, opened_at=whole.reported_at)
    thread = Thread.objects.create(hazard=whole)
    post = Post.objects.create(thread=thread, author=whole.owner, text="备件明天到", at=whole.reported_at)
    PostPhoto.objects.create(post=post, attachment=make.photo())
    page = browser.post(f"{LIST}{whole.pk}/paper/")
    work_off()
    assert page.status_code == 302
    said = text_of(browser)
    for words in ("光幕失灵", "炉底积水", "撤离演练", "李卫东", "停住", "SHA-256", "备件明天到"):
        assert words in said, words
    assert Event.objects.get(name="hazards.exported").subject_id == str(whole.pk)


def test_a_foreign_workshops_hazard_is_not_there(browser, whole):
    browser.force_login(make.person(Role.WORKSHOP_HEAD, in_department=make.department(), bound=True))
    for what in ("paper", "timeline"):
        assert browser.post(f"{LIST}{whole.pk}/{what}/").status_code == 404


def test_time_of_one_closed_early_is_kept_apart_from_its_limit(officer):
    hazard = closed("2026-11-03 08:00", timedelta(hours=3))
    (row,) = next(rows.chunks(exports.Filter(), officer))
    assert row.closed_at < row.due_at and row.number == hazard.number
