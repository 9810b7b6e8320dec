"""The bank: questions are added, corrected by a next revision and retired; Excel goes out and comes in alike."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from people.permissions import Role
from tests import make
from training import actions
from training.models import PaperItem, Progress, Question
from training.sheets import COLUMNS

pytestmark = pytest.mark.django_db
TYPED = {
    "lesson_key": "1", "stem": "护罩松了怎么办？", "explanation": "先停机再上报。", "source_name": "本厂规定", "source_trust": "practice",
    "difficulty": "1", "option-0": "接着干", "option-1": "停机上报", "option-2": "用胶带粘", "right": "1",
}  # fmt: skip


@pytest.fixture
def course(factory):
    return make.course(questions=6)


@pytest.fixture
def desk(browser, course):
    browser.force_login(make.person(Role.TRAINER))
    return browser


def _at(name: str, course, *more, kind: str = "") -> str:
    return reverse(f"console:{name}", args=[course.code, *more]) + (f"?kind={kind}" if kind else "")


def test_a_question_of_each_kind_is_added(desk, course):
    assert desk.post(_at("add_question", course, kind="single"), TYPED).status_code == 302
    assert desk.post(_at("add_question", course, kind="multiple"), TYPED | {"right": ["0", "1"]}).status_code == 302
    assert desk.post(_at("add_question", course, kind="true_false"), TYPED | {"truth": "false"}).status_code == 302
    spot = {"picture": make.photo_file(), "area-0-x": "10", "area-0-y": "20", "area-0-w": "30", "area-0-h": "25,5"}
    assert desk.post(_at("add_question", course, kind="hot_spot"), TYPED | spot).status_code == 302
    found = {one.kind: one for one in Question.objects.filter(code__startswith=f"{course.code}-Q")}
    assert {kind: one.answer for kind, one in found.items()} == {
        "single": [1], "multiple": [0, 1], "true_false": [False], "hot_spot": [{"x": 10, "y": 20, "w": 30, "h": 25.5}],
    }  # fmt: skip
    assert found["hot_spot"].picture.shown


@pytest.mark.parametrize(
    ("kind", "changed"),
    [("single", {"right": []}), ("single", {"right": ["0", "1"]}), ("single", {"option-1": "接着干"}), ("single", {"explanation": ""}),
     ("single", {"source_name": ""}), ("single", {"source_trust": "rumour"}), ("single", {"lesson_key": "99"}), ("single", {"right": ["9"]}),
     ("multiple", {"right": ["1"]}), ("true_false", {"truth": ""}), ("hot_spot", {}),
     ("hot_spot", {"picture": True, "area-0-x": "90", "area-0-y": "0", "area-0-w": "20", "area-0-h": "20"}),
     ("hot_spot", {"picture": True, "area-0-x": "nan", "area-0-y": "0", "area-0-w": "20", "area-0-h": "20"})],
)  # fmt: skip
def test_what_nobody_could_answer_is_refused_and_stays_typed(desk, course, kind, changed):
    changed = {**changed, "picture": make.photo_file()} if changed.get("picture") else changed
    sent = desk.post(_at("add_question", course, kind=kind), TYPED | changed)
    assert sent.status_code == 422
    assert "护罩松了怎么办" in sent.content.decode()
    assert not Question.objects.filter(code__startswith=f"{course.code}-Q").exists()


def test_an_svg_is_no_picture_for_a_question(desk, course):
    svg = SimpleUploadedFile(
        "a.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "image/png"
    )
    areas = {"area-0-x": "10", "area-0-y": "20", "area-0-w": "30", "area-0-h": "25"}
    assert desk.post(_at("add_question", course, kind="hot_spot"), TYPED | areas | {"picture": svg}).status_code == 422
    assert not Question.objects.exclude(picture=None).exists()


def test_a_correction_is_a_new_revision_and_the_paper_keeps_the_old_one(desk, course):
    enrolment = make.enrolment(of=course)
    progress = actions.open_lesson(enrolment, course.lessons.get(), by=enrolment.person)
    Progress.objects.update(seconds=600)
    attempt = actions.start_quiz(actions.beat(progress, by=enrolment.person), by=enrolment.person)
    asked = attempt.items.first().question
    address = _at("correct_question", course, asked.pk)
    assert desk.post(address, TYPED | {"stem": "改过的题"}).status_code == 302
    fresh = Question.objects.get(code=asked.code, retired_at=None)
    assert (fresh.revision, fresh.stem["zh"]) == (2, "改过的题")
    assert PaperItem.objects.filter(question=asked).exists()
    assert desk.post(address, TYPED).status_code == 409
    assert desk.post(_at("retire_question", course, fresh.pk)).status_code == 302
    assert not Question.objects.asked().filter(code=asked.code).exists()


def _point(page, address, x, y):
    return page.post(address, {"x": x, "y": y}, HTTP_HX_REQUEST="true").status_code


def test_pointing_into_the_area_is_right_and_the_page_does_not_tell_where_it_is(browser, course):
    trainer = make.person(Role.TRAINER)
    Question.objects.update(retired_at="2026-01-01T00:00:00Z")
    facts = {"lesson_key": "1", "kind": "hot_spot", "stem": {"zh": "点出急停"}, "options": [], "difficulty": 1}
    facts |= {"answer": [{"x": 11.5, "y": 21.5, "w": 31.5, "h": 41.5}], "explanation": {"zh": "红色的。"}}
    actions.add_question(
        course.code, by=trainer, picture=make.photo(trainer), source={"name": "本厂", "trust": "practice"}, **facts
    )
    enrolment = make.enrolment(of=course)
    progress = actions.open_lesson(enrolment, course.lessons.get(), by=enrolment.person)
    Progress.objects.update(seconds=600)
    attempt = actions.start_quiz(actions.beat(progress, by=enrolment.person), by=enrolment.person)
    browser.force_login(enrolment.person)
    shown = browser.get(reverse("field:paper", args=[attempt.pk])).content.decode()
    assert not any(number in shown for number in ("11.5", "21.5", "31.5", "41.5"))
    address = reverse("field:answer", args=[attempt.pk, 1])
    assert browser.get(reverse("file", args=[attempt.items.get().question.picture_id])).status_code == 200
    assert [_point(browser, address, *point) for point in (("101", "5"), ("a", "b"), ("-1", "5"))] == [422, 422, 422]
    assert _point(browser, address, "20", "30.5") == 204
    browser.post(reverse("field:paper_end", args=[attempt.pk]))
    attempt.refresh_from_db()
    assert attempt.score == 100
    assert "11.5" in browser.get(reverse("field:paper", args=[attempt.pk])).content.decode()
    desk_page = reverse("console:taken_paper", args=[attempt.pk])
    for person, sees_areas in ((trainer, True), (make.person(Role.TEAM_LEADER), False)):
        browser.force_login(person)
        shown = browser.get(desk_page).content.decode()
        assert 'x="20%"' in shown or 'x="20.0%"' in shown, "where the person pointed"
        assert ('x="11.5%"' in shown) is sees_areas


def _sheet(desk, course) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(desk.get(_at("export_questions", course)).content))


def _read(desk, course, book: openpyxl.Workbook, **more):
    out = io.BytesIO()
    book.save(out)
    return desk.post(_at("import_questions", course), {"file": SimpleUploadedFile("题库.xlsx", out.getvalue()), **more})


def _column(sheet, key: str) -> int:
    with override("zh-hans"):
        heading = next(column.heading for column in COLUMNS if column.key == key)
    return next(cell.column for cell in sheet[1] if cell.value == heading)


def test_what_went_out_comes_in_again_and_changes_nothing(desk, course):
    desk.post(_at("add_question", course, kind="multiple"), TYPED | {"right": ["0", "1"], "stem_en": "Loose guard"})
    desk.post(_at("add_question", course, kind="true_false"), TYPED | {"truth": "false", "source_clause": "第5条"})
    spot = {"picture": make.photo_file(), "area-0-x": "10", "area-0-y": "20.5", "area-0-w": "30", "area-0-h": "25"}
    desk.post(_at("add_question", course, kind="hot_spot"), TYPED | spot)
    before = list(Question.objects.values_list("pk", "retired_at"))
    assert _read(desk, course, _sheet(desk, course)).status_code == 302
    assert list(Question.objects.values_list("pk", "retired_at")) == before


def test_a_changed_row_corrects_and_a_row_without_a_number_is_new(desk, course):
    book = _sheet(desk, course)
    sheet = book.active
    sheet.cell(2, _column(sheet, "stem"), "改过的题")
    fresh = [cell.value for cell in sheet[3]]
    fresh[_column(sheet, "code") - 1], fresh[_column(sheet, "stem") - 1] = None, "新的题"
    sheet.append(fresh)
    looked = _read(desk, course, book, look="1")
    assert looked.status_code == 200 and "改过的题" in looked.content.decode()
    assert not Question.objects.filter(stem__zh="新的题").exists()
    assert _read(desk, course, book).status_code == 302
    assert Question.objects.get(stem__zh="改过的题").revision == 2
    assert Question.objects.get(stem__zh="新的题").code.startswith(f"{course.code}-Q")
    assert Question.objects.asked().count() == 7


@pytest.mark.parametrize(("key", "value"), [("lesson", "99"), ("kind", "作文"), ("answer", "Z"), ("answer", "AB"), ("trust", "听说"), ("difficulty", "9"), ("code", "没有这题"), ("explanation", "")])  # fmt: skip
def test_one_faulty_row_and_nothing_is_read_in(desk, course, key, value):
    book = _sheet(desk, course)
    sheet = book.active
    sheet.cell(2, _column(sheet, "stem"), "改过的题")
    sheet.cell(3, _column(sheet, key), value)
    refused = _read(desk, course, book)
    assert refused.status_code == 422
    assert refused.context["faulty"][0].number == 3
    assert not Question.objects.filter(stem__zh="改过的题").exists()


def test_nothing_comes_alive_in_somebodys_excel(desk, course):
    desk.post(
        _at("add_question", course, kind="single"),
        TYPED | {"stem": '=HYPERLINK("http://evil","x")', "option-0": "+1+cmd|' /C calc'!A0"},
    )
    cells = [cell for row in _sheet(desk, course).active.iter_rows() for cell in row]
    evil = [cell for cell in cells if str(cell.value).startswith(("=", "+"))]
    assert len(evil) == 2
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in evil)


def test_the_template_is_read_as_it_comes(desk, course):
    book = openpyxl.load_workbook(io.BytesIO(desk.get(_at("questions_template", course)).content))
    assert _read(desk, course, book).status_code == 302
    assert Question.objects.filter(code__startswith=f"{course.code}-Q").count() == 1


def test_a_long_bank_is_not_more_questions_to_the_database(desk, course):
    few, many = make.course(questions=2), make.course(lessons=3, questions=15)
    counts = []
    for each in (few, many):
        for name in ("edit_questions", "export_questions"):
            desk.get(_at(name, each))
            with CaptureQueriesContext(connection) as asked:
                assert desk.get(_at(name, each)).status_code == 200
            counts.append(len(asked))
    assert counts[:2] == counts[2:]
