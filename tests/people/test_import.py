"""People from Excel: all or nothing, each faulty row with its reasons, and the sheet back to be corrected."""

import datetime
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.models import Event
from people.models import Team, User
from people.permissions import Role
from tests import make
from tests.sheets import lines_of, workbook

HEAD = ("姓名 *", "手机号", "工号", "部门*", "班组", "岗位", "角色", "入职日期")
URL = "/desk/people/import/"


@pytest.fixture
def admin(browser, factory):
    admin = make.person(Role.ADMIN, name="刘洋")
    browser.force_login(admin)
    return admin


def read_in(browser, *lines, may_add: bool = True):
    data = {"file": workbook(*lines), **({"may_add": "1"} if may_add else {})}
    return browser.post(URL, data)


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
        "6 of 7 rows need a look",
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
    report = browser.get(reverse("file", args=[response.context["report"].pk]))
    assert "attachment" in report["Content-Disposition"]
    lines = lines_of(b"".join(report.streaming_content))
    assert lines[1][0] == "张三" and "139" in lines[1][-1] and lines[2][-1] == ""
    lines[1][1] = "13911110001"
    assert read_in(browser, *lines).status_code == 302
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
    assert response.status_code == 422 and "Choose an Excel file first." in response.content.decode()


def test_a_sheet_without_headings_is_said(browser, admin):
    response = read_in(browser, ("张三", "13911110001"))
    assert response.status_code == 422 and "姓名" in response.content.decode()


def test_formulas_in_the_report_stay_text(browser, admin):
    response = read_in(browser, HEAD, ('=HYPERLINK("http://x")', "139", "", "冲压车间"))
    content = b"".join(browser.get(reverse("file", args=[response.context["report"].pk])).streaming_content)
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
