"""What only an exam asks, such as the way in, has a bank of its own: chosen, added to and published as any other."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from people.permissions import Role
from tests import make
from training.models import Course, Exam, Question

pytestmark = pytest.mark.django_db
BANK = "/desk/training/courses/entry/edit/questions/"
TYPED = {
    "stem": "进车间先看什么？", "explanation": "先认逃生路。", "source_name": "本厂规定", "source_trust": "practice",
    "difficulty": "1", "option-0": "手机", "option-1": "逃生路线", "right": "1",
}  # fmt: skip


@pytest.fixture(params=[Role.TRAINER, Role.SAFETY_OFFICER])
def desk(browser, factory, request):
    make.site_texts()
    browser.force_login(make.person(request.param))
    return browser


def asked() -> int:
    return Question.objects.asked().filter(course_code="entry").count()


def test_the_entry_exam_is_changed_and_published_with_its_own_bank(desk):
    page = desk.get(reverse("console:exam", args=["entry"]))
    assert BANK in page.content.decode() and [row.missing for row in page.context["rows"]] == [0]
    assert reverse("console:exam", args=["entry"]) in desk.get(reverse("console:exams")).content.decode()
    desk.post(reverse("console:draft_exam", args=["entry"]))
    edit = reverse("console:edit_exam", args=["entry"])
    page = desk.get(edit)
    assert '<option value="entry/" selected>' in page.content.decode()
    sent = {"title": "进场考试", "who": "contractor-worker", "minutes": "20", "pass_score": "80", "tries_per_day": "3"}
    sent |= {"theme": ["entry/", ""], "count": ["12", ""], "stamp": page.context["stamp"]}
    assert desk.post(edit, sent).status_code == 302
    stamp = desk.get(edit).context["stamp"]
    assert (
        desk.post(reverse("console:publish_exam", args=["entry"]), {"stamp": stamp}).url
        == "/desk/training/exams/entry/"
    )
    exam = Exam.objects.current().get(code="entry")
    assert (exam.version, exam.minutes, exam.questions) == (2, 20, 12)


def test_a_question_is_added_corrected_and_retired(desk):
    before = asked()
    assert desk.get(BANK).status_code == 200 and 'name="lesson_key"' not in desk.get(f"{BANK}add/").content.decode()
    assert desk.post(f"{BANK}add/?kind=single", TYPED | {"right": []}).status_code == 422
    assert desk.post(f"{BANK}add/?kind=single", TYPED).url == BANK
    made = Question.objects.get(stem__zh=TYPED["stem"])
    assert (asked(), made.course_code, made.lesson_key) == (before + 1, "entry", "")
    assert desk.post(f"{BANK}{made.pk}/", TYPED | {"stem": "进车间先找什么？"}).url == BANK
    fresh = Question.objects.asked().get(code=made.code)
    assert fresh.revision == 2 and desk.post(f"{BANK}{fresh.pk}/retire/").status_code == 302
    assert asked() == before


def test_it_goes_out_to_excel_and_comes_in_again(desk):
    content = desk.get(f"{BANK}xlsx/").content
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.active
    assert "课时" not in [cell.value for cell in sheet[1]]
    sheet.cell(2, 3).value = "换了一句话？"
    out = io.BytesIO()
    book.save(out)
    before = asked()
    answer = desk.post(f"{BANK}import/", {"file": SimpleUploadedFile("题库.xlsx", out.getvalue())})
    assert answer.status_code == 302, answer.content.decode()
    assert asked() == before and Question.objects.asked().filter(course_code="entry", revision=2).count() == 1


def test_no_other_code_is_a_bank(desk):
    assert desk.get("/desk/training/courses/nothing/edit/questions/").status_code == 404
    assert not Course.objects.filter(code="entry").exists(), "nobody of the factory has to learn it"
