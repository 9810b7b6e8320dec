"""What a factory wrote down before: read in whole or not at all, on a page or by a command, and taken out again."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from core.models import Event
from past.models import Batch, PastDrill, PastHazard, PastIncident, PastRun
from people.permissions import Role
from tests import make

RUNS = "at,workshop,area,equipment,inspector_no,inspector_hired_on,checklist,seconds,result,category,temperature_c,humidity_pct,weather"
GOOD = [
    "2025-03-05 09:20,冲压车间,冲压一区,CY-003,1024,2025-02-17,班前检查,85,fail,防护缺失,24.5,55,雨",
    "2025/3/5 9:5,冲压车间,冲压一区,CY-004,1025,,班前检查,,pass,,,,",
    "2025-03-05T10:00:00+08:00,冲压车间,冲压一区,,1025,2019年7月1日,,60,合格,,,,",
]


def _file(tmp_path, name: str, *lines: str):
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def officer(browser, factory):
    officer = make.person(Role.SAFETY_OFFICER)
    browser.force_login(officer)
    return officer


def test_all_four_lists_come_in_with_what_they_say(factory, tmp_path, capsys):
    files = {
        "runs": _file(tmp_path, "runs.csv", "\ufeff" + RUNS, *GOOD),
        "hazards": _file(
            tmp_path, "hazards.csv",
            "reported_at,closed_at,due_at,workshop,area,equipment,category,level,reporter_no,reporter_hired_on,source",
            "2025-03-05 09:20,2025-03-07 10:00,2025-03-08 09:20,冲压车间,冲压一区,CY-003,防护缺失,serious,1024,2025-02-17,check",
        ),
        "drills": _file(tmp_path, "drills.csv", "at,kind,area,score,issues", "2025-06-12,消防,喷涂车间,86,集合慢了三分钟"),
        "incidents": _file(
            tmp_path, "incidents.csv", "at,workshop,area,category,severity,person_no,person_hired_on,lost_days",
            "2025-01-08 09:40,冲压车间,冲压一区,机械致害,minor,1031,2024-12-20,12",
        ),
    }  # fmt: skip
    call_command("import_history", factory="one", **files)
    assert "runs: 3 rows" in capsys.readouterr().out
    first, second, third = PastRun.objects.order_by("id")
    assert (f"{first.at:%Y-%m-%d %H:%M}", first.place.equipment, first.has_failed) == (
        "2025-03-05 01:20",
        "CY-003",
        True,
    )
    assert (first.category, first.temperature_c, first.notes) == ("防护缺失", 24.5, {"weather": "雨"})
    assert (f"{second.at:%H:%M}", second.has_failed, second.seconds) == ("01:05", False, None)
    assert f"{third.inspector_hired_on}" == "2019-07-01"
    assert PastHazard.objects.get().level == "serious"
    assert PastDrill.objects.get().issues == "集合慢了三分钟"
    assert PastIncident.objects.get().lost_days == 12
    assert Event.objects.filter(name="past.read_in").count() == 4


def test_of_files_with_a_wrong_row_nothing_comes_in_and_each_fault_is_named(factory, tmp_path, capsys):
    drills = _file(tmp_path, "drills.csv", "at,kind", "2025-06-12,消防")
    runs = _file(
        tmp_path, "runs.csv", RUNS, *GOOD,
        "昨天,冲压车间,冲压一区,,,,,,fail,,,", "2025-03-05 09:20,,冲压一区,,,,,-3,maybe,,,", "2099-01-01,,一区,,,,,,pass,,,140",
    )  # fmt: skip
    with pytest.raises(CommandError):
        call_command("import_history", factory="one", runs=runs, drills=drills)
    said = capsys.readouterr().err
    for place in (
        "runs.csv:5: at",
        "runs.csv:6: seconds",
        "runs.csv:6: result",
        "runs.csv:7: at",
        "runs.csv:7: humidity_pct",
    ):
        assert place in said, said
    assert not PastRun.objects.exists() and not PastDrill.objects.exists() and not Batch.objects.exists()


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["at,area", "2025-03-05,一区"], "result"),
        ([RUNS], None),
        ([], None),
    ],
)
def test_a_file_that_is_no_list_is_refused(factory, tmp_path, lines, said):
    with pytest.raises(CommandError) as refused:
        call_command("import_history", factory="one", runs=_file(tmp_path, "runs.csv", *lines))
    assert said is None or said in str(refused.value)


def test_the_same_rows_come_in_once_however_the_file_is_written(factory, tmp_path):
    call_command("import_history", factory="one", runs=_file(tmp_path, "a.csv", RUNS, *GOOD))
    again = _file(tmp_path, "b.csv", RUNS, *(line.replace("24.5", "24.50") for line in GOOD))
    with pytest.raises(CommandError):
        call_command("import_history", factory="one", runs=again)
    assert PastRun.objects.count() == 3


def test_on_the_page_columns_are_matched_and_a_wrong_row_is_shown_with_its_reason(browser, officer):
    sheet = "日期时间,哪里,结果,天气\n2025-03-05 09:20,冲压一区,fail,雨\n2025-03-06 09:20,冲压一区,坏了,晴\n"
    upload = SimpleUploadedFile("去年.csv", sheet.encode())
    page = browser.post(reverse("console:import_past_runs"), {"file": upload})
    places = {"at-at": 0, "at-area": 1, "at-result": 2}
    refused = browser.post(page.url, {**places, "verb": "take"})
    assert refused.status_code == 422 and "坏了" in refused.content.decode() and not PastRun.objects.exists()
    sheet = sheet.replace("坏了", "合格")
    page = browser.post(reverse("console:import_past_runs"), {"file": SimpleUploadedFile("去年.csv", sheet.encode())})
    done = browser.post(page.url, {**places, "verb": "take"})
    assert (done.status_code, done.url) == (302, reverse("console:past"))
    assert [run.notes for run in PastRun.objects.order_by("at")] == [{"天气": "雨"}, {"天气": "晴"}]


def test_a_list_is_taken_out_and_the_ledger_keeps_that_it_was_here(browser, officer, tmp_path):
    call_command("import_history", factory="one", runs=_file(tmp_path, "a.csv", RUNS, *GOOD))
    batch = Batch.objects.get()
    assert "a.csv" in browser.get(reverse("console:past")).content.decode()
    browser.post(reverse("console:remove_past", args=[batch.pk]))
    assert not PastRun.objects.exists()
    assert Event.objects.filter(name="past.removed", data__rows=3).exists()
    assert browser.post(reverse("console:remove_past", args=[batch.pk])).status_code == 409
    call_command("import_history", factory="one", runs=_file(tmp_path, "a.csv", RUNS, *GOOD))
    assert PastRun.objects.count() == 3


def test_who_may_only_look_brings_nothing_along(browser, factory):
    browser.force_login(make.person(Role.LEADER))
    assert browser.get(reverse("console:past")).status_code == 200
    assert browser.get(reverse("console:import_past_runs")).status_code == 403


def test_the_template_of_each_list_has_its_headings(browser, officer):
    answer = browser.get(reverse("console:past_incidents_template"))
    headings = next(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert len(headings) == 8 and all(headings)
