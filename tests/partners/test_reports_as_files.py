"""Self-inspections are found in their archive, and taken away as Excel and PDF that say what the pages say."""

import html
import io
import re
from datetime import timedelta

import openpyxl
import pytest
from django.urls import reverse
from pypdf import PdfReader

from core.attachments import keep_photo
from core.models import Event, Job
from core.words import say
from hazards.models import Hazard, Level
from insight.suppliers import trend_of
from partners import actions
from partners.archive import Filter, figures
from partners.exports.rows import chunks
from partners.models import SelfInspection
from people.permissions import Role
from tests import make

LIST = "/desk/suppliers/reports/"


def zh(text: str) -> str:
    return make.in_language("zh-hans", text)


def filled(company, supplier, *choices: int, months: int = 0) -> SelfInspection:
    """Handed in; by position of the question. months: so many before the last period."""
    report = make.self_inspection(company)
    for item, choice in zip(report.checklist.items.all(), choices or (0, 0, 1, 2), strict=True):
        actions.answer(report, item, by=supplier, choice=choice, note="下周改完" if choice else "")
    photo = keep_photo(make.photo_file(), by=supplier)
    actions.add_photos(report, report.checklist.items.get(position=2), [photo], by=supplier)
    actions.submit_report(report, by=supplier)
    if months:
        days = timedelta(days=31 * months)
        columns = {"starts_on": report.starts_on - days, "ends_on": report.ends_on - days, "status": "accepted"}
        SelfInspection.objects.filter(pk=report.pk).update(**columns)
    report.refresh_from_db()
    return report


def lines(sheet) -> list[dict]:
    heads = [cell.value for cell in sheet[1]]
    return [dict(zip(heads, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=2)]


def content(browser) -> bytes:
    job = Job.objects.latest("created_at")
    assert job.status == Job.Status.DONE, job.message
    return b"".join(browser.get(f"/files/{job.result_id}/").streaming_content)


def test_the_book_says_what_the_pages_say(browser, officer, company, supplier, work_off):
    report = filled(company, supplier)
    browser.force_login(officer)
    page = browser.post(f"{LIST}xlsx/")
    work_off()
    assert page["Location"] == reverse("console:job", args=[Job.objects.get().pk])
    _about, reports, answers = openpyxl.load_workbook(io.BytesIO(content(browser))).worksheets
    (row,) = lines(reports)
    assert (row[zh("Score")], row[zh("Grade")]) == (report.score, report.grade) == (63, "C")
    shown = html.unescape(browser.get(reverse("console:self_inspection", args=[report.pk])).content.decode())
    assert re.search(r"data-points>(\d+)<", shown)[1] == str(row[zh("Score")])
    assert re.search(r"data-grade>(\w)<", shown)[1] == row[zh("Grade")]
    given = lines(answers)
    assert sum(each[zh("Points")] for each in given) / sum(each[zh("Of")] for each in given) == pytest.approx(0.625)
    items = list(report.checklist.items.all())
    assert [each[zh("Question")] for each in given] == [say(item.text) for item in items]
    assert [each[zh("Answer")] for each in given] == ["做到", "做到", "部分", "没做到"]
    lost = row[zh("Where points were lost")]
    assert lost.endswith("−12.5") and "−25；" in lost
    photo = report.replies.get(item=items[1]).photos.get().attachment
    assert given[1][zh("SHA-256 of the photos")] == photo.sha256
    noted = Event.objects.get(name="self_inspections.exported")
    assert (noted.data["rows"], noted.data["form"]) == (1, "xlsx")


def test_the_list_its_figures_and_the_paper_agree(browser, officer, company, supplier, work_off):
    filled(company, supplier, 0, 0, 0, 0, months=1)
    filled(company, supplier)
    other = make.company("宏达铸造")
    filled(other, make.supplier(other), 0, 0, 2, 2)
    browser.force_login(officer)
    shown = figures(Filter(), SelfInspection.objects.all())
    assert (shown.shown, shown.graded, shown.mean, shown.poor) == (3, 3, 71.0, 2)
    assert "71.0" in browser.get(LIST).content.decode()
    only = browser.get(f"{LIST}?company={company.pk}&grade=C").content.decode()
    assert only.count("as-cards") == 1 and "宏达铸造" not in re.search(r"<tbody>.*</tbody>", only, re.S)[0]
    browser.post(f"{LIST}pdf/?company={company.pk}")
    work_off()
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content(browser))).pages)
    assert "联盛表面处理" in text and "宏达铸造" not in text and "63" in text and "100" in text


def test_a_filter_that_cannot_be_read_says_so_and_exports_nothing(browser, officer, report):
    browser.force_login(officer)
    for query in ("company=999999", "grade=Z", "month=2026-99"):
        assert browser.get(f"{LIST}?{query}").status_code == 200
        assert browser.post(f"{LIST}xlsx/?{query}").status_code == 422
    assert browser.post(f"{LIST}xlsx/?grade=A").status_code == 422, "nothing fits"
    assert not Job.objects.exists()


@pytest.mark.parametrize("role", [Role.WORKER, Role.TEAM_LEADER, Role.GUARD])
def test_who_does_not_look_after_suppliers_takes_nothing(browser, factory, report, role):
    browser.force_login(make.person(role))
    addresses = (f"{LIST}xlsx/", f"{LIST}pdf/", reverse("console:self_inspection_paper", args=[report.pk]))
    assert {browser.post(address).status_code for address in addresses} == {403}


def test_a_company_takes_its_own_report_as_pdf_and_no_other(browser, company, supplier, work_off):
    report = filled(company, supplier)
    other = make.company("宏达铸造")
    foreign = filled(other, make.supplier(other))
    browser.force_login(supplier)
    assert browser.post(reverse("supplier:paper", args=[foreign.pk])).status_code == 404
    answer = browser.post(reverse("supplier:paper", args=[report.pk]))
    job = Job.objects.get()
    assert answer["Location"] == reverse("supplier:job", args=[job.pk])
    assert browser.get(answer["Location"]).status_code == 200
    work_off()
    assert zh("Download") in browser.get(answer["Location"]).content.decode()
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content(browser))).pages)
    photo = report.replies.get(photos__isnull=False).photos.get().attachment
    assert "63" in text and "下周改完" in text and photo.sha256 in re.sub(r"\s", "", text)
    assert zh("Drawn for a spot check") not in text
    browser.force_login(other.users.get())
    assert browser.get(answer["Location"]).status_code == 404
    assert browser.get(f"/files/{Job.objects.get().result_id}/").status_code == 404


def test_whose_access_ended_gets_no_file_any_more(browser, officer, company, supplier, work_off):
    report = filled(company, supplier)
    browser.force_login(supplier)
    browser.post(reverse("supplier:paper", args=[report.pk]))
    actions.end_access(supplier.membership, by=officer, note="离职")
    work_off()
    assert Job.objects.get().status == Job.Status.FAILED


def test_what_was_accepted_stays_as_it_was_when_a_major_hazard_comes_up(browser, officer, company, supplier):
    report = filled(company, supplier, 0, 0, 0, 1)
    browser.force_login(officer)
    browser.post(reverse("console:decide_report", args=[report.pk, "accept"]))
    correction = actions.correct_at_partner(company, by=officer, title="槽体开裂")
    Hazard.objects.filter(pk=correction.hazard_id).update(level=Level.MAJOR)
    report.refresh_from_db()
    assert report.grade == "B" == actions.rated(report).grade
    assert [each.grade for each in trend_of(company)] == ["B"]


def test_the_company_sees_all_of_its_history(browser, company, supplier):
    for months in range(1, 14):
        report = make.self_inspection(company)
        days = timedelta(days=31 * months)
        SelfInspection.objects.filter(pk=report.pk).update(starts_on=report.starts_on - days)
    browser.force_login(supplier)
    oldest = SelfInspection.objects.order_by("starts_on").first()
    assert reverse("supplier:report", args=[oldest.pk]) in browser.get("/s/?page=2").content.decode()


def test_a_thousand_answers_are_read_in_few_questions(officer, company, supplier, django_assert_max_num_queries):
    for months in range(1, 7):
        filled(company, supplier, months=months)
    with django_assert_max_num_queries(16):
        assert sum(len(part) for part in chunks(Filter(), officer)) == 6
