"""An old ledger of hazards from Excel: all rows or none, closed ones as history that proves nothing."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from alerts.models import Alert
from core.models import Event
from hazards.actions import OutOfService, refuse_locked
from hazards.models import Category, Hazard, Level, Status
from insight import hazards as insight
from people.permissions import Role
from tenants.models import Due
from tests import make
from tests.sheets import csv_file, lines_of, read_in, workbook

HEADINGS = [
    "编号",
    "排查时间",
    "排查类型",
    "区域",
    "隐患描述",
    "类别",
    "级别",
    "责任人",
    "整改措施",
    "资金",
    "期限",
    "完成时间",
]


@pytest.fixture
def officer(browser):
    make.policies()
    officer = make.person(Role.SAFETY_OFFICER, name="周敏")
    browser.force_login(officer)
    return officer


@pytest.fixture
def area(officer):
    return make.area()


def _line(area, **more):
    line = {
        "编号": "2024-017",
        "排查时间": date(2024, 3, 1),
        "排查类型": "月检",
        "区域": area.name["zh"],
        "隐患描述": "护栏松了",
        "级别": "较大",
        "责任人": "陈志强",
        "整改措施": "重新固定",
        "资金": 350,
        "期限": date(2024, 3, 4),
        "完成时间": date(2024, 3, 3),
    }
    return [(line | more).get(heading) for heading in HEADINGS]


def _read(browser, *lines, headings=HEADINGS, **more):
    return read_in(browser, reverse("console:import_hazards"), workbook(headings, *lines), **more)


def test_a_closed_one_comes_in_as_history_with_its_days(browser, area):
    assert _read(browser, _line(area)).url == reverse("console:hazards")
    hazard = Hazard.objects.get()
    assert (hazard.status, hazard.source, hazard.level) == (Status.CLOSED, Hazard.Source.IMPORT, Level.SERIOUS)
    assert timezone.localdate(hazard.reported_at) == date(2024, 3, 1)
    assert timezone.localdate(hazard.closed_at) == date(2024, 3, 3)
    assert (hazard.number, hazard.cost, hazard.reporter) == ("YH-202403-0001", 35000, None)
    assert "2024-017" in hazard.description
    assert "陈志强" in hazard.description
    assert not Due.objects.filter(key__startswith=f"hazard:{hazard.pk}").exists()


def test_it_is_marked_as_without_photos_on_every_page(browser, area):
    _read(browser, _line(area))
    hazard = Hazard.objects.get()
    for address in (reverse("console:hazards") + "?group=all", reverse("console:hazard", args=[hazard.pk])):
        assert "导入，无照片" in browser.get(address).content.decode()


def test_it_counts_in_no_figure_of_what_was_proved(browser, officer, area):
    today = timezone.localdate()
    _read(
        browser,
        _line(
            area, 排查时间=today - timedelta(days=9), 期限=today - timedelta(days=2), 完成时间=today - timedelta(days=3)
        ),
    )
    days = (today - timedelta(days=30), today)
    counts = insight.tallies(Hazard.objects.visible_to(officer), days)[None].counts
    assert not any(counts.values()), counts


def test_an_open_one_with_a_level_is_confirmed_and_its_old_limit_begins_anew(browser, area):
    _read(browser, _line(area, 完成时间=None))
    hazard = Hazard.objects.get()
    assert (hazard.status, hazard.policy.level) == (Status.CONFIRMED, Level.SERIOUS)
    assert hazard.due_at > timezone.now() + timedelta(hours=47)
    assert timezone.localdate(hazard.first_due_at) == date(2024, 3, 4)
    assert Due.objects.filter(key=f"hazard:{hazard.pk}:limit").exists()


def test_an_open_major_one_rings_locks_its_machine_and_asks_for_a_control(browser, officer):
    press = make.machine()
    headings = [*HEADINGS, "设备编码"]
    line = _line(press.area, 级别="重大", 完成时间=None)
    assert _read(browser, [*line, press.code], headings=headings).status_code == 302
    hazard = Hazard.objects.get()
    assert (hazard.level, hazard.is_urgent, hazard.stop_uses.in_force().get().equipment) == ("major", True, press)
    assert Alert.objects.open().get().subject_id == str(hazard.pk)
    with pytest.raises(OutOfService):
        refuse_locked(press)
    assert Due.objects.filter(key=f"hazard:{hazard.pk}:control").exists() == bool(hazard.policy.control_minutes)


def test_a_closed_major_one_neither_rings_nor_locks(browser, officer):
    press = make.machine()
    _read(browser, [*_line(press.area, 级别="重大"), press.code], headings=[*HEADINGS, "设备编码"])
    assert not Hazard.objects.get().is_urgent
    assert not Alert.objects.exists()
    refuse_locked(press)


def test_an_open_one_without_a_level_waits_to_be_confirmed(browser, area):
    _read(browser, _line(area, 完成时间=None, 级别=None))
    hazard = Hazard.objects.get()
    assert hazard.status == Status.REPORTED
    assert Due.objects.filter(key=f"hazard:{hazard.pk}:confirm").exists()


def test_the_ledger_holds_one_lean_entry_a_row_and_one_for_the_list(browser, area):
    _read(browser, _line(area), _line(area, 编号="2024-018", 完成时间=None))
    events = Event.objects.filter(name__startswith="hazard").order_by("seq")
    assert [event.name for event in events] == ["hazard.imported", "hazard.imported", "hazards.imported"]
    assert set(events[0].data) == {"number", "status", "level"}
    assert events[2].data == {"count": 2, "closed": 1}


def test_numbers_go_on_in_the_month_in_which_each_was_found(browser, area):
    _read(
        browser,
        _line(area),
        _line(area, 编号="2", 排查时间=date(2024, 3, 2)),
        _line(area, 编号="3", 排查时间=date(2023, 5, 2)),
    )
    assert sorted(Hazard.objects.values_list("number", flat=True)) == [
        "YH-202305-0001",
        "YH-202403-0001",
        "YH-202403-0002",
    ]


def test_english_headings_and_words_are_read_too(browser, area):
    headings = ["Found on", "Area", "What is wrong", "Level", "Closed on"]
    _read(browser, ["2024-03-01", area.code, "Guard loose", "Major", "2024-03-02"], headings=headings)
    assert Hazard.objects.get().level == Level.MAJOR


def test_a_machine_gives_its_area_and_the_kind_is_guessed_or_named(browser, officer):
    machine = make.machine()
    Category.objects.create(code="ppe", name={"zh": "劳保", "en": "PPE"}, gbt13861=1, level="general")
    headings = ["排查时间", "设备编号", "隐患描述", "类别"]
    _read(
        browser,
        ["2024-03-01", machine.code, "没戴安全帽", None],
        ["2024-03-01", machine.code, "x", "劳保"],
        headings=headings,
    )
    assert {(each.category.code, each.area, each.equipment) for each in Hazard.objects.all()} == {
        ("ppe", machine.area, machine)
    }


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"区域": "月球"}, "月球"),
        ({"区域": None}, "写上在哪"),
        ({"隐患描述": None}, "隐患描述"),
        ({"类别": "没有的类"}, "没有的类"),
        ({"级别": "天大"}, "天大"),
        ({"排查时间": "去年"}, "去年"),
        ({"完成时间": "2024-02-28"}, "销号不会早于发现"),
        ({"排查时间": "2099-01-01", "完成时间": None}, "还没到的日子"),
        ({"资金": "很多"}, "很多"),
        ({"资金": "NaN"}, "NaN"),
        ({"资金": "-5"}, "-5"),
        ({"隐患描述": "长" * 2001}, "太长"),
    ],
)
def test_one_bad_row_and_nothing_is_read_in(browser, area, wrong, says):
    answer = _read(browser, _line(area), _line(area, 编号="2", **wrong))
    assert answer.status_code == 422
    assert says in answer.content.decode() or wrong.get("隐患描述", "") is None
    assert not Hazard.objects.exists()


def test_the_faulty_sheet_comes_back_with_its_reasons(browser, area):
    answer = _read(browser, _line(area, 区域="月球"))
    content = browser.get(reverse("console:import_faulty", args=[answer.context["row"].pk])).content
    assert "月球" in lines_of(content)[1][-1]


def test_only_looking_reads_nothing_in(browser, area):
    answer = _read(browser, _line(area), verb="look")
    assert answer.status_code == 302
    assert "护栏松了" in browser.get(answer.url).content.decode()
    assert not Hazard.objects.exists()


def test_the_same_list_twice_changes_nothing(browser, area):
    _read(browser, _line(area))
    answer = _read(browser, _line(area))
    assert answer.status_code == 422
    assert "以前导入过" in answer.content.decode()
    assert Hazard.objects.count() == 1


def test_the_same_row_twice_is_read_in_once(browser, area):
    assert _read(browser, _line(area), _line(area)).status_code == 302
    assert Hazard.objects.count() == 1


def test_an_old_list_as_a_chinese_excel_saves_it_with_its_own_headings(browser, area):
    text = f"XX厂隐患台账,,\r\n查到日期,什么地方,隐患内容\r\n2024/3/1,{area.name['zh']},护栏松了\r\n"
    url = browser.post(reverse("console:import_hazards"), {"file": csv_file(text, "gbk")}).url
    facts = {"head": "1", "at-found_on": "0", "at-area": "1", "at-title": "2"}
    browser.post(url, {"head": "1", "verb": "look"})
    assert browser.post(url, facts | {"verb": "take"}).status_code == 302
    assert Hazard.objects.get().title == "护栏松了"


def test_long_descriptions_keep_their_whole_text(browser, area):
    _read(browser, _line(area, 隐患描述="护栏" * 100))
    hazard = Hazard.objects.get()
    assert len(hazard.title) == 120
    assert "护栏" * 100 in hazard.description


def test_the_template_has_the_headings_that_are_read(browser, officer):
    headings, example = lines_of(browser.get(reverse("console:hazards_template")).content)
    assert {"排查日期 *", "问题 *", "区域", "销号日期"} <= set(headings)
    assert "2024-03-01" in example


def test_a_thousand_rows_ask_few_questions(browser, area):
    lines = [_line(area, 编号=str(number)) for number in range(1000)]
    with CaptureQueriesContext(connection) as asked:
        assert _read(browser, *lines).status_code == 302
    assert sum(not query["sql"].startswith("SET ") for query in asked) < 80
    assert Hazard.objects.count() == 1000


@pytest.mark.parametrize("role", [Role.WORKER, Role.LEADER, Role.TEAM_LEADER, Role.INSPECTOR])
def test_others_read_nothing_in(browser, area, role):
    browser.force_login(make.person(role))
    assert browser.get(reverse("console:import_hazards")).status_code == 403
    assert _read(browser, _line(area)).status_code == 403
    assert not Hazard.objects.exists()
