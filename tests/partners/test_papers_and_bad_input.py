"""What suppliers send in is looked at; a sentence says what is wrong with it."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from core.attachments import keep_photo
from core.errors import DomainError
from insight.suppliers import peers_of
from partners import actions
from partners.credit import check_sign, normal_credit_code
from partners.models import CompanyDocument, SelfInspection
from tests import make


def pdf(pages: int) -> SimpleUploadedFile:
    return SimpleUploadedFile("report.pdf", make.handout(pages), "application/pdf")


def sheet(*, macros: bool = False) -> SimpleUploadedFile:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as box:
        box.writestr("xl/workbook.xml", "<workbook/>")
        if macros:
            box.writestr("xl/vbaProject.bin", "x")
    return SimpleUploadedFile("own.xlsx", out.getvalue())


def test_the_companys_own_report_is_kept_beside_the_answers(browser, supplier, report):
    browser.force_login(supplier)
    address = reverse("supplier:files", args=[report.pk])
    for file in (pdf(3), sheet(), make.photo_file()):
        assert browser.post(address, {"file": file}).status_code == 302
    assert list(report.files.values_list("pages", flat=True)) == [3, None, None]
    kept = report.files.first()
    assert browser.get(reverse("file", args=[kept.attachment_id])).status_code == 200
    browser.post(reverse("supplier:drop", args=[report.pk]), {"file": kept.pk})
    assert report.files.count() == 2


@pytest.mark.parametrize(
    "file",
    [
        lambda: pdf(200),
        lambda: sheet(macros=True),
        lambda: SimpleUploadedFile("a.pdf", b"%PDF-1.4 nothing"),
        lambda: SimpleUploadedFile("a.xlsx", b"PK\x03\x04 nothing"),
        lambda: SimpleUploadedFile("a.exe", b"MZ nothing"),
    ],
    ids=["200 pages", "macros", "no PDF", "no sheet", "a program"],
)
def test_what_is_no_report_is_refused_with_a_sentence(browser, supplier, report, file):
    browser.force_login(supplier)
    page = browser.post(reverse("supplier:files", args=[report.pk]), {"file": file()})
    assert page.status_code == 422 and not report.files.exists()
    assert "field-error" in page.content.decode()


def test_a_paper_that_ended_is_not_taken_as_a_new_one(browser, supplier, company):
    browser.force_login(supplier)
    yesterday = timezone.localdate() - timedelta(days=1)
    sent = {"kind": "licence", "number": "1", "valid_until": yesterday, "file": pdf(1)}
    assert browser.post(reverse("supplier:documents"), sent).status_code == 422
    assert not CompanyDocument.objects.exists()
    browser.post(reverse("supplier:documents"), sent | {"valid_until": timezone.localdate(), "file": pdf(1)})
    assert CompanyDocument.objects.get().status == "filed"


def test_a_checked_paper_takes_the_place_of_the_one_before(browser, officer, supplier, company):
    later = timezone.localdate() + timedelta(days=300)
    for _number in range(2):
        actions.file_document(company, by=supplier, kind="insurance", valid_until=later, file=make.photo(supplier))
    browser.force_login(officer)
    for paper in CompanyDocument.objects.order_by("pk"):
        browser.post(reverse("console:supplier_act", args=[company.pk, "check"]), {"document": paper.pk})
    assert list(CompanyDocument.objects.order_by("pk").values_list("status", flat=True)) == ["replaced", "current"]


def test_a_credit_code_has_a_check_sign():
    code = "91330282MA2AE7K51"
    assert normal_credit_code(f" {code.lower()}{check_sign(code)} ") == code + check_sign(code)
    wrong = next(sign for sign in "0123456789" if sign != check_sign(code))
    for text in (code, code + wrong, "IOZSV" * 4, ""):
        with pytest.raises(DomainError):
            normal_credit_code(text)


def test_the_same_photo_as_in_an_earlier_report_is_marked(supplier, company):
    make.questionnaire()
    old, photo = make.self_inspection(company), make.photo_file()
    item = old.checklist.items.get(position=2)
    actions.add_photos(old, item, [keep_photo(photo, by=supplier)], by=supplier)
    SelfInspection.objects.filter(pk=old.pk).update(status="accepted", starts_on=old.starts_on - timedelta(days=31))
    photo.seek(0)
    reply = actions.add_photos(make.self_inspection(company), item, [keep_photo(photo, by=supplier)], by=supplier)
    assert reply.photos.get().like.reply.report == old


def test_one_photo_for_two_questions_is_marked_and_said_to_the_supplier(browser, supplier, report):
    photo, other = make.photo_file(), make.photo_file(size=(800, 500))
    first, second = report.checklist.items.all()[:2]
    report.checklist.items.filter(pk=first.pk).update(photo="always")
    browser.force_login(supplier)
    for item in (first, second):
        photo.seek(0)
        sent = {"item": item.pk, f"{item.pk}-photos": photo}
        said = browser.post(
            reverse("supplier:answer", args=[report.pk]), sent, headers={"Accept": "application/json"}
        ).json()
    assert [each["like"] for each in said["photos"]] == [True]
    sentence = make.in_language(
        "zh-hans", "This photo was sent before, and the factory sees that. Take a new one of how it is today."
    )
    page = browser.get(reverse("supplier:report", args=[report.pk])).content.decode()
    assert re.search(rf"data-repeat>[^<]*(<svg.*?</svg>)?[^<]*<span>{sentence}", page)
    mark = report.replies.get(item=second).photos.get()
    browser.post(reverse("supplier:drop", args=[report.pk]), {"photo": mark.pk})
    browser.post(reverse("supplier:answer", args=[report.pk]), {"item": second.pk, f"{second.pk}-photos": other})
    assert report.replies.get(item=second).photos.get().like is None


def test_a_suspended_company_reads_and_sends_nothing(browser, officer, supplier, company, report):
    actions.change_standing(company, "suspended", by=officer, note="欠资料")
    browser.force_login(supplier)
    assert browser.get(reverse("supplier:report", args=[report.pk])).status_code == 200
    item = report.checklist.items.first()
    sent = {"item": item.pk, f"{item.pk}-choice": "0"}
    answer = browser.post(reverse("supplier:answer", args=[report.pk]), sent, headers={"Accept": "application/json"})
    assert answer.status_code == 422 and not report.replies.exists()


@pytest.mark.parametrize("count", [4, 5])
def test_nothing_is_said_of_a_group_of_fewer_than_five(factory, count):
    make.questionnaire()
    for score in range(count):
        report = make.self_inspection(make.company())
        SelfInspection.objects.filter(pk=report.pk).update(status="accepted", score=60 + 10 * score, grade="B")
    peers = peers_of(report.company)
    assert (peers and (peers.count, peers.middle, peers.below)) == (None if count < 5 else (5, 80, 100))
