"""Exports hold what the list shows, as facts and never as formulas, and say of themselves where they come from."""

import html
import io
import re
from datetime import datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from core import pdf as pdf_tool
from core.exports import lists
from core.models import Attachment, Event, Job, LedgerHead
from core.words import say
from facilities.models import Equipment
from inspections import exports
from inspections.archive import Filter
from inspections.exports import rows
from inspections.models import Answer, Item, Run
from people.models import User
from people.permissions import Role
from tenants.models import Factory
from tests import make
from tests.inspections.archive import at, done

LIST = "/desk/runs/"


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER, name="周敏")
    browser.force_login(officer)
    return officer


def content(browser, job: Job) -> bytes:
    job.refresh_from_db()
    assert job.status == Job.Status.DONE, job.message
    return b"".join(browser.get(f"/files/{job.result_id}/").streaming_content)


def book_of(browser, work_off, query: str = "span=all"):
    page = browser.post(f"{LIST}xlsx/?{query}")
    assert page.status_code == 302, html.unescape(page.content.decode())
    work_off()
    job = Job.objects.latest("created_at")
    assert page["Location"] == f"/desk/jobs/{job.pk}/"
    return openpyxl.load_workbook(io.BytesIO(content(browser, job)))


def lines(sheet) -> list[dict]:
    heads = [cell.value for cell in sheet[1]]
    return [dict(zip(heads, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=2)]


def column(sheet, name: str) -> list:
    return [line[make.in_language("zh-hans", name)] for line in lines(sheet)]


def wall(text: str) -> datetime:
    """As Excel keeps it: the clock on the wall, without a zone."""
    return at(text).replace(tzinfo=None)


def says(page, sentence: str, **words) -> bool:
    return make.in_language("zh-hans", sentence, **words) in html.unescape(page.content.decode())


# Excel


def test_the_book_holds_what_the_list_shows(browser, officer, work_off):
    kept, other = done("2026-11-03 08:00"), done("2026-10-03 08:00")
    missed = make.run(opens_at=at("2026-11-04 08:00"), status=Run.Status.MISSED)
    make.run(opens_at=at("2026-11-05 08:00"), status=Run.Status.WITHDRAWN)
    _about, runs, answers = book_of(browser, work_off, "month=2026-11").worksheets
    assert column(runs, "Record no.") == [kept.pk, missed.pk]
    assert column(answers, "Record no.") == [kept.pk]
    assert other.pk not in column(runs, "Record no.")


def test_each_fact_of_a_run_stands_in_its_cell(browser, officer, work_off):
    who = make.person(Role.WORKER, name="王建国")
    plan = make.plan(name="冲压机班前检查")
    listed = make.checklist({"kind": "number", "unit": "MPa", "minimum": Decimal("0.4"), "maximum": Decimal("0.6")})
    run = done("2026-11-03 08:00", by=who, of=listed, plan=plan, is_late=True, result="fail", skew_seconds=-75)
    hazard = make.hazard()
    answer = run.answers.get()
    Answer.objects.filter(pk=answer.pk).update(value="fail", number=Decimal("0.75"), text="压力高", hazard=hazard)
    answer.photos.set([make.photo(who), make.photo(who)])
    _about, runs, answers = book_of(browser, work_off).worksheets
    facts = next(line for line in lines(runs) if line[make.in_language("zh-hans", "Record no.")] == run.pk)
    zh = {make.in_language("zh-hans", name): value for name, value in {
        "Plan": "冲压机班前检查", "Workshop": say(run.department.name), "Area": say(run.area.name),
        "Machine": f"{run.equipment.code} {say(run.equipment.name)}", "Checklist": say(listed.title), "Version": 1,
        "Due from": wall("2026-11-03 08:00"), "Due until": wall("2026-11-03 09:30"),
        "Begun at": wall("2026-11-03 08:09"), "Handed in at": wall("2026-11-03 08:10"),
        "Late": make.in_language("zh-hans", "yes"), "Done by": "王建国", "Seconds": 60, "Problems": 1,
        "Hazards": hazard.number, "Photos": 2, "Phone's clock minus ours (s)": -75,
        "Result": make.in_language("zh-hans", "Problems found"),
    }.items()}  # fmt: skip
    assert {name: facts[name] for name in zh} == zh
    (said,) = lines(answers)
    zh = {make.in_language("zh-hans", name): value for name, value in {
        "Number": 0.75, "Unit": "MPa", "Lower limit": 0.4, "Upper limit": 0.6, "Words": "压力高",
        "Hazard": hazard.number, "Photos": 2, "Question": say(listed.items.get().text),
        "Answered at": wall("2026-11-03 08:10"),
    }.items()}  # fmt: skip
    assert {name: said[name] for name in zh} == zh


def test_times_are_those_of_the_factorys_own_zone(browser, officer, factory, work_off):
    done("2026-11-03 08:00")
    Factory.objects.filter(pk=factory.pk).update(time_zone="Asia/Kolkata")
    _about, runs, _answers = book_of(browser, work_off).worksheets
    assert column(runs, "Due from") == [wall("2026-11-03 05:30")]


def test_the_book_can_be_read_without_work(browser, officer, work_off):
    done("2026-11-03 08:00")
    book = book_of(browser, work_off)
    for sheet in book.worksheets[1:]:
        assert sheet["A1"].font.bold and sheet.freeze_panes == "B2" and sheet.auto_filter.ref
        assert sheet.page_setup.orientation == "landscape" and sheet.print_title_rows == "$1:$1"
    assert book.worksheets[1].column_dimensions["E"].width > 20
    assert book.worksheets[1]["I2"].number_format == "yyyy-mm-dd hh:mm:ss"


ALIVE = ["=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("http://x","y")']


@pytest.mark.parametrize("evil", ALIVE)
def test_nothing_that_people_typed_is_a_formula(browser, officer, factory, work_off, evil):
    run = done("2026-11-03 08:00", of=make.checklist({"kind": "text", "unit": evil[:20], "text": {"zh": evil}}))
    Answer.objects.update(text=evil)
    User.objects.update(name=evil)
    Equipment.objects.filter(pk=run.equipment_id).update(code=evil, name=evil)
    Factory.objects.filter(pk=factory.pk).update(name=evil)
    book = book_of(browser, work_off, f"span=all&q={run.pk}")
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert not any(cell.hyperlink for cell in cells)
    evils = [cell for cell in cells if cell.value == evil or (evil.startswith("\r") and str(cell.value).endswith("=1"))]
    assert len(evils) >= 6
    assert all(cell.quotePrefix for cell in evils), "and stays a text when somebody opens the cell and presses Enter"


def test_a_very_long_remark_is_cut_and_says_so(browser, officer, work_off):
    done("2026-11-03 08:00")
    Answer.objects.update(text="长" * 40_000)
    _about, _runs, answers = book_of(browser, work_off).worksheets
    (words,) = column(answers, "Words")
    assert len(words) == 32_001 and words.endswith("…")


def test_signs_that_xml_does_not_know_break_nothing(browser, officer, work_off):
    done("2026-11-03 08:00")
    Answer.objects.update(text="\x07a\x1b<&>\ufffe😀\u202e")
    _about, _runs, answers = book_of(browser, work_off).worksheets
    assert "a" in column(answers, "Words")[0]


def test_the_cover_says_where_it_comes_from(browser, officer, factory, work_off):
    make.plan()
    run = done("2026-11-03 08:00", by=make.person(Role.WORKER, name="王建国"))
    work_off()  # the plan's own runs stand in the ledger too, and first
    head = LedgerHead.objects.get()
    about, _runs, _answers = book_of(browser, work_off, f"month=2026-11&person=王建国&department={run.department_id}")
    said = {row[0].value: row[1].value for row in about.iter_rows(min_row=3, max_col=2)}
    zh = {make.in_language("zh-hans", name): value for name, value in {
        "Factory": factory.name, "Exported by": "周敏", "Period": "2026-11", "Workshop": say(run.department.name),
        "Person": "王建国", "Runs": 1, "Answers": 1, "End of the ledger": head.seq, "Seal": head.seal,
        "Signature (Ed25519)": head.signature,
    }.items()}  # fmt: skip
    assert {name: said[name] for name in zh} == zh
    key = bytes.fromhex(said[make.in_language("zh-hans", "Public key")])
    signed = said[make.in_language("zh-hans", "Signed text")].encode()
    Ed25519PublicKey.from_public_bytes(key).verify(bytes.fromhex(head.signature), signed)
    assert said[make.in_language("zh-hans", "Exported at")].date() == timezone.localdate()


def test_an_export_stands_in_the_ledger(browser, officer, work_off):
    done("2026-11-03 08:00")
    book_of(browser, work_off, "month=2026-11&result=pass")
    event = Event.objects.get(name="runs.exported")
    assert event.actor == officer
    assert event.data["rows"] == 1 and event.data["form"] == "xlsx"
    assert event.data["filter"] == {"since": "2026-11-01", "until": "2026-11-30", "result": "pass"}
    assert event.data["file"] == Attachment.objects.get().sha256


# Who and how much


def test_only_rows_that_the_exporter_may_see(browser, factory, work_off):
    mine, foreign = done("2026-11-03 08:00"), done("2026-11-03 08:00")
    browser.force_login(make.person(Role.WORKSHOP_HEAD, in_department=mine.department, bound=True))
    _about, runs, answers = book_of(browser, work_off).worksheets
    assert column(runs, "Record no.") == [mine.pk] and foreign.pk not in column(answers, "Record no.")


@pytest.mark.parametrize("role", [Role.WORKER, Role.MAINTENANCE, Role.SUPPLIER])
def test_whoever_does_not_see_the_records_exports_none(browser, factory, role):
    run = done("2026-11-03 08:00")
    browser.force_login(make.person(role))
    for path in ("xlsx/?span=all", "pdf/?span=all", f"{run.pk}/paper/"):
        assert browser.post(LIST + path).status_code == 403
    assert not Job.objects.exists()


def test_rights_that_were_taken_meanwhile_count(browser, officer, work_off):
    done("2026-11-03 08:00")
    browser.post(f"{LIST}xlsx/?span=all")
    officer.grants.all().delete()
    work_off()
    job = Job.objects.get()
    assert job.status == Job.Status.FAILED and job.result is None
    assert job.message == make.in_language(
        "zh-hans", "Your role does not see these records. Ask the safety officer for them."
    )


@pytest.mark.parametrize("form", ["xlsx", "pdf"])
def test_nothing_to_export_is_said_at_once(browser, officer, form):
    page = browser.post(f"{LIST}{form}/?month=2020-01&person=王")
    assert page.status_code == 422
    assert says(page, "Nothing fits this filter, so there is nothing to export. Choose other days or fewer words.")
    assert 'value="2020-01"' in page.content.decode(), "what was chosen stays"
    assert not Job.objects.exists()


def test_too_much_for_paper_is_said_before_work_starts(browser, officer, monkeypatch):
    for day in ("2026-11-03", "2026-11-04", "2026-11-05"):
        done(f"{day} 08:00")
    monkeypatch.setitem(lists.MOST, "pdf", 2)
    page = browser.post(f"{LIST}pdf/?span=all")
    assert page.status_code == 422
    said = "%(rows)d runs are too many for a PDF (%(most)d at most). Choose a month or take Excel."
    assert says(page, said, rows=3, most=2)
    assert not Job.objects.exists()


def test_pressed_twice_it_is_made_once_and_three_at_a_time(browser, officer):
    done("2026-11-03 08:00")
    first, second = (browser.post(f"{LIST}xlsx/?span=all") for _tap in range(2))
    assert first["Location"] == second["Location"] and Job.objects.count() == 1
    browser.post(f"{LIST}pdf/?span=all")
    browser.post(f"{LIST}pdf/?month=2026-11")
    page = browser.post(f"{LIST}xlsx/?month=2026-11")
    assert page.status_code == 422
    assert says(page, "Three files are being made for you already. Wait for one of them, or stop one.")


def test_looking_does_not_export(browser, officer):
    assert browser.get(f"{LIST}xlsx/").status_code == 405 and browser.get(f"{LIST}pdf/").status_code == 405


def test_how_far_it_is_is_told_between_chunks(browser, officer, work_off, monkeypatch):
    for number in range(7):
        done(f"2026-11-0{number + 1} 08:00")
    monkeypatch.setattr(rows, "CHUNK", 3)
    told = []
    monkeypatch.setattr(exports.jobs, "progress", lambda job, done, total=None: told.append((done, total)))
    book_of(browser, work_off)
    assert told == [(0, None), (3, 7), (6, 7), (7, 7)]


def test_a_row_that_came_in_between_does_not_tear_the_two_sheets_apart(officer):
    """Seen as open in the first sheet, its answers do not stand in the second one either."""
    run = make.run(opens_at=at("2026-11-03 08:00"))
    Answer.objects.create(
        run=run, item=Item.objects.get(checklist=run.checklist), value="pass", answered_at=timezone.now()
    )
    ((row,),) = rows.chunks(Filter(), officer)
    assert row.answers == [] and row.problems is None


# PDF


def pdf_of(browser, work_off, path: str) -> PdfReader:
    assert browser.post(LIST + path).status_code == 302
    work_off()
    return PdfReader(io.BytesIO(content(browser, Job.objects.latest("created_at"))))


def text_of(pdf: PdfReader) -> str:
    return "".join("".join(page.extract_text().split()) for page in pdf.pages)


def fonts_of(pdf: PdfReader) -> set[str]:
    """Names of the fonts in it; each must be embedded."""
    names = set()
    for page in pdf.pages:
        for font in page["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            assert any(key.startswith("/FontFile") for key in inner["/FontDescriptor"].get_object())
            names.add(inner["/BaseFont"])
    return names


def test_the_list_on_paper(browser, officer, factory, work_off):
    hazard = make.hazard()
    worker = make.person(Role.WORKER, name="欧阳翀")
    run = done("2026-11-03 08:00", by=worker, is_late=True, result="fail")
    Answer.objects.update(value="fail", text="护罩螺栓松动，㸃检", hazard=hazard)
    Equipment.objects.filter(pk=run.equipment_id).update(name="500T 冲压机（3#）")
    pdf = pdf_of(browser, work_off, "pdf/?month=2026-11")
    assert (float(pdf.pages[0].mediabox.width), float(pdf.pages[0].mediabox.height)) == pytest.approx((842, 595), abs=1)
    said = text_of(pdf)
    zh = [make.in_language("zh-hans", word) for word in ("Problems found", "Late", "End of the ledger")]
    head = LedgerHead.objects.get()
    for words in (
        factory.name, "周敏", "2026-11", "2026-11-03", str(run.pk), "500T冲压机（3#）", "欧阳翀", "护罩螺栓松动，㸃检",
        hazard.number, say(run.department.name), *zh[:1], zh[2],
    ):  # fmt: skip
        assert "".join(words.split()) in said, words
    assert head.seq > 0
    assert {name.partition("+")[2] for name in fonts_of(pdf)} == {"Print", "Print-Bold"}, "our own face, and no other"


def test_long_lists_repeat_their_heads_and_number_their_pages(browser, officer, work_off, monkeypatch):
    """Laid out in parts, bound as one: every row once and in order, no half-empty page between."""
    monkeypatch.setattr(pdf_tool, "_PART", 40)
    what, who, place = make.checklist(), make.person(Role.WORKER), make.machine()
    begin = at("2026-11-01 08:00")
    made = [
        make.run(who, of=what, equipment=place, opens_at=begin + timedelta(minutes=number), status="missed").pk
        for number in range(130)
    ]
    pdf = pdf_of(browser, work_off, "pdf/?span=all")
    pages = [page.extract_text() for page in pdf.pages]
    head, count = make.in_language("zh-hans", "Handed in at"), len(pages)
    seen = []
    for number, page in enumerate(pages, 1):
        assert head in page
        foot = make.in_language("zh-hans", "Page %(n)s of %(of)s", n=number, of=count)
        assert "".join(foot.split()) in "".join(page.split())
        seen.append([int(pk) for pk in re.findall(r"^(\d+) 2026-11-01", page, re.MULTILINE)])
    assert [pk for numbers in seen for pk in numbers] == made
    sizes = [len(numbers) for numbers in seen]
    assert min(sizes[1:-1]) >= max(sizes[1:-1]) - 1, sizes


def test_the_evidence_sheet_of_one_run(browser, officer, factory, work_off):
    who = make.person(Role.WORKER, name="王建国")
    listed = make.checklist({"kind": "number", "unit": "MPa", "minimum": Decimal("0.4"), "maximum": Decimal("0.6")})
    run = done("2026-11-03 08:00", by=who, of=listed, skew_seconds=90, phone_submitted_at=at("2026-11-03 08:11"))
    answer = run.answers.get()
    Answer.objects.filter(pk=answer.pk).update(number=Decimal("0.55"), text="正常")
    photo = make.photo(who)
    answer.photos.set([photo])
    pdf = pdf_of(browser, work_off, f"{run.pk}/paper/")
    assert (float(pdf.pages[0].mediabox.width), float(pdf.pages[0].mediabox.height)) == pytest.approx((595, 842), abs=1)
    said = text_of(pdf)
    for words in ("王建国", "0.55MPa", "0.4–0.6MPa", "正常", photo.sha256, "2026-11-0308:11:00", "90", factory.name):
        assert words in said, words
    assert len(pdf.pages[0].images) == 1
    assert {name.partition("+")[2] for name in fonts_of(pdf)} == {"Print", "Print-Bold"}, "our own face, and no other"
    event = Event.objects.get(name="runs.exported")
    assert (event.subject_type, event.subject_id) == ("inspections.run", str(run.pk))


def test_a_picture_whose_file_is_gone_does_not_stop_the_sheet(browser, officer, work_off):
    run = done("2026-11-03 08:00")
    photo = make.photo()
    run.answers.get().photos.set([photo])
    photo.shown.storage.delete(photo.shown.name)
    said = text_of(pdf_of(browser, work_off, f"{run.pk}/paper/"))
    assert "".join(make.in_language("zh-hans", "The picture's file is not there.").split()) in said


def test_the_run_page_shows_both_clocks_limits_and_the_second_record(browser, officer):
    listed = make.checklist({"kind": "number", "unit": "MPa", "minimum": Decimal("0.4"), "maximum": Decimal("0.6")})
    first = done(
        "2026-11-03 08:00",
        of=listed,
        skew_seconds=90,
        phone_started_at=at("2026-11-03 08:10"),
        phone_submitted_at=at("2026-11-03 08:12"),
    )
    other = make.person(Role.WORKER, name="张丽华")
    second = done("2026-11-03 08:00", by=other, conflicts_with=first)
    Answer.objects.filter(run=first).update(number=Decimal("0.55"))
    page = browser.get(f"{LIST}{first.pk}/")
    said = html.unescape(page.content.decode())
    assert "0.55 MPa" in said and "0.4 – 0.6 MPa" in said and "2026-11-03 08:10:00" in said
    assert make.in_language("zh-hans", "This clock was %(n)s s off.", n=90) in said
    assert f"/desk/runs/{second.pk}/" in said and "张丽华" in said
    assert f"/desk/runs/{first.pk}/" in browser.get(f"{LIST}{second.pk}/").content.decode()


def test_a_file_of_another_factory_is_not_there(browser, officer, work_off):
    done("2026-11-03 08:00")
    browser.post(f"{LIST}xlsx/?span=all")
    work_off()
    job = Job.objects.get()
    for host in ("two.localhost",):
        stranger = Client(HTTP_HOST=host)
        stranger.cookies = browser.cookies
        assert stranger.get(f"/files/{job.result_id}/").status_code == 302
