"""People from Excel: all or nothing, each faulty row with its reasons, and the sheet back to be corrected."""

import datetime
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from core import imports
from core.models import Event, Import, Job
from people.models import Team, User
from people.permissions import Role
from tenants.models import Due
from tests import make, sheets
from tests.sheets import csv_file, lines_of, matched, workbook

HEAD = ("姓名 *", "手机号", "工号", "部门*", "班组", "岗位", "角色", "入职日期")
URL = "/desk/people/import/"


@pytest.fixture
def admin(browser, factory):
    admin = make.person(Role.ADMIN, name="刘洋")
    browser.force_login(admin)
    return admin


def read_in(browser, *lines, may_add: bool = True, **more):
    return sheets.read_in(browser, URL, workbook(*lines), **({"may_add": "1"} if may_add else {}), **more)


def sheet_to_correct(browser, answer) -> list[list[str]]:
    return lines_of(browser.get(reverse("console:import_faulty", args=[answer.context["row"].pk])).content)


def test_a_sheet_as_a_personnel_office_writes_it(browser, admin):
    response = read_in(
        browser,
        HEAD,
        ("张三", 13911110001, "A001", "冲压车间", "冲压一班", "冲压工", "", datetime.date(2024, 3, 1)),
        ("李四", "+86 139-1111-0002", 102, "冲压车间", "冲压一班", "", "班组长", "2023年5月6日"),
        (None, None, None, None),
        ("王五", None, "A003", "冲压车间", "", "", "Worker", "2022/1/9"),
    )
    assert response.status_code == 302 and response["Location"] == "/desk/people/"
    zhang, li = User.objects.get(name="张三"), User.objects.get(phone="13911110002")
    assert (zhang.phone, zhang.sort_key, zhang.hired_on) == ("13911110001", "zhang san", datetime.date(2024, 3, 1))
    assert (li.employee_no, li.role_codes, li.team) == ("102", {Role.TEAM_LEADER}, Team.objects.get(name="冲压一班"))
    assert Team.objects.get(name="冲压一班").leader == li, "hazards of the team have somebody to go to"
    assert User.objects.get(name="王五").role_codes == {Role.WORKER}
    assert Event.objects.filter(name="user.added", actor=admin).count() == 3


def test_several_roles_stand_in_one_cell(browser, admin):
    read_in(browser, HEAD, ("李四", "13911110002", "", "冲压车间", "", "", "班组长、安全员"))
    assert User.objects.get(name="李四").role_codes == {Role.TEAM_LEADER, Role.SAFETY_OFFICER}


def test_headings_may_be_english_and_in_any_order(browser, admin):
    read_in(browser, ("Department", "full NAME", "Phone"), ("Press shop", "John Smith", "+4915112345678"))
    assert User.objects.get(name="John Smith").phone == "+4915112345678"


def test_one_faulty_row_keeps_all_out_and_says_why_row_by_row(browser, admin):
    make.person(Role.WORKER, name="赵六")
    taken = User.objects.get(name="赵六").employee_no
    before = User.objects.count()
    admin.language = "en"
    admin.save()
    response = read_in(
        browser,
        HEAD,
        ("张三", "13911110001", "A001", "冲压车间"),
        ("", "13911110002", "", "冲压车间"),
        ("李四", "12345", "", "冲压车间"),
        ("王五", "", "", "冲压车间"),
        ("孙七", "", taken, "冲压车间"),
        ("周八", "13911110009", "", "冲压车间", "", "", "厂长助理"),
        ("吴九", "13911110009", "", "冲压车间", "", "", "", "去年"),
    )
    assert response.status_code == 422
    assert User.objects.count() == before
    body = response.content.decode()
    for sentence in (
        "6 to correct",
        "“Full name” is empty",
        "“12345” is not a phone number",
        "A phone number or an employee number is needed",
        f"“{taken}” belongs to somebody who is there already",
        "There is no role “厂长助理”",
        "“13911110009” stands in several rows",
        "“去年” is not a day",
    ):
        assert sentence in body.replace("&quot;", '"'), sentence


def test_the_sheet_comes_back_with_reasons_and_can_be_read_in_after_correction(browser, admin):
    response = read_in(browser, HEAD, ("张三", "139", "A001", "冲压车间"), ("李四", "13911110002", "A002", "冲压车间"))
    lines = sheet_to_correct(browser, response)
    assert lines[1][0] == "张三" and "139" in lines[1][-1] and len(lines) == 2, "only what needs a look"
    lines[1][1] = "13911110001"
    assert read_in(browser, *lines, ("李四", "13911110002", "A002", "", "冲压车间")).status_code == 302
    assert {user.name for user in User.objects.filter(employee_no__startswith="A")} >= {"张三", "李四"}


def test_what_is_new_is_only_added_when_asked(browser, admin):
    response = read_in(browser, HEAD, ("张三", "13911110001", "", "新车间"), may_add=False)
    assert response.status_code == 422 and "新车间" in response.content.decode()
    assert not User.objects.filter(name="张三").exists()


def damaged() -> bytes:
    """A workbook whose sheet was hit in transit."""
    content = bytearray(workbook(HEAD, *[("张三", f"139{number:08}") for number in range(400)]).read())
    at = content.index(b"xl/worksheets/sheet1.xml") + 200
    content[at : at + 60] = b"\xff" * 60
    return bytes(content)


def test_a_damaged_workbook_is_said(browser, admin):
    User.objects.filter(pk=admin.pk).update(language="en")
    response = browser.post(URL, {"file": SimpleUploadedFile("people.xlsx", damaged())})
    assert response.status_code == 422
    assert "This Excel file cannot be read" in response.content.decode()


@pytest.mark.parametrize("content", [b"name,phone\nA,1", b"", b"PK\x03\x04 broken"])
def test_what_is_no_excel_file_is_said(browser, admin, content):
    User.objects.filter(pk=admin.pk).update(language="en")
    response = browser.post(URL, {"file": SimpleUploadedFile("people.xlsx", content)})
    assert response.status_code == 422
    assert "This is not an Excel file" in response.content.decode()


def test_no_file_at_all_is_said(browser, admin):
    User.objects.filter(pk=admin.pk).update(language="en")
    response = browser.post(URL, {})
    assert response.status_code == 422 and "Choose a file first." in response.content.decode()


def test_a_sheet_without_headings_waits_for_its_columns(browser, admin):
    response = read_in(browser, ("张三", "13911110001"), ("李四", "13911110002"))
    assert response.status_code == 422 and "姓名" in response.content.decode()
    assert not User.objects.filter(name="李四").exists()


def test_headings_that_nobody_knows_are_matched_by_hand(browser, admin):
    odd = workbook(("人员名册",), (None,), ("名", "怎么联系", "哪个车间"), ("张三", "13911110001", "冲压车间"))
    url = browser.post(URL, {"file": odd}).url
    facts = {"head": "2", "may_add": "1"}
    browser.post(url, facts | {"verb": "look"})
    page = browser.get(url)
    assert (
        "1 new" not in page.content.decode() and [text for _at, text in page.context["headings"]][1] == "B · 怎么联系"
    )
    facts |= {"at-name": "0", "at-phone": "1", "at-department": "2"}
    assert browser.post(url, facts | {"verb": "look"}).status_code == 302
    assert browser.get(url).context["outlook"].counts["new"] == 1
    assert browser.post(url, facts | {"verb": "take"}).status_code == 302
    zhang = User.objects.get(name="张三")
    assert (zhang.phone, zhang.department.name) == ("13911110001", "冲压车间")


def test_a_title_above_the_headings_is_passed_over(browser, admin):
    read_in(browser, ("XX公司花名册",), HEAD, ("张三", "13911110001", "A001", "冲压车间"))
    assert User.objects.filter(name="张三").exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_file_is_read_in_the_encodings_that_excel_writes(browser, admin, encoding):
    text = "姓名,手机号,部门\r\n张三,13911110001,冲压车间\r\n"
    answer = sheets.read_in(browser, URL, csv_file(text, encoding), may_add="1")
    assert answer.status_code == 302 and User.objects.get(name="张三").phone == "13911110001"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\xd8", b"\x81", b'a\r,"b', b"", b"\n\n\n"])
def test_a_broken_csv_file_is_said(browser, admin, content):
    answer = browser.post(URL, {"file": SimpleUploadedFile("list.csv", content)})
    if answer.status_code == 302:
        answer = browser.post(answer.url, {"verb": "take"})
    assert answer.status_code == 422


def test_who_is_there_already_is_changed_in_what_the_list_says_or_skipped(browser, admin):
    zhang = make.person(Role.TEAM_LEADER, name="张三")
    User.objects.filter(pk=zhang.pk).update(hired_on=datetime.date(2020, 1, 1))
    lines = (HEAD, ("张三", zhang.phone, "N1", "冲压车间"), ("李四", "13911110002", "", "冲压车间"))
    first = browser.post(URL, {"file": workbook(*lines)})
    page = browser.get(first.url)
    assert page.context["outlook"].counts == {"new": 1, "changed": 1, "skipped": 0, "faulty": 0}
    assert f"{zhang.employee_no} → N1" in page.content.decode()
    browser.post(first.url, {**matched(page), "may_add": "1", "verb": "take"})
    after = User.objects.get(pk=zhang.pk)
    assert (after.employee_no, after.department.name, after.hired_on) == ("N1", "冲压车间", datetime.date(2020, 1, 1))
    assert after.role_codes == {Role.TEAM_LEADER}, "an empty cell leaves what stands"
    again = read_in(browser, *lines)
    assert again.status_code == 422 and again.context["outlook"].counts["skipped"] == 2


def test_the_good_rows_come_in_without_the_faulty_ones_where_somebody_says_so(browser, admin):
    lines = (HEAD, ("张三", "139", "A001", "冲压车间"), ("李四", "13911110002", "A002", "冲压车间"))
    answer = read_in(browser, *lines, verb="take_good")
    assert answer.status_code == 302 and User.objects.filter(name="李四").exists()
    page = browser.get(answer.url)
    assert sheet_to_correct(browser, page)[1][0] == "张三"
    assert Import.objects.get().lines == [], "what was read in is not kept beside the people"
    assert browser.post(answer.url, {"verb": "take"}).status_code == 200
    assert User.objects.filter(name="李四").count() == 1


def test_a_list_that_was_begun_is_found_again_by_whoever_began_it(browser, admin):
    url = browser.post(URL, {"file": workbook(HEAD, ("张三", "13911110001", "", "冲压车间"))}).url
    assert url in browser.get(URL).content.decode()
    browser.force_login(make.person(Role.ADMIN))
    assert browser.get(url).status_code == 404
    assert url not in browser.get(URL).content.decode()


def test_a_long_list_is_read_in_by_a_worker(browser, admin, work_off, monkeypatch):
    monkeypatch.setattr(imports, "MOST_AT_ONCE", 2)
    lines = [(f"张{n}", f"139111100{n:02}", "", "冲压车间") for n in range(5)]
    answer = read_in(browser, HEAD, *lines)
    assert answer.url == reverse("console:job", args=[Job.objects.get().pk])
    assert not User.objects.filter(name="张1").exists()
    work_off()
    assert Job.objects.get().status == Job.Status.DONE and User.objects.filter(name__startswith="张").count() == 5
    row = Import.objects.get()
    assert row.status == Import.Status.DONE
    shown = reverse("console:import", args=[row.pk])
    assert shown in browser.get(answer.url).content.decode() and browser.get(shown).status_code == 200


def test_what_was_kept_of_a_list_goes_after_some_days(browser, admin):
    browser.post(URL, {"file": workbook(HEAD, ("张三", "13911110001", "", "冲压车间"))})
    row = Import.objects.get()
    assert Due.objects.get(key=f"import:{row.pk}").due_at > timezone.now() + datetime.timedelta(days=6)
    imports.forget_import(row=str(row.pk))
    assert not Import.objects.exists()


def test_formulas_in_the_report_stay_text(browser, admin):
    response = read_in(browser, HEAD, ('=HYPERLINK("http://x")', "139", "", "冲压车间"))
    content = browser.get(reverse("console:import_faulty", args=[response.context["row"].pk])).content
    cell = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]["A2"]
    assert cell.data_type == "s"


def test_the_template_can_be_read_in_as_it_is(browser, admin):
    lines = lines_of(browser.get("/desk/people/import/template/").content)
    assert read_in(browser, *lines).status_code == 302


@pytest.mark.parametrize("role", [Role.SAFETY_OFFICER, Role.TEAM_LEADER, Role.HEAD, Role.WORKER])
def test_only_the_administrator_reads_people_in(browser, factory, role):
    browser.force_login(make.person(role))
    assert read_in(browser, HEAD, ("张三", "13911110001", "", "冲压车间")).status_code == 403
    assert not User.objects.filter(name="张三").exists()


@pytest.mark.parametrize("head", ["7", "-1", "9" * 5000, "二", ""])
def test_a_line_of_headings_that_is_none_breaks_nothing(browser, admin, head):
    url = browser.post(URL, {"file": workbook(HEAD, ("张三", "13911110001", "", "冲压车间"))}).url
    answer = browser.post(url, {"head": head, "at-name": "999999999999", "verb": "take"})
    assert answer.status_code == 422 and "at-name" in answer.content.decode(), "the columns can still be chosen"
    assert browser.post(url, {"head": "1", "verb": "look"}).status_code == 302
    assert "at-name" in browser.get(url).content.decode(), "also where nothing stands below"


def test_a_sheet_that_is_formatted_far_below_its_rows_is_read(browser, admin):
    gap = [(None,)] * 6000
    assert read_in(browser, HEAD, (None,), ("张三", "13911110001", "", "冲压车间"), *gap, ("",)).status_code == 302
    assert User.objects.filter(name="张三").exists()


def test_semicolons_below_a_title_are_seen(browser, admin):
    text = "Staff list\nName;Phone;Department\nJohn Smith;+4915112345678;Press shop\n"
    assert sheets.read_in(browser, URL, csv_file(text), may_add="1").status_code == 302
    assert User.objects.get(name="John Smith").department.name == "Press shop"
